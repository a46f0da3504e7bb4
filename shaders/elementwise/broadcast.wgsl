//! use linear arithmetic
//! y = scale * (a op b) with broadcasting: y has extents d0..d3 (d0 is not needed), an operand's
//! stride is 0 where it repeats. With VEC the innermost extent is a multiple of four.
//! Host: src/ops/arithmetic/kernels.rs.

override VEC: bool = false;

struct Params {
    n4: u32,
    scale: f32,
    d1: u32,
    d2: u32,
    d3: u32,
    a0: u32,
    a1: u32,
    a2: u32,
    a3: u32,
    b0: u32,
    b1: u32,
    b2: u32,
    b3: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<quad>;

fn place(i: u32) -> vec4<u32> {
    let i2 = i / p.d3;
    let i1 = i2 / p.d2;
    return vec4<u32>(i1 / p.d1, i1 % p.d1, i2 % p.d2, i % p.d3);
}

fn offset_a(at: vec4<u32>) -> u32 {
    return at.x * p.a0 + at.y * p.a1 + at.z * p.a2 + at.w * p.a3;
}

fn offset_b(at: vec4<u32>) -> u32 {
    return at.x * p.b0 + at.y * p.b1 + at.z * p.b2 + at.w * p.b3;
}

@compute @workgroup_size(64)
fn broadcast(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = linear_index(wg, groups, 64u, local);
    if (i >= p.n4) {
        return;
    }
    var u: vec4<f32>;
    var v: vec4<f32>;
    if (VEC) {
        let at = place(i * 4u);
        let j = offset_a(at);
        let k = offset_b(at);
        u = vec4<f32>(a[j], a[j + p.a3], a[j + 2u * p.a3], a[j + 3u * p.a3]);
        v = vec4<f32>(b[k], b[k + p.b3], b[k + 2u * p.b3], b[k + 3u * p.b3]);
    } else {
        let at0 = place(i * 4u);
        let at1 = place(i * 4u + 1u);
        let at2 = place(i * 4u + 2u);
        let at3 = place(i * 4u + 3u);
        u = vec4<f32>(a[offset_a(at0)], a[offset_a(at1)], a[offset_a(at2)], a[offset_a(at3)]);
        v = vec4<f32>(b[offset_b(at0)], b[offset_b(at1)], b[offset_b(at2)], b[offset_b(at3)]);
    }
    y[i] = store4(p.scale * combine(u, v));
}
