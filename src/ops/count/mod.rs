//! Counts that add up on the GPU until somebody reads them: correct answers, and values that are
//! not finite. Not differentiable.

use super::softmax::Rows;
use crate::gpu::shaders::count::{add_total, hits, nonfinite};
use crate::gpu::{Dispatch, Gpu, GpuError, groups_1d};
use crate::tensor::Tensor;

/// Adds to the first value of `accumulator` the number of rows of `logits` [N, K] whose largest
/// value stands at its label; `labels` [N]. Of equal values the first counts, a row with NaN never.
///
/// # Errors
/// [`GpuError::Shape`] where there is not one label a row.
pub fn correct_count(
    gpu: &Gpu,
    logits: &Tensor,
    labels: &Tensor,
    accumulator: &Tensor,
) -> Result<(), GpuError> {
    let op = "correct_count";
    let rows = Rows::new(op, gpu, logits.shape())?;
    if labels.len() != rows.rows as usize {
        let why = format!("{} labels for logits {}", labels.len(), logits.shape());
        return Err(GpuError::Shape { op, why });
    }
    let found = Tensor::empty(gpu, [labels.len()])?;
    gpu.dispatch(Dispatch {
        shader: &hits::SHADER,
        constants: &[rows.constant()],
        params: bytemuck::bytes_of(&hits::Params { rows: rows.rows, columns: rows.columns }),
        bindings: &[logits.buffer(), labels.buffer(), found.buffer()],
        groups: rows.groups(),
        work: rows.work(),
    })?;
    add(gpu, &found, accumulator)
}

/// Adds to the first value of `accumulator` how many values of x are NaN or infinite.
///
/// # Errors
/// Those of the device.
pub fn count_nonfinite(gpu: &Gpu, x: &Tensor, accumulator: &Tensor) -> Result<(), GpuError> {
    let lanes = (x.len() / 64).clamp(1, 1 << 12);
    let found = Tensor::empty(gpu, [lanes])?;
    gpu.dispatch(Dispatch {
        shader: &nonfinite::SHADER,
        constants: &[],
        params: bytemuck::bytes_of(&nonfinite::Params { n: x.len() as u32, lanes: lanes as u32 }),
        bindings: &[x.buffer(), found.buffer()],
        groups: groups_1d(lanes, 64),
        work: x.len() as u64,
    })?;
    add(gpu, &found, accumulator)
}

/// Adds the sum of x to the first value of `total`.
fn add(gpu: &Gpu, x: &Tensor, total: &Tensor) -> Result<(), GpuError> {
    gpu.dispatch(Dispatch {
        shader: &add_total::SHADER,
        constants: &[],
        params: bytemuck::bytes_of(&add_total::Params { n: x.len() as u32 }),
        bindings: &[x.buffer(), total.buffer()],
        groups: [1, 1, 1],
        work: x.len() as u64,
    })
}
