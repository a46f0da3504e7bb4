//! use linear activation channel_walk soft_terms
//! Parts of the gradients by the chances, sum of dy act(norm_k(z_k)) over a channel for each candidate
//! that is kept, else 0 (and 0 for skip). With TILES a workgroup adds up its invocations, else each
//! leaves its own sums. Host: src/ops/soft_depthwise/mod.rs.

override VEC: bool = true;
override TILES: bool = false;

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
@group(0) @binding(2) var<storage, read> dy: array<texel>;
@group(0) @binding(3) var<storage, read> z3: array<texel>;
@group(0) @binding(4) var<storage, read> z5: array<texel>;
@group(0) @binding(5) var<storage, read> z7: array<texel>;
@group(0) @binding(6) var<storage, read_write> parts: array<quad>;

var<workgroup> shared_parts: array<vec4<f32>, 64>;

fn total(v: vec4<f32>) -> f32 {
    return (v.x + v.y) + (v.z + v.w);
}

// The first `left` of four values, the others zero.
fn inside(v: vec4<f32>, left: u32) -> vec4<f32> {
    return select(vec4<f32>(0.0), v, vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(left));
}

@compute @workgroup_size(64)
fn soft_chances(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let w = walk_start(linear_index(wg, groups, 64u, local));
    let known = w.channel < p.channels;
    let c3 = candidate(0u, w.channel);
    let c5 = candidate(1u, w.channel);
    let c7 = candidate(2u, w.channel);
    var by3 = vec4<f32>(0.0);
    var by5 = vec4<f32>(0.0);
    var by7 = vec4<f32>(0.0);
    for (var image = w.image; image < w.end; image += 1u) {
        let start = plane_start(w, image);
        if (VEC) {
            for (var k = w.lane; k < p.values / 4u; k += p.lanes) {
                let i = start / 4u + k;
                let g = dy_quad(i);
                if (c3.kept) {
                    by3 += g * normed(c3, z3_quad(i));
                }
                if (c5.kept) {
                    by5 += g * normed(c5, z5_quad(i));
                }
                if (c7.kept) {
                    by7 += g * normed(c7, z7_quad(i));
                }
            }
        } else {
            for (var k = 4u * w.lane; k < p.values; k += 4u * p.lanes) {
                let i = start + k;
                let left = p.values - k;
                let g = dy_four(i);
                if (c3.kept) {
                    by3 += inside(g * normed(c3, z3_four(i)), left);
                }
                if (c5.kept) {
                    by5 += inside(g * normed(c5, z5_four(i)), left);
                }
                if (c7.kept) {
                    by7 += inside(g * normed(c7, z7_four(i)), left);
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
