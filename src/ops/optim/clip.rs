//! Clipping by the global norm. The scale stays on the GPU: no step waits for a readback.

use crate::gpu::shaders::optim::{clip_scale as scale, sum_squares};
use crate::gpu::{Dispatch, Gpu, GpuError, groups_1d};
use crate::tensor::Tensor;

/// Strips that one arena is summed in; with WebGPU's 128 MiB a binding a strip stays far below the
/// 65,535 turns that a loop may take.
const STRIPS: usize = 1 << 14;

/// `[norm, scale]` of the gradients taken together: `scale = min(1, max_norm / (norm + 1e-6))`.
/// Sums in a fixed order.
pub fn clip_scale(gpu: &Gpu, gradients: &[&Tensor], max_norm: f64) -> Result<Tensor, GpuError> {
    let strips: Vec<usize> = gradients.iter().map(|g| g.len().div_ceil(4).min(STRIPS)).collect();
    let total: usize = strips.iter().sum();
    let partial = Tensor::empty(gpu, [total.max(1)])?;
    let mut first = 0;
    for (g, &strips) in gradients.iter().zip(&strips).filter(|(g, _)| !g.is_empty()) {
        let params =
            sum_squares::Params { n: g.len() as u32, strips: strips as u32, first: first as u32 };
        gpu.dispatch(Dispatch {
            shader: &sum_squares::SHADER,
            constants: &[],
            params: bytemuck::bytes_of(&params),
            bindings: &[g.buffer(), partial.buffer()],
            groups: groups_1d(strips, 64),
            work: g.len() as u64,
        })?;
        first += strips;
    }
    let clip = Tensor::empty(gpu, [2])?;
    gpu.dispatch(Dispatch {
        shader: &scale::SHADER,
        constants: &[],
        params: bytemuck::bytes_of(&scale::Params { n: total as u32, max_norm: max_norm as f32 }),
        bindings: &[partial.buffer(), clip.buffer()],
        groups: [1, 1, 1],
        work: total as u64,
    })?;
    Ok(clip)
}
