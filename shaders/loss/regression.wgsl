//! use linear
//! Masked losses by element, d = x - target: 0.5 d^2 / beta for |d| < beta, |d| - 0.5 beta beyond;
//! |d| for beta = 0. Host: src/ops/regression_loss/mod.rs.

struct Params {
    n: u32,
    beta: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> wanted: array<f32>;
@group(0) @binding(3) var<storage, read> mask: array<f32>;
@group(0) @binding(4) var<storage, read_write> loss: array<f32>;

@compute @workgroup_size(64)
fn regression(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = linear_index(wg, groups, 64u, local);
    if (i >= p.n) {
        return;
    }
    let d = abs(x[i] - wanted[i]);
    var v = d - 0.5 * p.beta;
    if (d < p.beta) {
        v = 0.5 * d * d / p.beta;
    }
    loss[i] = mask[i] * v;
}
