//! use linear activation channel_walk
//! dx = scale * (g - dbeta / n - (x - mean) / std * dgamma / n), g = act'(pre) * dy and
//! pre = (x - mean) * scale + shift, planes of any size. Statistics that are
//! given, not computed, take no part in the gradient: then 1 / n is 0.
//! Host: src/ops/batch_norm/passes.rs.

struct Params {
    images: u32,
    channels: u32,
    values: u32,
    lanes: u32,
    splits: u32,
    per: u32,
    // 1 / n, or 0 for given statistics.
    inverse_n: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<texel>;
@group(0) @binding(2) var<storage, read> dy: array<texel>;
@group(0) @binding(3) var<storage, read> coefficients: array<quad>;
@group(0) @binding(4) var<storage, read> dgamma: array<f32>;
@group(0) @binding(5) var<storage, read> dbeta: array<f32>;
@group(0) @binding(6) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(64)
fn batch_norm_grad_scalar(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let w = walk_start(linear_index(wg, groups, 64u, local));
    let channel = min(w.channel, p.channels - 1u);
    let c = load4(coefficients[channel]);
    var by_mean = 0.0;
    var by_deviation = 0.0;
    if (p.inverse_n > 0.0) {
        by_mean = c.z * dbeta[channel] * p.inverse_n;
        by_deviation = c.z * c.y * dgamma[channel] * p.inverse_n;
    }
    let chunks = p.values / 4u;
    for (var image = w.image; image < w.end; image += 1u) {
        let start = plane_start(w, image);
        for (var k = w.lane; k < chunks; k += p.lanes) {
            let i = start + 4u * k;
            let d = x_four(i) - c.x;
            let dy4 = dy_four(i);
            let g = act_grad4(d * c.z + c.w) * dy4;
            let r = c.z * g - by_mean - d * by_deviation;
            dx[i] = r.x;
            dx[i + 1u] = r.y;
            dx[i + 2u] = r.z;
            dx[i + 3u] = r.w;
        }
        for (var i = start + 4u * chunks + w.lane; i < start + p.values; i += p.lanes) {
            let d = x_four(i).x - c.x;
            let g = act_grad4(vec4<f32>(d * c.z + c.w)).x * dy_four(i).x;
            dx[i] = c.z * g - by_mean - d * by_deviation;
        }
    }
}
