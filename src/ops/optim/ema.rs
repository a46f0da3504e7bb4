//! Exponential moving average of an arena of weights.

use crate::gpu::shaders::optim::ema::{Params, SHADER};
use crate::gpu::{Dispatch, Gpu, GpuError, groups_1d};
use crate::tensor::Tensor;

/// `average = decay * average + (1 - decay) * weights`, in place.
pub fn ema(gpu: &Gpu, average: &Tensor, weights: &Tensor, decay: f64) -> Result<(), GpuError> {
    if average.len() != weights.len() {
        let why = format!("{} averages {}", average.shape(), weights.shape());
        return Err(GpuError::Shape { op: "ema", why });
    }
    let n4 = weights.len().div_ceil(4);
    let params = Params { n4: n4 as u32, one_minus_decay: (1.0 - decay) as f32 };
    gpu.dispatch(Dispatch {
        shader: &SHADER,
        constants: &[],
        params: bytemuck::bytes_of(&params),
        bindings: &[weights.buffer(), average.buffer()],
        groups: groups_1d(n4, 64),
        work: weights.len() as u64 * 3,
    })
}
