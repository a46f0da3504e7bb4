//! use linear channel_walk mix
//! dz_k = q_k dy where q_k > 0.01, else 0; the channels of the walk are the sub-blocks, their planes
//! a multiple of four values. Host: src/ops/mix_candidates/mod.rs.

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
@group(0) @binding(2) var<storage, read> dy: array<texel>;
@group(0) @binding(3) var<storage, read_write> dz3: array<quad>;
@group(0) @binding(4) var<storage, read_write> dz5: array<quad>;
@group(0) @binding(5) var<storage, read_write> dz7: array<quad>;

@compute @workgroup_size(64)
fn mix_grad(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let w = walk_start(linear_index(wg, groups, 64u, local));
    let chances = load4(q[min(w.channel, p.channels - 1u)]);
    let share3 = select(0.0, chances.x, kept(chances.x));
    let share5 = select(0.0, chances.y, kept(chances.y));
    let share7 = select(0.0, chances.z, kept(chances.z));
    for (var image = w.image; image < w.end; image += 1u) {
        let start = plane_start(w, image) / 4u;
        for (var k = w.lane; k < p.values / 4u; k += p.lanes) {
            let i = start + k;
            let g = dy_quad(i);
            dz3[i] = store4(share3 * g);
            dz5[i] = store4(share5 * g);
            dz7[i] = store4(share7 * g);
        }
    }
}
