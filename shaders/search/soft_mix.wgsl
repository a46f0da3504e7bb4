//! use linear activation channel_walk soft_terms
//! y = sum over the candidates k that are kept of chance_k act(norm_k(z_k)), by channel; planes a
//! multiple of four values. Host: src/ops/soft_depthwise/mod.rs.

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
@group(0) @binding(5) var<storage, read_write> y: array<quad>;

@compute @workgroup_size(64)
fn soft_mix(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let w = walk_start(linear_index(wg, groups, 64u, local));
    let c3 = candidate(0u, w.channel);
    let c5 = candidate(1u, w.channel);
    let c7 = candidate(2u, w.channel);
    for (var image = w.image; image < w.end; image += 1u) {
        let start = plane_start(w, image) / 4u;
        for (var k = w.lane; k < p.values / 4u; k += p.lanes) {
            let i = start + k;
            var sum = vec4<f32>(0.0);
            if (c3.kept) {
                sum += c3.chance * normed(c3, z3_quad(i));
            }
            if (c5.kept) {
                sum += c5.chance * normed(c5, z5_quad(i));
            }
            if (c7.kept) {
                sum += c7.chance * normed(c7, z7_quad(i));
            }
            y[i] = store4(sum);
        }
    }
}
