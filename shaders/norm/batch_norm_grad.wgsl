//! use linear activation channel_walk
//! dx = scale * (g - dbeta / n - (x - mean) / std * dgamma / n), g = act'(pre) * dy and
//! pre = (x - mean) * scale + shift, planes of a multiple of four values. Statistics that are
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
@group(0) @binding(6) var<storage, read_write> dx: array<quad>;

@compute @workgroup_size(64)
fn batch_norm_grad(
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
    for (var image = w.image; image < w.end; image += 1u) {
        let start = plane_start(w, image) / 4u;
        for (var k = w.lane; k < p.values / 4u; k += p.lanes) {
            let i = start + k;
            let d = x_quad(i) - c.x;
            let g = act_grad4(d * c.z + c.w) * dy_quad(i);
            dx[i] = store4(c.z * g - by_mean - d * by_deviation);
        }
    }
}
