//! use bits
//! clip = [norm, scale] with norm = sqrt(sum of partial) and scale = min(1, max_norm / (norm + 1e-6)):
//! the second step. One workgroup: each lane sums every 64th value, lane 0 the lanes, in order.
//! Host: src/ops/optim/clip.rs.

struct Params {
    n: u32,
    max_norm: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> partial: array<f32>;
@group(0) @binding(2) var<storage, read_write> clip: array<f32>;

var<workgroup> lanes: array<f32, 64>;

@compute @workgroup_size(64)
fn clip_scale(@builtin(local_invocation_index) local: u32) {
    var sum = 0.0;
    for (var i = local; i < p.n; i += 64u) {
        sum += partial[i];
    }
    lanes[local] = sum;
    workgroupBarrier();
    if (local == 0u) {
        var total = 0.0;
        for (var i = 0u; i < 64u; i++) {
            total += lanes[i];
        }
        let norm = sqrt(total);
        let scale = p.max_norm / (norm + 1e-6);
        clip[0] = norm;
        // A NaN stays: gradients that are not finite must show, not pass as clipped.
        clip[1] = select(min(scale, 1.0), scale, is_nan(scale));
    }
}
