//! use linear channel_walk
//! Number, mean and sum of squared deviations of parts of each channel: (n, mean - x0, M2, 0) with
//! x0 the channel's first value. Each invocation sums (x - s) and (x - s)^2 with s the first value
//! it meets, so that nothing cancels where the mean is large. With TILES a workgroup merges its
//! invocations into one part, else each leaves its own. Host: src/ops/batch_norm/passes.rs.

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
@group(0) @binding(2) var<storage, read_write> parts: array<vec4<f32>>;

var<workgroup> shared_parts: array<vec4<f32>, 64>;

fn value(i: u32) -> f32 {
    return x[i / 4u][i % 4u];
}

fn merge(a: vec4<f32>, b: vec4<f32>) -> vec4<f32> {
    if (b.x == 0.0) {
        return a;
    }
    let n = a.x + b.x;
    let d = b.y - a.y;
    let share = b.x / n;
    return vec4<f32>(n, a.y + d * share, a.z + b.z + d * d * a.x * share, 0.0);
}

@compute @workgroup_size(64)
fn batch_norm_moments(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    var w = walk_start(linear_index(wg, groups, 64u, local));
    let known = w.channel < p.channels;
    var part = vec4<f32>(0.0);
    if (w.item < w.end) {
        let width = select(1u, 4u, VEC);
        let first = value(w.channel * p.plane * width);
        let shift = value(walk_index(w) * width);
        var count = 0u;
        var sum = vec4<f32>(0.0);
        var squares = vec4<f32>(0.0);
        while (w.item < w.end) {
            let i = walk_index(w);
            var d: vec4<f32>;
            if (VEC) {
                d = x[i] - shift;
            } else {
                d = vec4<f32>(value(i) - shift, 0.0, 0.0, 0.0);
            }
            sum += d;
            squares += d * d;
            count += width;
            walk_next(&w);
        }
        let n = f32(count);
        let s = (sum.x + sum.y) + (sum.z + sum.w);
        let q = (squares.x + squares.y) + (squares.z + squares.w);
        part = vec4<f32>(n, (shift - first) + s / n, q - s * (s / n), 0.0);
    }
    if (TILES) {
        shared_parts[local] = part;
        workgroupBarrier();
        for (var stride = 32u; stride > 0u; stride /= 2u) {
            if (local < stride) {
                shared_parts[local] = merge(shared_parts[local], shared_parts[local + stride]);
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
