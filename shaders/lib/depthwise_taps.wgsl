// Taps of a depthwise kernel, and a window of rows. The kernel defines `weight(i)`. Beside
// `depthwise_apply`.
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

// Output vec4 i of a strip from the rows around it; row ky of the window is r[7 - K + ky].
fn window(
    r0: Row, r1: Row, r2: Row, r3: Row, r4: Row, r5: Row, r6: Row,
    t0: Taps, t1: Taps, t2: Taps, t3: Taps, t4: Taps, t5: Taps, t6: Taps,
    i: u32,
) -> vec4<f32> {
    if (K == 3u) {
        return apply(K, t0, r4, i) + apply(K, t1, r5, i) + apply(K, t2, r6, i);
    }
    if (K == 5u) {
        return apply(K, t0, r2, i) + apply(K, t1, r3, i) + apply(K, t2, r4, i) + apply(K, t3, r5, i)
            + apply(K, t4, r6, i);
    }
    return apply(K, t0, r0, i) + apply(K, t1, r1, i) + apply(K, t2, r2, i) + apply(K, t3, r3, i)
        + apply(K, t4, r4, i) + apply(K, t5, r5, i) + apply(K, t6, r6, i);
}
