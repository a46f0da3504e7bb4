// The body of conv/depthwise*.wgsl and block/depthwise_normed*.wgsl, which define `read_row`, `weight`,
// `bias_of`, `start(c)` and `store(row, v, width, value)`.

// What a strip takes of a row of taps, or writes.
struct Outs {
    a: vec4<f32>,
    b: vec4<f32>,
    c: vec4<f32>,
    d: vec4<f32>,
}

fn outs(t: Taps, r: Row) -> Outs {
    var o: Outs;
    o.a = apply(K, t, r, 0u);
    if (S > 1u) {
        o.b = apply(K, t, r, 1u);
    }
    if (S > 2u) {
        o.c = apply(K, t, r, 2u);
        o.d = apply(K, t, r, 3u);
    }
    return o;
}

fn plus(x: Outs, y: Outs) -> Outs {
    return Outs(x.a + y.a, x.b + y.b, x.c + y.c, x.d + y.d);
}

fn store_outs(row: u32, v0: u32, wo: u32, bias: vec4<f32>, o: Outs) {
    store(row, v0, wo, bias + o.a);
    if (S > 1u) {
        store(row, v0 + 1u, wo, bias + o.b);
    }
    if (S > 2u) {
        store(row, v0 + 2u, wo, bias + o.c);
        store(row, v0 + 3u, wo, bias + o.d);
    }
}

// The sum of the taps that are not finite, which spoil all of a plane, also where they meet nothing
// but rows outside, which are left out.
fn not_finite_of(t: Taps) -> f32 {
    let l = select(vec4<f32>(), t.l, is_not_finite(t.l));
    let r = select(vec4<f32>(), t.r, is_not_finite(t.r));
    return ((l.x + l.y) + (l.z + l.w)) + ((r.x + r.y) + (r.z + r.w));
}

fn is_not_finite(v: vec4<f32>) -> vec4<bool> {
    return (bitcast<vec4<u32>>(v) & vec4<u32>(0x7f800000u)) == vec4<u32>(0x7f800000u);
}

// A strip of 4 * S columns wanders down a band of rows. At stride 1 the sums of the next K - 1 output
// rows wait in registers, and each input row adds to all of them. At stride 2 the last K input rows
// do; row ky of the window is r[7 - K + ky].
fn depthwise_strip(id: u32) {
    let strip = id % p.strips;
    let band = (id / p.strips) % p.bands;
    let i = id / (p.strips * p.bands);
    if (i >= p.planes) {
        return;
    }
    let run = i / p.count;
    let c = i - run * p.count;
    let first = c * (K * K);
    start(c);
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
    var not_finite = not_finite_of(t0) + not_finite_of(t1) + not_finite_of(t2);
    if (K > 3u) {
        not_finite += not_finite_of(t3) + not_finite_of(t4);
    }
    if (K > 5u) {
        not_finite += not_finite_of(t5) + not_finite_of(t6);
    }
    let bias = vec4<f32>(bias_of(c) + not_finite);
    // Loops as in product_shared.wgsl; that over the run's images is written by Shader::text.
    let h = p.h;
    let w_in = p.w;
    let wo = p.wo;
    let oy0 = band * p.rows;
    let end = min(oy0 + p.rows, p.ho);
    let v0 = strip * S;
    let v = i32(v0 * STRIDE) - 1;
    var n = run * p.run;
    let images = min(n + p.run, p.images);
    EACH_IMAGE {
        let from_x = (n * p.total + p.offset + c) * (p.h * p.w);
        let to = (n * p.total + p.offset + c) * (p.ho * p.wo);
        if (STRIDE == 1u) {
            // a1 .. a6: the sums that have met the first 1 .. 6 rows of taps.
            var a1 = Outs(); var a2 = Outs(); var a3 = Outs(); var a4 = Outs(); var a5 = Outs(); var a6 = Outs();
            let reach = i32(K / 2u);
            let last = min(i32(h), i32(end) + reach);
            var iy = max(i32(oy0) - reach, 0);
            loop {
                let r = load_row(from_x, iy, v, h, w_in);
                var done: Outs;
                if (K > 5u) {
                    done = plus(a6, outs(t6, r));
                    a6 = plus(a5, outs(t5, r));
                    a5 = plus(a4, outs(t4, r));
                } else if (K > 3u) {
                    done = plus(a4, outs(t4, r));
                }
                if (K > 3u) {
                    a4 = plus(a3, outs(t3, r));
                    a3 = plus(a2, outs(t2, r));
                } else {
                    done = plus(a2, outs(t2, r));
                }
                a2 = plus(a1, outs(t1, r));
                a1 = outs(t0, r);
                let oy = iy - reach;
                if (oy >= i32(oy0)) {
                    store_outs(to + u32(oy) * wo, v0, wo, bias, done);
                }
                continuing {
                    iy++;
                    break if iy >= last;
                }
            }
            // The rows that await input below the plane.
            for (var oy = max(last - reach, i32(oy0)); oy < i32(end); oy++) {
                var o = a2;
                switch (last + reach - oy) {
                    case 3: { o = a3; }
                    case 4: { o = a4; }
                    case 5: { o = a5; }
                    case 6: { o = a6; }
                    default: {}
                }
                store_outs(to + u32(oy) * wo, v0, wo, bias, o);
            }
        } else {
            var iy = i32(oy0 * 2u) - i32(K / 2u);
            var r0: Row; var r1: Row; var r2: Row; var r3: Row; var r4: Row; var r5: Row; var r6: Row;
            // All rows of the first window but the newest, of which two come with each row of y.
            var t = 2u;
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
                r6 = load_row(from_x, iy + 1, v, h, w_in);
                iy += 2;
                let row = to + oy * wo;
                var o: Outs;
                o.a = window(r0, r1, r2, r3, r4, r5, r6, t0, t1, t2, t3, t4, t5, t6, 0u);
                if (S > 1u) {
                    o.b = window(r0, r1, r2, r3, r4, r5, r6, t0, t1, t2, t3, t4, t5, t6, 1u);
                }
                store_outs(row, v0, wo, bias, o);
                continuing {
                    oy++;
                    break if oy >= end;
                }
            }
        }
        NEXT_IMAGE
    }
    finish(c, (run * p.bands + band) * p.strips + strip);
}
