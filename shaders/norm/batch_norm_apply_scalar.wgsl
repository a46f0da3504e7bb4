//! use linear activation channel_walk
//! y = act((x - mean) * scale + shift) by channel, planes of any size.
//! Host: src/ops/batch_norm/passes.rs.

struct Params {
    images: u32,
    channels: u32,
    plane: u32,
    lanes: u32,
    splits: u32,
    per: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> coefficients: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn batch_norm_apply_scalar(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    var w = walk_start(linear_index(wg, groups, 64u, local));
    let k = coefficients[min(w.channel, p.channels - 1u)];
    while (w.item < w.end) {
        let i = walk_index(w);
        y[i] = act4(vec4<f32>((x[i] - k.x) * k.z + k.w)).x;
        walk_next(&w);
    }
}
