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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::gpu::AdapterChoice;
    use crate::tensor::HostArray;

    #[test]
    fn the_row_is_the_sum_of_the_skips_rounded_half_to_even_and_at_most_the_last() {
        const C: usize = 70;
        let gpu = pollster::block_on(Gpu::open(&AdapterChoice::Best)).unwrap();
        let table = HostArray::sample([5, 4, C], 1);
        let on_gpu = Tensor::from_host(&gpu, &table).unwrap();
        for (skips, row) in [
            ([0.0; 6], 0),
            ([0.0, 0.0, 0.25, 0.125, 0.0, 0.0], 0),
            ([0.0, 0.0, 0.5, 0.0, 0.0, 0.0], 0),
            ([0.0, 0.0, 0.5, 0.25, 0.0, 0.0], 1),
            ([0.0, 0.0, 1.0, 0.5, 0.0, 0.0], 2),
            ([0.0, 0.0, 1.0, 1.0, 0.5, 0.0], 2),
            ([0.0, 0.0, 1.0, 1.0, 0.5, 0.25], 3),
            ([1.0; 6], 4),
        ] {
            let p: Vec<f32> = skips.iter().flat_map(|&skip| [1.0 - skip, 0.0, 0.0, skip]).collect();
            let p = Tensor::from_slice(&gpu, &p, [6, 4]).unwrap();
            let chosen = select_row(&gpu, &on_gpu, &p).unwrap();
            for (part, of) in chosen.iter().zip(table.data.chunks_exact(C).skip(4 * row)) {
                assert_eq!(part.to_host(&gpu).unwrap().data, of, "{skips:?}");
            }
        }
        let flat = Tensor::zeros(&gpu, [5, C]).unwrap();
        let p = Tensor::zeros(&gpu, [6, 4]).unwrap();
        assert!(select_row(&gpu, &flat, &p).is_err());
    }
}
