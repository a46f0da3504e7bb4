//! `y += scale * x`, in place: how gradients are summed. Not differentiable itself.

mod many;

pub use many::accumulate_all;

use crate::gpu::shaders::elementwise::accumulate::{Params, SHADER};
use crate::gpu::{Dispatch, Gpu, GpuError, groups_1d};
use crate::tensor::Tensor;

/// Adds `scale * x` to `y`; both hold as many values.
pub fn accumulate(gpu: &Gpu, y: &Tensor, x: &Tensor, scale: f32) -> Result<(), GpuError> {
    if x.len() != y.len() {
        let why = format!("{} onto {}", x.shape(), y.shape());
        return Err(GpuError::Shape { op: "accumulate", why });
    }
    gpu.dispatch(Dispatch {
        shader: &SHADER,
        constants: &[],
        params: bytemuck::bytes_of(&Params { n: x.len() as u32, scale }),
        bindings: &[x.buffer(), y.buffer()],
        groups: groups_1d(x.len().div_ceil(4), 64),
        work: x.len() as u64,
    })
}
