// The body of block/depthwise_back.wgsl and block/depthwise_back_odd.wgsl, at stride 1: a strip of
// 4 * S columns wanders down a band of rows of z with the K rows around it of the gradient by zo in
// registers. Row r[7 - K + j] of the window meets row j of the kernel turned around.

// Stores the sums of row r of the window.
fn store_window(first: u32, r: u32, t: Taps) {
    store_taps(K, first, r + K - 7u, true, t);
}

fn back_strip(id: u32) {
    let strip = id % p.strips;
    let band = (id / p.strips) % p.bands;
    let i = id / (p.strips * p.bands);
    if (i >= p.planes) {
        return;
    }
    let run = i / p.count;
    let c = i - run * p.count;
    let h = p.h;
    let w = p.w;
    var n = run * p.run;
    let images = min(n + p.run, p.images);
    start_channel(p.offset + c);
    let y0 = band * p.rows;
    let end = min(y0 + p.rows, h);
    let v0 = strip * S;
    let t0 = load_taps(c * (K * K), 0u, 1u);
    let t1 = load_taps(c * (K * K), 1u, 1u);
    let t2 = load_taps(c * (K * K), 2u, 1u);
    var t3: Taps; var t4: Taps; var t5: Taps; var t6: Taps;
    if (K > 3u) {
        t3 = load_taps(c * (K * K), 3u, 1u);
        t4 = load_taps(c * (K * K), 4u, 1u);
    }
    if (K > 5u) {
        t5 = load_taps(c * (K * K), 5u, 1u);
        t6 = load_taps(c * (K * K), 6u, 1u);
    }
    let v = i32(v0) - 1;
    var s0: Taps; var s1: Taps; var s2: Taps; var s3: Taps; var s4: Taps; var s5: Taps; var s6: Taps;
    // Loops as in product_shared.wgsl, rows as in depthwise_forward.wgsl.
    EACH_IMAGE {
        let plane = (n * p.total + p.offset + c) * (h * w);
        var iy = i32(y0) - i32(K / 2u);
        var r0: Row; var r1: Row; var r2: Row; var r3: Row; var r4: Row; var r5: Row; var r6: Row;
        var t = 1u;
        loop {
            if (K > 5u) {
                r0 = r1;
                r1 = r2;
            }
            if (K > 3u) {
                r2 = r3;
                r3 = r4;
            }
            r4 = r5;
            r5 = r6;
            r6 = load_row(plane, iy, v, h, w);
            iy++;
            continuing {
                t++;
                break if t >= K;
            }
        }
        var y = y0;
        loop {
            if (K > 5u) {
                r0 = r1;
                r1 = r2;
            }
            if (K > 3u) {
                r2 = r3;
                r3 = r4;
            }
            r4 = r5;
            r5 = r6;
            r6 = load_row(plane, iy, v, h, w);
            iy++;
            let row = plane + y * w;
            var a: Strip;
            a.a = finish_four(row, v0, w, window(r0, r1, r2, r3, r4, r5, r6, t0, t1, t2, t3, t4, t5, t6, 0u));
            if (S > 1u) {
                a.b = finish_four(row, v0 + 1u, w, window(r0, r1, r2, r3, r4, r5, r6, t0, t1, t2, t3, t4, t5, t6, 1u));
            }
            if (S > 2u) {
                a.c = finish_four(row, v0 + 2u, w, window(r0, r1, r2, r3, r4, r5, r6, t0, t1, t2, t3, t4, t5, t6, 2u));
                a.d = finish_four(row, v0 + 3u, w, window(r0, r1, r2, r3, r4, r5, r6, t0, t1, t2, t3, t4, t5, t6, 3u));
            }
            if (K > 5u) {
                s0 = add(s0, sums(a, r0));
                s1 = add(s1, sums(a, r1));
            }
            if (K > 3u) {
                s2 = add(s2, sums(a, r2));
                s3 = add(s3, sums(a, r3));
            }
            s4 = add(s4, sums(a, r4));
            s5 = add(s5, sums(a, r5));
            s6 = add(s6, sums(a, r6));
            continuing {
                y++;
                break if y >= end;
            }
        }
        NEXT_IMAGE
    }
    let part = part_start(run, band, strip);
    let first = part + p.taps_at + c * (K * K);
    if (K > 5u) {
        store_window(first, 0u, s0);
        store_window(first, 1u, s1);
    }
    if (K > 3u) {
        store_window(first, 2u, s2);
        store_window(first, 3u, s3);
    }
    store_window(first, 4u, s4);
    store_window(first, 5u, s5);
    store_window(first, 6u, s6);
    store_sums(part, c);
}
