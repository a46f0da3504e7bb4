// The body of block/depthwise_back_up.wgsl and block/depthwise_back_up_odd.wgsl, at stride 2: as
// depthwise_spread.wgsl goes from the gradient by zo to that by a, four columns of zo at a time.

fn add_pair(t: Taps, a: Eight, g: Three) -> Taps {
    let e = even_sums(K, a.e, g);
    let o = odd_sums(K, a.o, g);
    return Taps(t.l + e.l + o.l, t.r + e.r + o.r);
}

fn back_spread(id: u32) {
    let v = id % p.strips;
    let band = (id / p.strips) % p.bands;
    let i = id / (p.strips * p.bands);
    if (i >= p.planes) {
        return;
    }
    let run = i / p.count;
    let c = i - run * p.count;
    let h = p.h;
    let w = p.w;
    let ho = p.ho;
    let wo = p.wo;
    var n = run * p.run;
    let images = min(n + p.run, p.images);
    start_channel(p.offset + c);
    let t0 = band * p.rows;
    let last = min(t0 + p.rows, (h + 1u) / 2u);
    // Rows of taps, and of their gradient, by d = ky - K/2.
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
    var s0: Taps; var s1: Taps; var s2: Taps; var s3: Taps;
    var u1: Taps; var u2: Taps; var u3: Taps;
    EACH_IMAGE {
        let plane = (n * p.total + p.offset + c) * (h * w);
        let plane_o = (n * p.total + p.offset + c) * (ho * wo);
        var g0: Three; var g3: Three;
        if (K > 3u) {
            g0 = load_three(plane_o, i32(t0) - 1, i32(v), ho, wo);
        }
        var g1 = load_three(plane_o, i32(t0), i32(v), ho, wo);
        var g2 = load_three(plane_o, i32(t0) + 1, i32(v), ho, wo);
        var t = t0;
        loop {
            var e0 = even(K, at, g1);
            var o0 = odd(K, at, g1);
            if (K > 3u) {
                e0 += even(K, above2, g0) + even(K, below2, g2);
                o0 += odd(K, above2, g0) + odd(K, below2, g2);
            }
            let a0 = finish_eight(plane + t * 2u * w, v, w, e0, o0);
            s0 = add_pair(s0, a0, g1);
            if (K > 3u) {
                s2 = add_pair(s2, a0, g0);
                u2 = add_pair(u2, a0, g2);
            }
            if (K > 5u) {
                g3 = load_three(plane_o, i32(t) + 2, i32(v), ho, wo);
            }
            var e1 = even(K, above1, g1) + even(K, below1, g2);
            var o1 = odd(K, above1, g1) + odd(K, below1, g2);
            if (K > 5u) {
                e1 += even(K, above3, g0) + even(K, below3, g3);
                o1 += odd(K, above3, g0) + odd(K, below3, g3);
            }
            // A map of odd height ends with an even row.
            if (t * 2u + 1u < h) {
                let a1 = finish_eight(plane + (t * 2u + 1u) * w, v, w, e1, o1);
                s1 = add_pair(s1, a1, g1);
                u1 = add_pair(u1, a1, g2);
                if (K > 5u) {
                    s3 = add_pair(s3, a1, g0);
                    u3 = add_pair(u3, a1, g3);
                }
            }
            g0 = g1;
            g1 = g2;
            if (K > 5u) {
                g2 = g3;
            } else {
                g2 = load_three(plane_o, i32(t) + 2, i32(v), ho, wo);
            }
            continuing {
                t++;
                break if t >= last;
            }
        }
        NEXT_IMAGE
    }
    let part = part_start(run, band, v);
    let to = part + p.taps_at + first;
    store_taps(K, to, row_of(0), false, s0);
    store_taps(K, to, row_of(1), false, s1);
    store_taps(K, to, row_of(-1), false, u1);
    if (K > 3u) {
        store_taps(K, to, row_of(2), false, s2);
        store_taps(K, to, row_of(-2), false, u2);
    }
    if (K > 5u) {
        store_taps(K, to, row_of(3), false, s3);
        store_taps(K, to, row_of(-3), false, u3);
    }
    store_sums(part, c);
}
