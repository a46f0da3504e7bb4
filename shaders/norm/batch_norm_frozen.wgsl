//! use linear
//! Coefficients (mean, 1/std, scale, beta) of y = (x - mean) * scale + beta from given statistics,
//! scale = gamma / sqrt(var + eps). Host: src/ops/batch_norm/passes.rs.

struct Params {
    channels: u32,
    eps: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> gamma: array<f32>;
@group(0) @binding(2) var<storage, read> beta: array<f32>;
@group(0) @binding(3) var<storage, read> mean: array<f32>;
@group(0) @binding(4) var<storage, read> variance: array<f32>;
@group(0) @binding(5) var<storage, read_write> coefficients: array<quad>;

@compute @workgroup_size(64)
fn batch_norm_frozen(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let c = linear_index(wg, groups, 64u, local);
    if (c < p.channels) {
        let inverse = 1.0 / sqrt(variance[c] + p.eps);
        coefficients[c] = store4(vec4<f32>(mean[c], inverse, gamma[c] * inverse, beta[c]));
    }
}
