// Reading what the kernels of conv/depthwise*.wgsl read: rows of a plane in vec4s, and taps. They
// define `load(row, v)`, the values 4v..4v+3 of a row that begins at value `row`, of which some lie
// inside; and `weight(i)`.
override STRIDE: u32 = 1u;
// Output vec4s of a strip: 1, 2 or 4 at stride 1, 1 or 2 at stride 2.
override S: u32 = 1u;
// Vec4s that a strip reads of a row: its own and one on each side.
override V: u32 = S * STRIDE + 2u;

struct Row {
    a: vec4<f32>,
    b: vec4<f32>,
    c: vec4<f32>,
    d: vec4<f32>,
    e: vec4<f32>,
    f: vec4<f32>,
}

fn load_inside(row: u32, v: i32, width: u32) -> vec4<f32> {
    if (v < 0 || v * 4 >= i32(width)) {
        return vec4<f32>();
    }
    return load(row, u32(v));
}

// Row iy of the plane of h by w values that begins at `plane`, from vec4 v on; zero outside.
fn load_row(plane: u32, iy: i32, v: i32, h: u32, w: u32) -> Row {
    var r: Row;
    if (iy < 0 || iy >= i32(h)) {
        return r;
    }
    let row = plane + u32(iy) * w;
    r.a = load_inside(row, v, w);
    r.b = load_inside(row, v + 1, w);
    r.c = load_inside(row, v + 2, w);
    if (V > 3u) {
        r.d = load_inside(row, v + 3, w);
    }
    if (V > 4u) {
        r.e = load_inside(row, v + 4, w);
    }
    if (V > 5u) {
        r.f = load_inside(row, v + 5, w);
    }
    return r;
}

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
