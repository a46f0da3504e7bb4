//! use linear
//! y[i] += scale * x[i], i < n, four values an invocation: sums gradients.
//! What lies beyond stays: y may be a part of an arena whose norm is taken whole.
//! Host: src/ops/accumulate/mod.rs.

struct Params {
    n: u32,
    scale: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<texel>;
@group(0) @binding(2) var<storage, read_write> y: array<quad>;

@compute @workgroup_size(64)
fn accumulate(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = linear_index(wg, groups, 64u, local);
    if (4u * i < p.n) {
        let ours = vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(p.n - 4u * i);
        let old = load4(y[i]);
        y[i] = store4(select(old, old + p.scale * x_quad(i), ours));
    }
}
