//! A few tensors of one size, one after the other, and back: a dispatch in all, where one each would
//! do next to nothing. So do the norms of a block's groups come together.

use crate::gpu::shaders::copy::{concat_equal, split_equal};
use crate::gpu::{Dispatch, Gpu, GpuError, groups_1d};
use crate::tensor::Tensor;

/// Tensors that a kernel binds beside the one that holds all: WebGPU grants eight in all.
const MOST: usize = 6;

/// Whether these kernels serve parts of so many values in each of `outer` steps of outer axes.
pub(super) fn serves(parts: &[usize], outer: usize) -> bool {
    outer == 1 && (2..=MOST).contains(&parts.len()) && parts.iter().all(|&part| part == parts[0])
}

/// Records y = the parts, one after the other.
pub(super) fn concat(gpu: &Gpu, parts: &[&Tensor], y: &Tensor) -> Result<(), GpuError> {
    // Where there are fewer, others stand in and are not read.
    let bound = |i: usize| parts[i.min(parts.len() - 1)].buffer();
    let params = concat_equal::Params { n: y.len() as u32, part: parts[0].len() as u32 };
    gpu.dispatch(Dispatch {
        shader: &concat_equal::SHADER,
        constants: &[],
        params: bytemuck::bytes_of(&params),
        bindings: &[bound(0), bound(1), bound(2), bound(3), bound(4), bound(5), y.buffer()],
        groups: groups_1d(y.len(), 64),
        work: y.len() as u64,
    })
}

/// Records the parts that lie one after the other in x.
pub(super) fn split(gpu: &Gpu, x: &Tensor, parts: &[Tensor]) -> Result<(), GpuError> {
    // No buffer may be bound twice to be written: where there are fewer parts, spare ones stand in.
    let spare = |_| Tensor::empty(gpu, [1]);
    let spare = (parts.len()..MOST).map(spare).collect::<Result<Vec<_>, _>>()?;
    let written = parts.iter().chain(&spare).map(Tensor::buffer);
    let params = split_equal::Params { n: x.len() as u32, part: parts[0].len() as u32 };
    gpu.dispatch(Dispatch {
        shader: &split_equal::SHADER,
        constants: &[],
        params: bytemuck::bytes_of(&params),
        bindings: &std::iter::once(x.buffer()).chain(written).collect::<Vec<_>>(),
        groups: groups_1d(x.len(), 64),
        work: x.len() as u64,
    })
}
