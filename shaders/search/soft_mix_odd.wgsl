//! use linear activation channel_walk soft_terms
//! y = sum over the candidates k that are kept of chance_k act(norm_k(z_k)), by channel; planes of any
//! size. Host: src/ops/soft_depthwise/mod.rs.

struct Params {
    images: u32,
    channels: u32,
    values: u32,
    lanes: u32,
    splits: u32,
    per: u32,
    norms: u32,
    pitch: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> terms: array<quad>;
@group(0) @binding(2) var<storage, read> z3: array<texel>;
@group(0) @binding(3) var<storage, read> z5: array<texel>;
@group(0) @binding(4) var<storage, read> z7: array<texel>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn soft_mix_odd(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let w = walk_start(linear_index(wg, groups, 64u, local));
    let c3 = candidate(0u, w.channel);
    let c5 = candidate(1u, w.channel);
    let c7 = candidate(2u, w.channel);
    for (var image = w.image; image < w.end; image += 1u) {
        let start = plane_start(w, image);
        for (var k = 4u * w.lane; k < p.values; k += 4u * p.lanes) {
            let i = start + k;
            var sum = vec4<f32>(0.0);
            if (c3.kept) {
                sum += c3.chance * normed(c3, z3_four(i));
            }
            if (c5.kept) {
                sum += c5.chance * normed(c5, z5_four(i));
            }
            if (c7.kept) {
                sum += c7.chance * normed(c7, z7_four(i));
            }
            for (var j = 0u; j < min(4u, p.values - k); j += 1u) {
                y[i + j] = sum[j];
            }
        }
    }
}
