// The body of conv/dense3_weights.wgsl and conv/dense3_weights_shared.wgsl, which define
// `channels_of(o, lane)`, where the channels of dy begin that this invocation loads, and
// `gradients(row, channels, v)`, what a place needs of dy: eight channels of four columns.
struct Channels {
    a: vec4<u32>,
    b: vec4<u32>,
}

struct Eight {
    a: vec4<f32>,
    b: vec4<f32>,
    c: vec4<f32>,
    d: vec4<f32>,
    e: vec4<f32>,
    f: vec4<f32>,
    g: vec4<f32>,
    h: vec4<f32>,
}

fn load(row: u32, v: u32) -> vec4<f32> {
    if (ODD == 0u) {
        return load4(x4[row / 4u + v]);
    }
    let i = v * 4u + vec4<u32>(0u, 1u, 2u, 3u);
    return select(vec4<f32>(), x_four(row + v * 4u), i < vec4<u32>(p.w));
}

fn load_dy(row: u32, v: u32) -> vec4<f32> {
    if (ODD == 0u) {
        return load4(dy4[row / 4u + v]);
    }
    let i = v * 4u + vec4<u32>(0u, 1u, 2u, 3u);
    let g = dy_four(row + v * 4u);
    return select(vec4<f32>(), g, i < vec4<u32>(p.wo));
}

// The sums of g with what the nine taps read; column ky, row kx.
fn sums(g: vec4<f32>, r0: Row, r1: Row, r2: Row) -> mat3x3<f32> {
    return mat3x3<f32>(
        dot(g, left(r0, 0u)), dot(g, centre(r0, 0u)), dot(g, right(r0, 0u)),
        dot(g, left(r1, 0u)), dot(g, centre(r1, 0u)), dot(g, right(r1, 0u)),
        dot(g, left(r2, 0u)), dot(g, centre(r2, 0u)), dot(g, right(r2, 0u)),
    );
}

fn store_sums(s: u32, o: u32, c: u32, v: mat3x3<f32>) {
    if (o < p.rows && c < p.depth) {
        let to = s * p.pitch + (o * p.depth + c) * 9u;
        for (var ky = 0u; ky < 3u; ky++) {
            for (var kx = 0u; kx < 3u; kx++) {
                parts[to + ky * 3u + kx] = v[ky][kx];
            }
        }
    }
}

// Sums of input channel c with the output channels o .. o + 7 over the bands of split s.
fn dense3_sums(s: u32, o: u32, c: u32, lane: u32) {
    var s0: mat3x3<f32>; var s1: mat3x3<f32>; var s2: mat3x3<f32>; var s3: mat3x3<f32>;
    var s4: mat3x3<f32>; var s5: mat3x3<f32>; var s6: mat3x3<f32>; var s7: mat3x3<f32>;
    // A channel beyond the last is read from the last: it is not stored.
    let mine = min(c, p.depth - 1u);
    // Loops as in product_shared.wgsl.
    let last = min((s + 1u) * p.bands_a_split, p.images * p.bands);
    let bands = p.bands;
    let band = p.band;
    let h = p.h;
    let w = p.w;
    let ho = p.ho;
    let wo = p.wo;
    let vec4s = (wo + 3u) / 4u;
    let plane_x = h * w;
    let depth = p.depth;
    let image = p.rows * (ho * wo);
    let channels = channels_of(o, lane);
    var i = s * p.bands_a_split;
    loop {
        let n = i / bands;
        let oy0 = (i - n * bands) * band;
        let end = min(oy0 + band, ho);
        let plane = (n * depth + mine) * plane_x;
        let plane_dy = n * image;
        var v = 0u;
        loop {
            let at = i32(v * STRIDE) - 1;
            let iy = i32(oy0 * STRIDE) - 1;
            var r0: Row; var r1: Row;
            var r2 = load_row(plane, iy, at, h, w);
            if (STRIDE == 1u) {
                r1 = r2;
                r2 = load_row(plane, iy + 1, at, h, w);
            }
            var oy = oy0;
            loop {
                let ahead = i32(oy * STRIDE) + 1;
                if (STRIDE == 1u) {
                    r0 = r1;
                    r1 = r2;
                } else {
                    r0 = r2;
                    r1 = load_row(plane, ahead - 1, at, h, w);
                }
                r2 = load_row(plane, ahead, at, h, w);
                let g = gradients(plane_dy + oy * wo, channels, v);
                s0 += sums(g.a, r0, r1, r2);
                s1 += sums(g.b, r0, r1, r2);
                s2 += sums(g.c, r0, r1, r2);
                s3 += sums(g.d, r0, r1, r2);
                s4 += sums(g.e, r0, r1, r2);
                s5 += sums(g.f, r0, r1, r2);
                s6 += sums(g.g, r0, r1, r2);
                s7 += sums(g.h, r0, r1, r2);
                continuing {
                    oy++;
                    break if oy >= end;
                }
            }
            continuing {
                v++;
                break if v >= vec4s;
            }
        }
        continuing {
            i++;
            break if i >= last;
        }
    }
    store_sums(s, o, c, s0);
    store_sums(s, o + 1u, c, s1);
    store_sums(s, o + 2u, c, s2);
    store_sums(s, o + 3u, c, s3);
    store_sums(s, o + 4u, c, s4);
    store_sums(s, o + 5u, c, s5);
    store_sums(s, o + 6u, c, s6);
    store_sums(s, o + 7u, c, s7);
}
