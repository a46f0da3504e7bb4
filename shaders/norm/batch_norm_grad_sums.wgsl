//! use linear activation channel_walk
//! Parts of the sums by channel of g and g * (x - mean) / std, where g = act'(pre) * dy and
//! pre = (x - mean) * scale + shift. With TILES the invocations of a workgroup that share a channel
//! add up, else each leaves its own sums. With VEC planes are a multiple of four values.
//! Host: src/ops/batch_norm/passes.rs.

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
@group(0) @binding(1) var<storage, read> x: array<texel>;
@group(0) @binding(2) var<storage, read> dy: array<texel>;
@group(0) @binding(3) var<storage, read> coefficients: array<quad>;
@group(0) @binding(4) var<storage, read_write> parts: array<vec2<f32>>;

var<workgroup> shared_parts: array<vec2<f32>, 64>;

fn value_x(i: u32) -> f32 {
    return x_quad(i / 4u)[i % 4u];
}

fn value_dy(i: u32) -> f32 {
    return dy_quad(i / 4u)[i % 4u];
}

fn chunk_x(i: u32) -> vec4<f32> {
    if (VEC) {
        return x_quad(i / 4u);
    }
    return x_four(i);
}

fn chunk_dy(i: u32) -> vec4<f32> {
    if (VEC) {
        return dy_quad(i / 4u);
    }
    return dy_four(i);
}

@compute @workgroup_size(64)
fn batch_norm_grad_sums(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let w = walk_start(linear_index(wg, groups, 64u, local));
    let known = w.channel < p.channels;
    let c = load4(coefficients[min(w.channel, p.channels - 1u)]);
    let chunks = p.values / 4u;
    var sum = vec4<f32>(0.0);
    var weighted = vec4<f32>(0.0);
    for (var image = w.image; image < w.end; image += 1u) {
        let start = plane_start(w, image);
        for (var k = w.lane; k < chunks; k += p.lanes) {
            let i = start + 4u * k;
            let d = chunk_x(i) - c.x;
            let g = act_grad4(d * c.z + c.w) * chunk_dy(i);
            sum += g;
            weighted += g * d;
        }
        if (!VEC) {
            for (var k = 4u * chunks + w.lane; k < p.values; k += p.lanes) {
                let d = value_x(start + k) - c.x;
                let g = act_grad4(vec4<f32>(d * c.z + c.w)).x * value_dy(start + k);
                sum.x += g;
                weighted.x += g * d;
            }
        }
    }
    let part = vec2<f32>(
        (sum.x + sum.y) + (sum.z + sum.w),
        ((weighted.x + weighted.y) + (weighted.z + weighted.w)) * c.y,
    );
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
            parts[w.id / width] = shared_parts[local];
        }
    } else if (known) {
        parts[w.id] = part;
    }
}
