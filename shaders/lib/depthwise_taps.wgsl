// Taps of a depthwise kernel and their application to rows. The kernel defines `weights(i)`, four
// values of the kernels from value i on.

// Row ky of the kernel that begins at value `first`; flip = 1 turns the kernel around.
fn load_taps(first: u32, ky: u32, flip: u32) -> Taps {
    let turn = flip == 1u;
    let row = first + select(ky, K - 1u - ky, turn) * K;
    let a = weights(row);
    if (K == 3u) {
        let v = select(a.xyz, a.zyx, turn);
        return Taps(vec4<f32>(0.0, 0.0, v.xy), vec4<f32>(v.z, 0.0, 0.0, 0.0));
    }
    let b = weights(row + 4u);
    if (K == 5u) {
        let v = select(a, vec4<f32>(b.x, a.wzy), turn);
        return Taps(vec4<f32>(0.0, v.xyz), vec4<f32>(v.w, select(b.x, a.x, turn), 0.0, 0.0));
    }
    let l = select(a, vec4<f32>(b.zyx, a.w), turn);
    return Taps(l, vec4<f32>(select(b.xyz, a.zyx, turn), 0.0));
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
