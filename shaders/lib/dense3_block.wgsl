// The body of conv/dense3_shared.wgsl and conv/dense3_shared_odd.wgsl, which define `load` and
// `store(row, v, width, value)`.
// An invocation holds 16 output channels by 8 columns of one row. The eight invocations of a
// subgroup have the same channels: each loads a part of the kernels and broadcasts it. Loops as in
// product_shared.wgsl.

// 1: there is a bias.
override BIAS: u32 = 0u;

fn store_rows(m: u32, to: u32, v: u32, c: mat4x4<f32>) {
    let rows = p.rows;
    let wo = p.wo;
    let plane = p.ho * wo;
    for (var i = 0u; i < 4u; i++) {
        if (m + i < rows) {
            var r = c[i];
            if (BIAS == 1u) {
                r += bias[m + i];
            }
            store(to + (m + i) * plane, v, wo, r);
        }
    }
}

fn dense3_block(w: u32, lane: u32) {
    // Blocks of channels go fastest, so that the rows stay in the cache for all of them. Every lane
    // must take part in the broadcasts, even one beyond the last strip.
    let m4 = (w % p.blocks) * 4u;
    let id = (w / p.blocks) * 8u + lane;
    let inside = id < p.strips * p.ho * p.images;
    let j = select(0u, id, inside);
    let strip = j % p.strips;
    let oy = (j / p.strips) % p.ho;
    let n = j / (p.strips * p.ho);
    let v = i32(strip * 2u * STRIDE) - 1;
    var l0: mat4x4<f32>; var l1: mat4x4<f32>; var l2: mat4x4<f32>; var l3: mat4x4<f32>;
    var r0: mat4x4<f32>; var r1: mat4x4<f32>; var r2: mat4x4<f32>; var r3: mat4x4<f32>;
    let depth = p.depth;
    let h = p.h;
    let w_in = p.w;
    let pitch4 = p.pitch4;
    let at = m4 + lane % 4u;
    var c = 0u;
    loop {
        let plane = (n * depth + c) * (h * w_in);
        var ky = 0u;
        loop {
            let row = load_row(plane, i32(oy * STRIDE + ky) - 1, v, h, w_in);
            // Lanes 0 to 3 hold the taps left of the centre, lanes 4 to 7 those at it.
            let lc = load4(a[((ky * 3u + lane / 4u) * depth + c) * pitch4 + at]);
            let rr = load4(a[((ky * 3u + 2u) * depth + c) * pitch4 + at]);
            let ll = left(row, 0u);
            let lm = centre(row, 0u);
            let lr = right(row, 0u);
            let rl = left(row, 1u);
            let rm = centre(row, 1u);
            let r_ = right(row, 1u);
            let u0 = subgroupBroadcast(lc, 0u);
            let u1 = subgroupBroadcast(lc, 1u);
            let u2 = subgroupBroadcast(lc, 2u);
            let u3 = subgroupBroadcast(lc, 3u);
            let v0 = subgroupBroadcast(lc, 4u);
            let v1 = subgroupBroadcast(lc, 5u);
            let v2 = subgroupBroadcast(lc, 6u);
            let v3 = subgroupBroadcast(lc, 7u);
            let w0 = subgroupBroadcast(rr, 0u);
            let w1 = subgroupBroadcast(rr, 1u);
            let w2 = subgroupBroadcast(rr, 2u);
            let w3 = subgroupBroadcast(rr, 3u);
            l0 += outer(u0, ll) + outer(v0, lm) + outer(w0, lr);
            r0 += outer(u0, rl) + outer(v0, rm) + outer(w0, r_);
            l1 += outer(u1, ll) + outer(v1, lm) + outer(w1, lr);
            r1 += outer(u1, rl) + outer(v1, rm) + outer(w1, r_);
            l2 += outer(u2, ll) + outer(v2, lm) + outer(w2, lr);
            r2 += outer(u2, rl) + outer(v2, rm) + outer(w2, r_);
            l3 += outer(u3, ll) + outer(v3, lm) + outer(w3, lr);
            r3 += outer(u3, rl) + outer(v3, rm) + outer(w3, r_);
            continuing {
                ky++;
                break if ky >= 3u;
            }
        }
        continuing {
            c++;
            break if c >= depth;
        }
    }
    if (inside) {
        let m = m4 * 4u;
        let to = n * p.rows * (p.ho * p.wo) + oy * p.wo;
        let v0 = strip * 2u;
        store_rows(m, to, v0, l0);
        store_rows(m + 4u, to, v0, l1);
        store_rows(m + 8u, to, v0, l2);
        store_rows(m + 12u, to, v0, l3);
        store_rows(m, to, v0 + 1u, r0);
        store_rows(m + 4u, to, v0 + 1u, r1);
        store_rows(m + 8u, to, v0 + 1u, r2);
        store_rows(m + 12u, to, v0 + 1u, r3);
    }
}
