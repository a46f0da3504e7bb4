//! Running statistics: what batch norm learns for evaluation. They are state, not differentiable.

use crate::gpu::shaders::norm::batch_norm_running::{Params, SHADER};
use crate::gpu::{Dispatch, Gpu, GpuError, groups_1d};
use crate::tensor::Tensor;

/// Running statistics of some consecutive channels, updated in place by a training pass.
#[derive(Clone, Debug)]
pub struct Running {
    /// Running mean, [channels].
    pub mean: Tensor,
    /// Running unbiased variance, [channels].
    pub var: Tensor,
    /// Share of the new batch: 0.1 as a rule, 1/k at batch k (from 1) of a recalibration, which
    /// makes a cumulative average.
    pub momentum: f32,
}

/// running = (1 - momentum) running + momentum batch, for the mean and the variance, which becomes
/// unbiased. `moments` is [2, C] of a batch with `count` values a channel; the running statistics
/// belong to its channels `first..first + channels`.
///
/// # Errors
/// [`GpuError::Shape`] where the channels do not lie in the batch.
pub fn update_running(
    gpu: &Gpu,
    running: &Running,
    moments: &Tensor,
    first: usize,
    count: usize,
) -> Result<(), GpuError> {
    let (channels, of) = (running.mean.len(), moments.shape().dim(1));
    if running.var.len() != channels || first + channels > of {
        let why = format!(
            "running mean of {channels} and variance of {} channels, from {first} on, do not lie in a batch of {of}",
            running.var.len()
        );
        return Err(GpuError::Shape { op: "batch_norm", why });
    }
    gpu.dispatch(Dispatch {
        shader: &SHADER,
        constants: &[],
        params: bytemuck::bytes_of(&Params {
            channels: channels as u32,
            batch_channels: of as u32,
            first: first as u32,
            momentum: running.momentum,
            unbias: unbias(count),
        }),
        bindings: &[moments.buffer(), running.mean.buffer(), running.var.buffer()],
        groups: groups_1d(channels, 64),
        work: channels as u64,
    })
}

/// From a biased variance of `count` values to an unbiased one.
pub(super) fn unbias(count: usize) -> f32 {
    count as f32 / count.saturating_sub(1).max(1) as f32
}
