//! use linear
//! partial[first + j] = sum over k of x[j + k strips]^2, the first of two steps to a norm. Each
//! strip is summed by one invocation, in order, so that the bits do not depend on timing.
//! Host: src/ops/optim/clip.rs.

struct Params {
    n: u32,
    strips: u32,
    first: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> partial: array<f32>;

@compute @workgroup_size(64)
fn sum_squares(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let j = linear_index(wg, groups, 64u, local);
    if (j >= p.strips) {
        return;
    }
    var sum = 0.0;
    for (var i = j; i < p.n; i += p.strips) {
        sum += x[i] * x[i];
    }
    partial[p.first + j] = sum;
}
