// The body of conv/depthwise*.wgsl and block/depthwise_normed*.wgsl, which define `load`, `weight`,
// `bias_of` and `store(row, v, width, value)`.
// A strip of 4 * S columns wanders down a band of rows with the last K input rows in registers;
// row ky of the window is r[7 - K + ky].
fn depthwise_strip(id: u32) {
    let strip = id % p.strips;
    let band = (id / p.strips) % p.bands;
    let i = id / (p.strips * p.bands);
    if (i >= p.planes) {
        return;
    }
    let n = i / p.count;
    let c = i - n * p.count;
    let from_x = (n * p.total + p.offset + c) * (p.h * p.w);
    let to = (n * p.total + p.offset + c) * (p.ho * p.wo);
    let first = c * (K * K);
    let t0 = load_taps(first, 0u, turned());
    let t1 = load_taps(first, 1u, turned());
    let t2 = load_taps(first, 2u, turned());
    var t3: Taps; var t4: Taps; var t5: Taps; var t6: Taps;
    if (K > 3u) {
        t3 = load_taps(first, 3u, turned());
        t4 = load_taps(first, 4u, turned());
    }
    if (K > 5u) {
        t5 = load_taps(first, 5u, turned());
        t6 = load_taps(first, 6u, turned());
    }
    start(c);
    let bias = vec4<f32>(bias_of(c));
    // Loops as in product_shared.wgsl.
    let h = p.h;
    let w_in = p.w;
    let wo = p.wo;
    let oy0 = band * p.rows;
    let end = min(oy0 + p.rows, p.ho);
    let v0 = strip * S;
    let v = i32(v0 * STRIDE) - 1;
    var iy = i32(oy0 * STRIDE) - i32(K / 2u);
    var r0: Row; var r1: Row; var r2: Row; var r3: Row; var r4: Row; var r5: Row; var r6: Row;
    // All rows of the first window but the newest, of which STRIDE come with each row of y.
    var t = STRIDE;
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
        r6 = load_row(from_x, iy, v, h, w_in);
        iy++;
        continuing {
            t++;
            break if t >= K;
        }
    }
    var oy = oy0;
    loop {
        if (STRIDE == 2u) {
            if (K > 5u) {
                r0 = r2;
                r1 = r3;
            }
            if (K > 3u) {
                r2 = r4;
                r3 = r5;
            }
            r4 = r6;
            r5 = load_row(from_x, iy, v, h, w_in);
        } else {
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
        }
        r6 = load_row(from_x, iy + i32(STRIDE) - 1, v, h, w_in);
        iy += i32(STRIDE);
        let row = to + oy * wo;
        store(row, v0, wo, bias + window(r0, r1, r2, r3, r4, r5, r6, t0, t1, t2, t3, t4, t5, t6, 0u));
        if (S > 1u) {
            store(row, v0 + 1u, wo, bias + window(r0, r1, r2, r3, r4, r5, r6, t0, t1, t2, t3, t4, t5, t6, 1u));
        }
        if (S > 2u) {
            store(row, v0 + 2u, wo, bias + window(r0, r1, r2, r3, r4, r5, r6, t0, t1, t2, t3, t4, t5, t6, 2u));
            store(row, v0 + 3u, wo, bias + window(r0, r1, r2, r3, r4, r5, r6, t0, t1, t2, t3, t4, t5, t6, 3u));
        }
        continuing {
            oy++;
            break if oy >= end;
        }
    }
    finish(c, (n * p.bands + band) * p.strips + strip);
}
