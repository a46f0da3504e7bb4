// The body of conv/depthwise_up.wgsl and conv/depthwise_up_odd.wgsl, which define `load`, `weight`
// and `store(row, v, width, value)`: the gradient by x at stride 2. Beside `depthwise_threes`.
fn store_row(row: u32, v: u32, w: u32, e: vec4<f32>, o: vec4<f32>) {
    store(row, v * 2u, w, vec4<f32>(e.x, o.x, e.y, o.y));
    store(row, v * 2u + 1u, w, vec4<f32>(e.z, o.z, e.w, o.w));
}

fn depthwise_spread(id: u32) {
    let v = id % p.strips;
    let band = (id / p.strips) % p.bands;
    let i = id / (p.strips * p.bands);
    if (i >= p.planes) {
        return;
    }
    let run = i / p.count;
    let c = i - run * p.count;
    var n = run * p.run;
    let images = min(n + p.run, p.images);
    // Rows of taps by d = ky - K/2.
    let first = c * (K * K);
    let below1 = load_taps(first, row_of(-1), 0u);
    let at = load_taps(first, row_of(0), 0u);
    let above1 = load_taps(first, row_of(1), 0u);
    var below2: Taps; var above2: Taps; var below3: Taps; var above3: Taps;
    if (K > 3u) {
        below2 = load_taps(first, row_of(-2), 0u);
        above2 = load_taps(first, row_of(2), 0u);
    }
    if (K > 5u) {
        below3 = load_taps(first, row_of(-3), 0u);
        above3 = load_taps(first, row_of(3), 0u);
    }
    // Rows t - 1 .. t + 2 of dy give rows 2t and 2t + 1 of dx. Loops as in product_shared.wgsl.
    let h = p.h;
    let w_in = p.w;
    let ho = p.ho;
    let wo = p.wo;
    let t0 = band * p.rows;
    let last = min(t0 + p.rows, (h + 1u) / 2u);
    EACH_IMAGE {
        let from_dy = (n * p.total + p.offset + c) * (ho * wo);
        let to = (n * p.total + p.offset + c) * (h * w_in);
        var g0: Three; var g3: Three;
        if (K > 3u) {
            g0 = load_three(from_dy, i32(t0) - 1, i32(v), ho, wo);
        }
        var g1 = load_three(from_dy, i32(t0), i32(v), ho, wo);
        var g2 = load_three(from_dy, i32(t0) + 1, i32(v), ho, wo);
        var t = t0;
        loop {
            var e0 = even(K, at, g1);
            var o0 = odd(K, at, g1);
            if (K > 3u) {
                e0 += even(K, above2, g0) + even(K, below2, g2);
                o0 += odd(K, above2, g0) + odd(K, below2, g2);
            }
            store_row(to + t * 2u * w_in, v, w_in, e0, o0);
            if (K > 5u) {
                g3 = load_three(from_dy, i32(t) + 2, i32(v), ho, wo);
            }
            var e1 = even(K, above1, g1) + even(K, below1, g2);
            var o1 = odd(K, above1, g1) + odd(K, below1, g2);
            if (K > 5u) {
                e1 += even(K, above3, g0) + even(K, below3, g3);
                o1 += odd(K, above3, g0) + odd(K, below3, g3);
            }
            // A map of odd height ends with an even row.
            if (t * 2u + 1u < h) {
                store_row(to + (t * 2u + 1u) * w_in, v, w_in, e1, o1);
            }
            g0 = g1;
            g1 = g2;
            if (K > 5u) {
                g2 = g3;
            } else {
                g2 = load_three(from_dy, i32(t) + 2, i32(v), ho, wo);
            }
            continuing {
                t++;
                break if t >= last;
            }
        }
        NEXT_IMAGE
    }
}
