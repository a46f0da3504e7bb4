//! use linear channel_walk
//! Number, mean and sum of squared deviations of parts of each channel: (n, mean - x0, M2, 0) with
//! x0 the channel's first value. Each invocation sums (x - s) and (x - s)^2 with s the first value
//! of its part, so that nothing cancels where the mean is large. With TILES the invocations of a
//! workgroup that share a channel merge, else each leaves its own part. With VEC planes are a
//! multiple of four values. Host: src/ops/batch_norm/passes.rs.

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
@group(0) @binding(2) var<storage, read_write> parts: array<quad>;

var<workgroup> shared_parts: array<vec4<f32>, 64>;

fn value(i: u32) -> f32 {
    return x_quad(i / 4u)[i % 4u];
}

fn chunk(i: u32) -> vec4<f32> {
    if (VEC) {
        return x_quad(i / 4u);
    }
    return x_four(i);
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
    let w = walk_start(linear_index(wg, groups, 64u, local));
    let known = w.channel < p.channels;
    let shift = value(plane_start(w, w.image));
    let chunks = p.values / 4u;
    var count = 0u;
    var sum = vec4<f32>(0.0);
    var squares = vec4<f32>(0.0);
    for (var image = w.image; image < w.end; image += 1u) {
        let start = plane_start(w, image);
        for (var k = w.lane; k < chunks; k += p.lanes) {
            let d = chunk(start + 4u * k) - shift;
            sum += d;
            squares += d * d;
            count += 4u;
        }
        if (!VEC) {
            for (var k = 4u * chunks + w.lane; k < p.values; k += p.lanes) {
                let d = value(start + k) - shift;
                sum.x += d;
                squares.x += d * d;
                count += 1u;
            }
        }
    }
    var part = vec4<f32>(0.0);
    if (count > 0u) {
        let n = f32(count);
        let s = (sum.x + sum.y) + (sum.z + sum.w);
        let q = (squares.x + squares.y) + (squares.z + squares.w);
        let first = value(w.channel * p.values);
        part = vec4<f32>(n, (shift - first) + s / n, q - s * (s / n), 0.0);
    }
    if (TILES) {
        let width = min(p.lanes, 64u);
        shared_parts[local] = part;
        workgroupBarrier();
        for (var stride = width / 2u; stride > 0u; stride /= 2u) {
            if (local % width < stride) {
                shared_parts[local] = merge(shared_parts[local], shared_parts[local + stride]);
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
