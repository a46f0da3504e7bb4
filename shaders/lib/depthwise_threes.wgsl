// Rows of the gradient of a depthwise convolution of stride 2, and what they give of the gradient by
// its input: a strip of 4 columns gives 8; even places meet the even taps only, odd ones the odd.
// Beside `depthwise`.
struct Three {
    l: vec4<f32>,
    m: vec4<f32>,
    r: vec4<f32>,
}

// Even columns of dx from one row of dy, of a kernel of size k.
fn even(k: u32, t: Taps, g: Three) -> vec4<f32> {
    var s = t.l.w * g.m;
    if (k > 3u) {
        s += t.r.y * vec4<f32>(g.l.w, g.m.xyz) + t.l.y * vec4<f32>(g.m.yzw, g.r.x);
    }
    return s;
}

// Odd columns of dx from one row of dy.
fn odd(k: u32, t: Taps, g: Three) -> vec4<f32> {
    var s = t.r.x * g.m + t.l.z * vec4<f32>(g.m.yzw, g.r.x);
    if (k > 5u) {
        s += t.r.z * vec4<f32>(g.l.w, g.m.xyz) + t.l.x * vec4<f32>(g.m.zw, g.r.xy);
    }
    return s;
}

// The sums of a, even columns, with what each tap of a kernel of size k
// reads of a row of the gradient.
fn even_sums(k: u32, a: vec4<f32>, g: Three) -> Taps {
    var t: Taps;
    t.l.w = dot(a, g.m);
    if (k > 3u) {
        t.r.y = dot(a, vec4<f32>(g.l.w, g.m.xyz));
        t.l.y = dot(a, vec4<f32>(g.m.yzw, g.r.x));
    }
    return t;
}

// The same of odd columns.
fn odd_sums(k: u32, a: vec4<f32>, g: Three) -> Taps {
    var t: Taps;
    t.r.x = dot(a, g.m);
    t.l.z = dot(a, vec4<f32>(g.m.yzw, g.r.x));
    if (k > 5u) {
        t.r.z = dot(a, vec4<f32>(g.l.w, g.m.xyz));
        t.l.x = dot(a, vec4<f32>(g.m.zw, g.r.xy));
    }
    return t;
}
