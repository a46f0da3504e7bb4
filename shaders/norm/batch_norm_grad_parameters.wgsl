//! use linear
//! Adds up the parts by channel: dbeta = sum g, dgamma = sum g * (x - mean) / std, those of a group of
//! channels `pitch` values after those of the group before. With TERMS it
//! makes of them what a kernel needs by channel that makes the gradient through the norm as it
//! reads: (mean, 1/std, scale, shift), (scale dbeta / n, scale dgamma / (n std), 0, 0); statistics
//! that are given, not computed, take no part in it: then 1 / n is 0.
//! Host: src/ops/batch_norm/passes.rs.

override TERMS: bool = false;

struct Params {
    channels: u32,
    // Parts a channel.
    parts: u32,
    // Channels of a group.
    of_group: u32,
    pitch: u32,
    // 1 / n, or 0 for given statistics.
    inverse_n: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> parts: array<vec2<f32>>;
@group(0) @binding(2) var<storage, read_write> dgamma: array<f32>;
@group(0) @binding(3) var<storage, read_write> dbeta: array<f32>;
@group(0) @binding(4) var<storage, read> coefficients: array<quad>;
@group(0) @binding(5) var<storage, read_write> terms: array<quad>;

@compute @workgroup_size(64)
fn batch_norm_grad_parameters(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let c = linear_index(wg, groups, 64u, local);
    if (c >= p.channels) {
        return;
    }
    var sum = vec2<f32>(0.0);
    for (var k = c * p.parts; k < (c + 1u) * p.parts; k += 1u) {
        sum += parts[k];
    }
    let to = c / p.of_group * p.pitch + c % p.of_group;
    dbeta[to] = sum.x;
    dgamma[to] = sum.y;
    if (TERMS) {
        let k = load4(coefficients[c]);
        var back = vec4<f32>();
        if (p.inverse_n > 0.0) {
            back = vec4<f32>(k.z * sum.x, k.z * k.y * sum.y, 0.0, 0.0) * p.inverse_n;
        }
        terms[2u * c] = store4(k);
        terms[2u * c + 1u] = store4(back);
    }
}
