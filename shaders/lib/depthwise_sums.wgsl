// Weight gradients of depthwise kernels by strips: the sums, over a strip of S vec4s, of one factor
// with what each tap reads of the other. Beside `depthwise` and `plane_rows`.
struct Strip {
    a: vec4<f32>,
    b: vec4<f32>,
    c: vec4<f32>,
    d: vec4<f32>,
}

fn add(t: Taps, u: Taps) -> Taps {
    return Taps(t.l + u.l, t.r + u.r);
}

fn sums(g: Strip, r: Row) -> Taps {
    if (STRIDE == 2u) {
        var t = sums2(K, g.a, r.a, r.b, r.c, r.d);
        if (S > 1u) {
            t = add(t, sums2(K, g.b, r.c, r.d, r.e, r.f));
        }
        return t;
    }
    var t = sums1(K, g.a, r.a, r.b, r.c);
    if (S > 1u) {
        t = add(t, sums1(K, g.b, r.b, r.c, r.d));
    }
    if (S > 2u) {
        t = add(t, add(sums1(K, g.c, r.c, r.d, r.e), sums1(K, g.d, r.d, r.e, r.f)));
    }
    return t;
}
