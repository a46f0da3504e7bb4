// The body of block/depthwise_tiles_back.wgsl and block/depthwise_tiles_back_odd.wgsl, beside
// `depthwise_tiles`, `depthwise_back` and `depthwise_threes`. An invocation has two rows of z: at
// stride 1 of one vec4 of columns, at stride 2 of the two that four columns of zo meet.

override STRIDE: u32 = 1u;

// Where the gradients by the kernels of a group begin in a part.
fn grads_start(group: u32) -> u32 {
    switch group {
        case 0u: { return p.grads0; }
        case 1u: { return p.grads1; }
        case 2u: { return p.grads2; }
        case 3u: { return p.grads3; }
        case 4u: { return p.grads4; }
        default: { return p.grads5; }
    }
}

// Row oy of the window, or one of zeros; `base` is where the window's first row begins for this column.
fn gradients(win: Window, base: u32, oy: i32) -> Three {
    let known = oy >= i32(win.top) && oy < i32(win.bottom);
    let at = base + (u32(oy) - win.top) * win.pitch;
    return Three(held(at, known), held(at + 1u, known), held(at + 2u, known));
}

fn back_tile(w: u32, local: u32) {
    if (w >= jobs()) {
        return;
    }
    let j = job(w);
    start_channel(j.c);
    let reach = j.k / 2u;
    // Pairs of rows of z.
    let t0 = j.band * p.rows;
    let t1 = min(t0 + p.rows, (p.h + 1u) / 2u);
    let v0 = j.strip * p.width;
    let width = min(p.width, (p.wo + 3u) / 4u - v0);
    var win = Window(max(2u * t0, reach) - reach, min(2u * t1 + reach, p.ho), i32(v0) - 1, width + 2u);
    if (STRIDE == 2u) {
        win.top = max(t0, 1u) - 1u;
        win.bottom = min(t1 + 2u, p.ho);
    }
    bring(local, j, win, p.ho, p.wo, STRIDE == 1u);
    let pairs = (t1 - t0) * width;
    let image = local / pairs;
    let pair = local - image * pairs;
    let v = v0 + pair % width;
    let y = 2u * (t0 + pair / width);
    let base = image * slot(win) + pair % width;
    let known = image < j.images;
    let row = (((j.n0 + min(image, j.images - 1u)) * p.total + j.c) * p.h + y) * p.w;
    // Even and odd columns of two rows; at stride 1 the four columns of each in `e`.
    var upper: Eight;
    var lower: Eight;
    if (known) {
        for (var i = 0u; i < j.k + 2u - STRIDE; i++) {
            let g = gradients(win, base, row_of_gradient(y, i, reach));
            if (STRIDE == 1u) {
                if (i < j.k) {
                    upper.e += taps1(j.k, taps_of[i], g.l, g.m, g.r);
                }
                if (i > 0u) {
                    lower.e += taps1(j.k, taps_of[i - 1u], g.l, g.m, g.r);
                }
            } else if (is_upper(i, reach)) {
                upper = Eight(upper.e + even(j.k, taps_of[i], g), upper.o + odd(j.k, taps_of[i], g));
            } else {
                lower = Eight(lower.e + even(j.k, taps_of[i], g), lower.o + odd(j.k, taps_of[i], g));
            }
        }
        let has_lower = y + 1u < p.h;
        if (STRIDE == 2u) {
            upper = finish_eight(row, v, p.w, upper.e, upper.o);
            if (has_lower) {
                lower = finish_eight(row + p.w, v, p.w, lower.e, lower.o);
            } else {
                lower = Eight();
            }
        } else {
            upper.e = finish_four(row, v, p.w, upper.e);
            if (has_lower) {
                lower.e = finish_four(row + p.w, v, p.w, lower.e);
            } else {
                lower.e = vec4<f32>();
            }
        }
    }
    let part = part_start(j.chunk, j.band, j.strip);
    let first = part + grads_start(j.group) + j.within * j.k * j.k;
    for (var i = 0u; i < j.k; i++) {
        var t: Taps;
        if (known) {
            let g = gradients(win, base, row_of_gradient(y, i, reach));
            if (STRIDE == 1u) {
                let below = gradients(win, base, row_of_gradient(y, i + 1u, reach));
                t = sums1(j.k, upper.e, g.l, g.m, g.r);
                let u = sums1(j.k, lower.e, below.l, below.m, below.r);
                t = Taps(t.l + u.l, t.r + u.r);
            } else {
                var a = upper;
                if (!is_upper(i, reach)) {
                    a = lower;
                }
                let e = even_sums(j.k, a.e, g);
                let o = odd_sums(j.k, a.o, g);
                t = Taps(e.l + o.l, e.r + o.r);
            }
        }
        let sum = fold(local, t.l, t.r);
        if (local == 0u) {
            store_taps(j.k, first, i, STRIDE == 1u, sum);
        }
    }
    let sums = fold(local, sum_g, sum_gd);
    if (local == 0u) {
        sum_g = sums.l;
        sum_gd = sums.r;
        store_sums(part, j.c);
    }
}

// At stride 2: whether tap i gives to the first of two rows of z, or to the second.
fn is_upper(i: u32, reach: u32) -> bool {
    return ((i + reach) & 1u) == 0u;
}

// The row of zo that row i of taps meets from the pair of rows of z that begins at y: at stride 1 from
// the first, the kernel being turned around; at stride 2 from the one to which it gives.
fn row_of_gradient(y: u32, i: u32, reach: u32) -> i32 {
    let d = i32(reach) - i32(i);
    if (STRIDE == 1u) {
        return i32(y) - d;
    }
    return i32(y / 2u) + (d + (d & 1)) / 2;
}
