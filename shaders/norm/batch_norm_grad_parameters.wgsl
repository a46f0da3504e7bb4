//! use linear
//! Adds up the parts by channel: dbeta = sum g, dgamma = sum g * (x - mean) / std.
//! Host: src/ops/batch_norm/passes.rs.

struct Params {
    channels: u32,
    // Parts a channel.
    parts: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> parts: array<vec2<f32>>;
@group(0) @binding(2) var<storage, read_write> dgamma: array<f32>;
@group(0) @binding(3) var<storage, read_write> dbeta: array<f32>;

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
    dbeta[c] = sum.x;
    dgamma[c] = sum.y;
}
