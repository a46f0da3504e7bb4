//! use linear activation channel_walk
//! Parts of the sums by channel of g and g * (x - mean) / std, where g = act'(pre) * dy and
//! pre = (x - mean) * scale + shift. With TILES a workgroup adds up its invocations, else each
//! leaves its own sums. Host: src/ops/batch_norm/passes.rs.

override VEC: bool = true;
override TILES: bool = false;

struct Params {
    images: u32,
    channels: u32,
    plane: u32,
    lanes: u32,
    splits: u32,
    per: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> coefficients: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> parts: array<vec2<f32>>;

var<workgroup> shared_parts: array<vec2<f32>, 64>;

@compute @workgroup_size(64)
fn batch_norm_grad_sums(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    var w = walk_start(linear_index(wg, groups, 64u, local));
    let known = w.channel < p.channels;
    let k = coefficients[min(w.channel, p.channels - 1u)];
    var sum = vec4<f32>(0.0);
    var weighted = vec4<f32>(0.0);
    while (w.item < w.end) {
        let i = walk_index(w);
        var d: vec4<f32>;
        var g: vec4<f32>;
        if (VEC) {
            d = x[i] - k.x;
            g = dy[i];
        } else {
            d = vec4<f32>(x[i / 4u][i % 4u] - k.x, 0.0, 0.0, 0.0);
            g = vec4<f32>(dy[i / 4u][i % 4u], 0.0, 0.0, 0.0);
        }
        g *= act_grad4(d * k.z + k.w);
        sum += g;
        weighted += g * d;
        walk_next(&w);
    }
    let part = vec2<f32>(
        (sum.x + sum.y) + (sum.z + sum.w),
        ((weighted.x + weighted.y) + (weighted.z + weighted.w)) * k.y,
    );
    if (TILES) {
        shared_parts[local] = part;
        workgroupBarrier();
        for (var stride = 32u; stride > 0u; stride /= 2u) {
            if (local < stride) {
                shared_parts[local] += shared_parts[local + stride];
            }
            workgroupBarrier();
        }
        if (local == 0u && known) {
            parts[w.id / 64u] = shared_parts[0];
        }
    } else if (known) {
        parts[w.id] = part;
    }
}
