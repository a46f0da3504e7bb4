//! use linear
//! y = factor * x. Host: src/ops/arithmetic/kernels.rs.

struct Params {
    n4: u32,
    factor: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<texel>;
@group(0) @binding(2) var<storage, read_write> y: array<quad>;

@compute @workgroup_size(64)
fn scale(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = linear_index(wg, groups, 64u, local);
    if (i < p.n4) {
        y[i] = store4(p.factor * x_quad(i));
    }
}
