//! `y += scale * x`, in place: how gradients are summed, also those by the first columns of a matrix.
//! Not differentiable itself.

mod many;

pub use many::accumulate_all;

use crate::gpu::shaders::elementwise::accumulate::{Params, SHADER};
use crate::gpu::shaders::elementwise::accumulate_columns;
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

/// Adds x [rows, columns, ..] to the first columns of y [rows, more, ..].
///
/// # Errors
/// [`GpuError::Shape`] where their rows are not as many, those of x longer than those of y, or of no
/// multiple of four values; and those of the device.
pub fn accumulate_columns(gpu: &Gpu, y: &Tensor, x: &Tensor) -> Result<(), GpuError> {
    let rows = x.shape().dim(0).max(1);
    let [row, pitch] = [x, y].map(|t| t.len() / rows);
    let fits = y.shape().dim(0) == rows && row <= pitch;
    if !fits || !row.is_multiple_of(4) || !pitch.is_multiple_of(4) {
        let why = format!("{} onto the first columns of {}", x.shape(), y.shape());
        return Err(GpuError::Shape { op: "accumulate_columns", why });
    }
    let [n4, row4, pitch4] = [x.len(), row, pitch].map(|values| (values / 4) as u32);
    let params = accumulate_columns::Params { n4, row4, pitch4 };
    let dispatch = Dispatch {
        shader: &accumulate_columns::SHADER,
        constants: &[],
        params: bytemuck::bytes_of(&params),
        bindings: &[x.buffer(), y.buffer()],
        groups: groups_1d(n4 as usize, 64),
        work: x.len() as u64,
    };
    // x is read, and as many values of y are read and written.
    gpu.dispatch_part(dispatch, 12 * x.len() as u64)
}
