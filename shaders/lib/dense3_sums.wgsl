// The body of conv/dense3_weights.wgsl and conv/dense3_weights_shared.wgsl, which define `gradients`,
// what a place needs of dy: eight channels of four columns.
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
        return x4[row / 4u + v];
    }
    let i = v * 4u + vec4<u32>(0u, 1u, 2u, 3u);
    let at = row + min(i, vec4<u32>(p.w - 1u));
    return select(vec4<f32>(), vec4<f32>(x[at.x], x[at.y], x[at.z], x[at.w]), i < vec4<u32>(p.w));
}

fn load_dy(row: u32, v: u32) -> vec4<f32> {
    if (ODD == 0u) {
        return dy4[row / 4u + v];
    }
    let i = v * 4u + vec4<u32>(0u, 1u, 2u, 3u);
    let at = row + min(i, vec4<u32>(p.wo - 1u));
    let g = vec4<f32>(dy[at.x], dy[at.y], dy[at.z], dy[at.w]);
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
    let last = min((s + 1u) * p.bands_a_split, p.images * p.bands);
    for (var i = s * p.bands_a_split; i < last; i++) {
        let n = i / p.bands;
        let oy0 = (i - n * p.bands) * p.band;
        let rows = min(p.band, p.ho - oy0);
        let plane = (n * p.depth + mine) * (p.h * p.w);
        for (var v = 0u; v < (p.wo + 3u) / 4u; v++) {
            var r0: Row; var r1: Row; var r2: Row;
            for (var t = 0u; t < (rows - 1u) * STRIDE + 3u; t++) {
                r0 = r1;
                r1 = r2;
                r2 = load_row(plane, i32(oy0 * STRIDE + t) - 1, i32(v * STRIDE) - 1, p.h, p.w);
                if (t >= 2u && (t - 2u) % STRIDE == 0u) {
                    let g = gradients(n, o, oy0 + (t - 2u) / STRIDE, v, lane);
                    s0 += sums(g.a, r0, r1, r2);
                    s1 += sums(g.b, r0, r1, r2);
                    s2 += sums(g.c, r0, r1, r2);
                    s3 += sums(g.d, r0, r1, r2);
                    s4 += sums(g.e, r0, r1, r2);
                    s5 += sums(g.f, r0, r1, r2);
                    s6 += sums(g.g, r0, r1, r2);
                    s7 += sums(g.h, r0, r1, r2);
                }
            }
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

// Where channel o of dy, row oy, begins; a channel beyond the last is the last.
fn row_of_dy(n: u32, o: u32, oy: u32) -> u32 {
    return ((n * p.rows + min(o, p.rows - 1u)) * p.ho + oy) * p.wo;
}
