//! use linear
//! parts[s, o] = sum over the images n of split s and all places of dy[n, o, place]: the gradient
//! of a bias before its splits are summed. Host: src/ops/conv2d/weights.rs.

struct Params {
    channels: u32,
    height: u32,
    width: u32,
    images: u32,
    images_a_split: u32,
    splits: u32,
    pitch: u32, // values of a part
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> parts: array<f32>;

@compute @workgroup_size(64)
fn bias_grad(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let id = linear_index(wg, groups, 64u, local);
    let s = id / p.channels;
    let c = id % p.channels;
    if (s >= p.splits) {
        return;
    }
    let first = s * p.images_a_split;
    let last = min(first + p.images_a_split, p.images);
    var sum = 0.0;
    for (var n = first; n < last; n++) {
        // Image by image, so that rounding does not grow with the batch.
        var part = 0.0;
        for (var y = 0u; y < p.height; y++) {
            let at = ((n * p.channels + c) * p.height + y) * p.width;
            for (var x = 0u; x < p.width; x++) {
                part += dy[at + x];
            }
        }
        sum += part;
    }
    parts[s * p.pitch + c] = sum;
}
