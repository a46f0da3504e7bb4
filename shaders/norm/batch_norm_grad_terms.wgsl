//! use linear
//! By channel what a kernel needs to make the gradient through a batch norm as it reads:
//! (mean, 1/std, scale, shift), (scale dbeta / n, scale dgamma / (n std), 0, 0); statistics that are
//! given, not computed, take no part in it: then 1 / n is 0. Host: src/ops/batch_norm/passes.rs.

struct Params {
    channels: u32,
    // 1 / n, or 0 for given statistics.
    inverse_n: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> coefficients: array<quad>;
@group(0) @binding(2) var<storage, read> dgamma: array<f32>;
@group(0) @binding(3) var<storage, read> dbeta: array<f32>;
@group(0) @binding(4) var<storage, read_write> terms: array<quad>;

@compute @workgroup_size(64)
fn batch_norm_grad_terms(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = linear_index(wg, groups, 64u, local);
    if (i >= p.channels) {
        return;
    }
    let c = load4(coefficients[i]);
    var back = vec4<f32>();
    if (p.inverse_n > 0.0) {
        back = vec4<f32>(c.z * dbeta[i], c.z * c.y * dgamma[i], 0.0, 0.0) * p.inverse_n;
    }
    terms[2u * i] = store4(c);
    terms[2u * i + 1u] = store4(back);
}
