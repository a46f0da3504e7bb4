//! The shadow batch norm of a soft block (section 2 of the specification): its index is the sum of
//! the skip probabilities, rounded half to even, a constant without gradient. Chosen on the GPU, so
//! that the host need not wait for the probabilities.

use crate::gpu::shaders::reduce::select_row::{Params, SHADER};
use crate::gpu::{Dispatch, Gpu, GpuError, groups_1d};
use crate::tensor::Tensor;

/// Of `table` [rows, 4, c] the row that the probabilities `p` [6, 4] choose, as four tensors [c].
pub fn select_row(gpu: &Gpu, table: &Tensor, p: &Tensor) -> Result<[Tensor; 4], GpuError> {
    let dims = table.shape().dims();
    let &[rows, 4, c] = dims else {
        let why = format!("{} is not [rows, 4, c]", table.shape());
        return Err(GpuError::Shape { op: "select_row", why });
    };
    let new = || Tensor::empty(gpu, [c]);
    let out = [new()?, new()?, new()?, new()?];
    gpu.dispatch(Dispatch {
        shader: &SHADER,
        constants: &[],
        params: bytemuck::bytes_of(&Params { rows: rows as u32, c: c as u32 }),
        bindings: &[
            table.buffer(),
            p.buffer(),
            out[0].buffer(),
            out[1].buffer(),
            out[2].buffer(),
            out[3].buffer(),
        ],
        groups: groups_1d(c, 64),
        work: c as u64,
    })?;
    Ok(out)
}
