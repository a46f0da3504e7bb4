//! use linear channel_walk mix
//! y = sum of q_k z_k over the candidates k of the channel's sub-block with q_k > 0.01; the channels
//! of the walk are the sub-blocks, their planes a multiple of four values.
//! Host: src/ops/mix_candidates/mod.rs.

struct Params {
    images: u32,
    channels: u32,
    values: u32,
    lanes: u32,
    splits: u32,
    per: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
// By sub-block: k3, k5, k7, skip.
@group(0) @binding(1) var<storage, read> q: array<quad>;
@group(0) @binding(2) var<storage, read> z3: array<texel>;
@group(0) @binding(3) var<storage, read> z5: array<texel>;
@group(0) @binding(4) var<storage, read> z7: array<texel>;
@group(0) @binding(5) var<storage, read_write> y: array<quad>;

@compute @workgroup_size(64)
fn mix(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let w = walk_start(linear_index(wg, groups, 64u, local));
    let chances = load4(q[min(w.channel, p.channels - 1u)]);
    let keep3 = kept(chances.x);
    let keep5 = kept(chances.y);
    let keep7 = kept(chances.z);
    for (var image = w.image; image < w.end; image += 1u) {
        let start = plane_start(w, image) / 4u;
        for (var k = w.lane; k < p.values / 4u; k += p.lanes) {
            let i = start + k;
            var sum = vec4<f32>(0.0);
            if (keep3) {
                sum += chances.x * z3_quad(i);
            }
            if (keep5) {
                sum += chances.y * z5_quad(i);
            }
            if (keep7) {
                sum += chances.z * z7_quad(i);
            }
            y[i] = store4(sum);
        }
    }
}
