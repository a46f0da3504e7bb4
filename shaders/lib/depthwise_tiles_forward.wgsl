// The body of block/depthwise_tiles.wgsl and block/depthwise_tiles_odd.wgsl, beside `depthwise_tiles`:
// y with its moments. The kernel defines `store(i, left, value)`, four values from value i on of y, and
// `store_moments(i, part)`.

override STRIDE: u32 = 1u;

// What a vec4 of y takes of the row of the window that begins at `at`, or of one of zeros, so that taps
// that are not finite spoil what meets no other.
fn apply_tile(k: u32, t: Taps, at: u32, known: bool) -> vec4<f32> {
    let l = held(at, known);
    let m = held(at + 1u, known);
    let r = held(at + 2u, known);
    if (STRIDE == 2u) {
        return taps2(k, t, l, m, r, held(at + 3u, known));
    }
    return taps1(k, t, l, m, r);
}

// The first `left` of four values, and zeros.
fn of_row(v: vec4<f32>, left: u32) -> vec4<f32> {
    return select(vec4<f32>(), v, vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(left));
}

fn forward_tile(w: u32, local: u32) {
    if (w >= jobs()) {
        return;
    }
    let j = job(w);
    let reach = j.k / 2u;
    let y0 = j.band * p.rows;
    let y1 = min(y0 + p.rows, p.ho);
    let v0 = j.strip * p.width;
    let width = min(p.width, (p.wo + 3u) / 4u - v0);
    let win = Window(
        max(y0 * STRIDE, reach) - reach, min((y1 - 1u) * STRIDE + reach + 1u, p.h),
        i32(v0 * STRIDE) - 1, width * STRIDE + 2u,
    );
    bring(local, j, win, p.h, p.w, false);
    let pairs = (y1 - y0 + 1u) / 2u * width;
    let image = local / pairs;
    let pair = local - image * pairs;
    let x = pair % width;
    let y = y0 + pair / width * 2u;
    let base = image * slot(win) + x * STRIDE;
    var upper = vec4<f32>();
    var lower = vec4<f32>();
    if (image < j.images) {
        for (var i = 0u; i < j.k + STRIDE; i++) {
            let iy = y * STRIDE + i;
            let known = iy >= win.top + reach && iy < win.bottom + reach;
            let at = base + (iy - win.top - reach) * win.pitch;
            if (i < j.k) {
                upper += apply_tile(j.k, taps_of[i], at, known);
            }
            if (i >= STRIDE) {
                lower += apply_tile(j.k, taps_of[i - STRIDE], at, known);
            }
        }
    }
    let v = v0 + x;
    let left = select(0u, p.wo - 4u * v, image < j.images);
    let below = select(0u, left, y + 1u < y1);
    let to = (((j.n0 + image) * p.total + j.c) * p.ho + y) * p.wo + 4u * v;
    if (left > 0u) {
        store(to, left, upper);
    }
    if (below > 0u) {
        store(to + p.wo, left, lower);
    }
    let count = f32(j.images * (y1 - y0) * (min(4u * (v0 + width), p.wo) - 4u * v0));
    let sum = fold(local, of_row(upper, left), of_row(lower, below));
    let mean = total(sum.l + sum.r) / count;
    let d = of_row(upper - mean, left);
    let e = of_row(lower - mean, below);
    let squares = fold(local, d * d, e * e);
    if (local == 0u) {
        let part = vec4<f32>(count, mean, total(squares.l + squares.r), 0.0);
        store_moments(j.c * p.parts + (j.chunk * p.bands + j.band) * p.strips + j.strip, part);
    }
}
