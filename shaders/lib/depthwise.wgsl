// Depthwise convolution by rows: what the kernels of conv/depthwise*.wgsl share. A row of taps is
// d = -3..3 around the centre; a kernel size K below 7 leaves the outer ones out.
override K: u32 = 3u;

struct Taps {
    l: vec4<f32>, // d = -3, -2, -1, 0
    r: vec4<f32>, // d = 1, 2, 3
}

// Four values at stride 1 of a kernel of size k: l, m, r are the vec4s before, at and after the place.
fn taps1(k: u32, t: Taps, l: vec4<f32>, m: vec4<f32>, r: vec4<f32>) -> vec4<f32> {
    var s = t.l.z * vec4<f32>(l.w, m.xyz) + t.l.w * m + t.r.x * vec4<f32>(m.yzw, r.x);
    if (k > 3u) {
        s += t.l.y * vec4<f32>(l.zw, m.xy) + t.r.y * vec4<f32>(m.zw, r.xy);
    }
    if (k > 5u) {
        s += t.l.x * vec4<f32>(l.yzw, m.x) + t.r.z * vec4<f32>(m.w, r.xyz);
    }
    return s;
}

// Four values at stride 2: m, n hold the eight values at the places, l and r those beside them.
fn taps2(k: u32, t: Taps, l: vec4<f32>, m: vec4<f32>, n: vec4<f32>, r: vec4<f32>) -> vec4<f32> {
    let even = vec4<f32>(m.xz, n.xz);
    let odd = vec4<f32>(m.yw, n.yw);
    var s = t.l.z * vec4<f32>(l.w, odd.xyz) + t.l.w * even + t.r.x * odd;
    if (k > 3u) {
        s += t.l.y * vec4<f32>(l.z, even.xyz) + t.r.y * vec4<f32>(even.yzw, r.x);
    }
    if (k > 5u) {
        s += t.l.x * vec4<f32>(l.y, l.w, odd.xy) + t.r.z * vec4<f32>(odd.yzw, r.y);
    }
    return s;
}

// The sums of g with what each tap of a kernel of size k reads, at stride 1.
fn sums1(k: u32, g: vec4<f32>, l: vec4<f32>, m: vec4<f32>, r: vec4<f32>) -> Taps {
    var t = Taps(
        vec4<f32>(0.0, 0.0, dot(g, vec4<f32>(l.w, m.xyz)), dot(g, m)),
        vec4<f32>(dot(g, vec4<f32>(m.yzw, r.x)), 0.0, 0.0, 0.0),
    );
    if (k > 3u) {
        t.l.y = dot(g, vec4<f32>(l.zw, m.xy));
        t.r.y = dot(g, vec4<f32>(m.zw, r.xy));
    }
    if (k > 5u) {
        t.l.x = dot(g, vec4<f32>(l.yzw, m.x));
        t.r.z = dot(g, vec4<f32>(m.w, r.xyz));
    }
    return t;
}

// The sums of g with what each tap of a kernel of size k reads, at stride 2.
fn sums2(k: u32, g: vec4<f32>, l: vec4<f32>, m: vec4<f32>, n: vec4<f32>, r: vec4<f32>) -> Taps {
    let even = vec4<f32>(m.xz, n.xz);
    let odd = vec4<f32>(m.yw, n.yw);
    var t = Taps(
        vec4<f32>(0.0, 0.0, dot(g, vec4<f32>(l.w, odd.xyz)), dot(g, even)),
        vec4<f32>(dot(g, odd), 0.0, 0.0, 0.0),
    );
    if (k > 3u) {
        t.l.y = dot(g, vec4<f32>(l.z, even.xyz));
        t.r.y = dot(g, vec4<f32>(even.yzw, r.x));
    }
    if (k > 5u) {
        t.l.x = dot(g, vec4<f32>(l.y, l.w, odd.xy));
        t.r.z = dot(g, vec4<f32>(odd.yzw, r.y));
    }
    return t;
}
