// Taps of a depthwise kernel and their application to rows. The kernel defines `weight(i)`.
fn load_tap(first: u32, ky: u32, d: i32, flip: u32) -> f32 {
    let i = ky * K + u32(i32(K / 2u) + d);
    return weight(first + select(i, K * K - 1u - i, flip == 1u));
}

// Row ky of the kernel that begins at value `first`; flip = 1 turns the kernel around.
fn load_taps(first: u32, ky: u32, flip: u32) -> Taps {
    var t: Taps;
    t.l.z = load_tap(first, ky, -1, flip);
    t.l.w = load_tap(first, ky, 0, flip);
    t.r.x = load_tap(first, ky, 1, flip);
    if (K > 3u) {
        t.l.y = load_tap(first, ky, -2, flip);
        t.r.y = load_tap(first, ky, 2, flip);
    }
    if (K > 5u) {
        t.l.x = load_tap(first, ky, -3, flip);
        t.r.z = load_tap(first, ky, 3, flip);
    }
    return t;
}

// Output vec4 i of a strip from one row and its taps.
fn apply(t: Taps, r: Row, i: u32) -> vec4<f32> {
    if (STRIDE == 2u) {
        if (i == 0u) {
            return taps2(t, r.a, r.b, r.c, r.d);
        }
        return taps2(t, r.c, r.d, r.e, r.f);
    }
    switch i {
        case 0u: { return taps1(t, r.a, r.b, r.c); }
        case 1u: { return taps1(t, r.b, r.c, r.d); }
        case 2u: { return taps1(t, r.c, r.d, r.e); }
        default: { return taps1(t, r.d, r.e, r.f); }
    }
}

// Output vec4 i of a strip from the rows around it; row ky of the window is r[7 - K + ky].
fn window(
    r0: Row, r1: Row, r2: Row, r3: Row, r4: Row, r5: Row, r6: Row,
    t0: Taps, t1: Taps, t2: Taps, t3: Taps, t4: Taps, t5: Taps, t6: Taps,
    i: u32,
) -> vec4<f32> {
    if (K == 3u) {
        return apply(t0, r4, i) + apply(t1, r5, i) + apply(t2, r6, i);
    }
    if (K == 5u) {
        return apply(t0, r2, i) + apply(t1, r3, i) + apply(t2, r4, i) + apply(t3, r5, i)
            + apply(t4, r6, i);
    }
    return apply(t0, r0, i) + apply(t1, r1, i) + apply(t2, r2, i) + apply(t3, r3, i)
        + apply(t4, r4, i) + apply(t5, r5, i) + apply(t6, r6, i);
}
