//! use linear
//! running = (1 - momentum) * running + momentum * batch, for the mean and the unbiased variance
//! n / (n - 1) * var, over the batch's channels from `first` on.
//! Host: src/ops/batch_norm/running.rs.

struct Params {
    // Channels of the running statistics.
    channels: u32,
    // Channels of the batch, and the first of ours among them.
    batch_channels: u32,
    first: u32,
    momentum: f32,
    // n / (n - 1).
    unbias: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> moments: array<f32>;
@group(0) @binding(2) var<storage, read_write> mean: array<f32>;
@group(0) @binding(3) var<storage, read_write> variance: array<f32>;

@compute @workgroup_size(64)
fn batch_norm_running(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let c = linear_index(wg, groups, 64u, local);
    if (c < p.channels) {
        let batch_mean = moments[p.first + c];
        let batch_variance = moments[p.batch_channels + p.first + c] * p.unbias;
        mean[c] += p.momentum * (batch_mean - mean[c]);
        variance[c] += p.momentum * (batch_variance - variance[c]);
    }
}
