// Rows of the gradient of a depthwise convolution of stride 2, and what they give of the gradient by
// its input: a strip of 4 columns gives 8; even places meet the even taps only, odd ones the odd.
// Beside `depthwise` and `texel_rows`.
struct Three {
    l: vec4<f32>,
    m: vec4<f32>,
    r: vec4<f32>,
}

fn load_three(plane: u32, oy: i32, v: i32, ho: u32, wo: u32) -> Three {
    let r = load_row(plane, oy, v - 1, ho, wo);
    return Three(r.a, r.b, r.c);
}

// Even columns of dx from one row of dy.
fn even(t: Taps, g: Three) -> vec4<f32> {
    var s = t.l.w * g.m;
    if (K > 3u) {
        s += t.r.y * vec4<f32>(g.l.w, g.m.xyz) + t.l.y * vec4<f32>(g.m.yzw, g.r.x);
    }
    return s;
}

// Odd columns of dx from one row of dy.
fn odd(t: Taps, g: Three) -> vec4<f32> {
    var s = t.r.x * g.m + t.l.z * vec4<f32>(g.m.yzw, g.r.x);
    if (K > 5u) {
        s += t.r.z * vec4<f32>(g.l.w, g.m.xyz) + t.l.x * vec4<f32>(g.m.zw, g.r.xy);
    }
    return s;
}

// The kernel row at distance d from the centre.
fn row_of(d: i32) -> u32 {
    return u32(i32(K / 2u) + d);
}
