//! use linear
//! dx = mask * (d / beta for |d| < beta, the sign of d beyond) * dloss / average factor, with
//! d = x - target; 0 at d = 0. Host: src/ops/regression_loss/mod.rs.

struct Params {
    n: u32,
    beta: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> wanted: array<f32>;
@group(0) @binding(3) var<storage, read> mask: array<f32>;
@group(0) @binding(4) var<storage, read> factor: array<f32>;
@group(0) @binding(5) var<storage, read> dloss: array<f32>;
@group(0) @binding(6) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(64)
fn regression_grad(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = linear_index(wg, groups, 64u, local);
    if (i >= p.n) {
        return;
    }
    let d = x[i] - wanted[i];
    // A NaN is neither above nor below and stays.
    var slope = select(select(d, -1.0, d < 0.0), 1.0, d > 0.0);
    if (abs(d) < p.beta) {
        slope = d / p.beta;
    }
    dx[i] = mask[i] * slope * dloss[0] / factor[0];
}
