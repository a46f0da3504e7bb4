//! use linear activation channel_walk
//! y = act((x - mean) * scale + shift) by channel, or that and a residual of the same shape, planes of any
//! size.
//! Host: src/ops/batch_norm/passes.rs.

// 1: the residual is added.
override RESIDUAL: u32 = 0u;

struct Params {
    images: u32,
    channels: u32,
    values: u32,
    lanes: u32,
    splits: u32,
    per: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<texel>;
@group(0) @binding(2) var<storage, read> coefficients: array<quad>;
@group(0) @binding(3) var<storage, read> residual: array<texel>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

// Four values from value i on.
fn normed(i: u32, c: vec4<f32>) -> vec4<f32> {
    let v = act4((x_four(i) - c.x) * c.z + c.w);
    if (RESIDUAL == 1u) {
        return v + residual_four(i);
    }
    return v;
}

@compute @workgroup_size(64)
fn batch_norm_apply_scalar(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let w = walk_start(linear_index(wg, groups, 64u, local));
    let c = load4(coefficients[min(w.channel, p.channels - 1u)]);
    let chunks = p.values / 4u;
    for (var image = w.image; image < w.end; image += 1u) {
        let start = plane_start(w, image);
        for (var k = w.lane; k < chunks; k += p.lanes) {
            let i = start + 4u * k;
            let r = normed(i, c);
            y[i] = r.x;
            y[i + 1u] = r.y;
            y[i + 2u] = r.z;
            y[i + 3u] = r.w;
        }
        for (var i = start + 4u * chunks + w.lane; i < start + p.values; i += p.lanes) {
            y[i] = normed(i, c).x;
        }
    }
}
