//! use linear channel_walk mix
//! Parts of dq_k = sum of dy z_k over a sub-block where q_k > 0.01, else 0 (and 0 for skip). With
//! TILES a workgroup adds up its invocations, else each leaves its own sums.
//! Host: src/ops/mix_candidates/mod.rs.

override VEC: bool = true;
override TILES: bool = false;

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
@group(0) @binding(3) var<storage, read> z3: array<texel>;
@group(0) @binding(4) var<storage, read> z5: array<texel>;
@group(0) @binding(5) var<storage, read> z7: array<texel>;
@group(0) @binding(6) var<storage, read_write> parts: array<quad>;

var<workgroup> shared_parts: array<vec4<f32>, 64>;

fn total(v: vec4<f32>) -> f32 {
    return (v.x + v.y) + (v.z + v.w);
}

@compute @workgroup_size(64)
fn mix_grad_chances(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let w = walk_start(linear_index(wg, groups, 64u, local));
    let known = w.channel < p.channels;
    let chances = load4(q[min(w.channel, p.channels - 1u)]);
    let keep3 = kept(chances.x);
    let keep5 = kept(chances.y);
    let keep7 = kept(chances.z);
    var by3 = vec4<f32>(0.0);
    var by5 = vec4<f32>(0.0);
    var by7 = vec4<f32>(0.0);
    for (var image = w.image; image < w.end; image += 1u) {
        let start = plane_start(w, image);
        if (VEC) {
            for (var k = w.lane; k < p.values / 4u; k += p.lanes) {
                let i = start / 4u + k;
                let g = dy_quad(i);
                if (keep3) {
                    by3 += g * z3_quad(i);
                }
                if (keep5) {
                    by5 += g * z5_quad(i);
                }
                if (keep7) {
                    by7 += g * z7_quad(i);
                }
            }
        } else {
            for (var k = w.lane; k < p.values; k += p.lanes) {
                let i = (start + k) / 4u;
                let at = (start + k) % 4u;
                let g = dy_quad(i)[at];
                if (keep3) {
                    by3.x += g * z3_quad(i)[at];
                }
                if (keep5) {
                    by5.x += g * z5_quad(i)[at];
                }
                if (keep7) {
                    by7.x += g * z7_quad(i)[at];
                }
            }
        }
    }
    let part = vec4<f32>(total(by3), total(by5), total(by7), 0.0);
    if (TILES) {
        let width = min(p.lanes, 64u);
        shared_parts[local] = part;
        workgroupBarrier();
        for (var stride = width / 2u; stride > 0u; stride /= 2u) {
            if (local % width < stride) {
                shared_parts[local] += shared_parts[local + stride];
            }
            workgroupBarrier();
        }
        if (local % width == 0u && known) {
            parts[w.id / width] = store4(shared_parts[local]);
        }
    } else if (known) {
        parts[w.id] = store4(part);
    }
}
