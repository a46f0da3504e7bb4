// Taps of a depthwise kernel applied to rows, beside `depthwise` and `row`.

// Output vec4 i of a strip from one row and its taps, of a kernel of size k.
fn apply(k: u32, t: Taps, r: Row, i: u32) -> vec4<f32> {
    if (STRIDE == 2u) {
        if (i == 0u) {
            return taps2(k, t, r.a, r.b, r.c, r.d);
        }
        return taps2(k, t, r.c, r.d, r.e, r.f);
    }
    switch i {
        case 0u: { return taps1(k, t, r.a, r.b, r.c); }
        case 1u: { return taps1(k, t, r.b, r.c, r.d); }
        case 2u: { return taps1(k, t, r.c, r.d, r.e); }
        default: { return taps1(k, t, r.d, r.e, r.f); }
    }
}
