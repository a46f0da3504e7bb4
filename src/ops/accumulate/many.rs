//! Many small sums in few dispatches: each costs a launch, however little it does.

use super::accumulate;
use crate::gpu::shaders::elementwise::accumulate_many::{Params, SHADER};
use crate::gpu::{Dispatch, Gpu, GpuError, groups_1d};
use crate::tensor::Tensor;

/// Tensors that one dispatch adds: with the arena as many bindings as WebGPU promises.
const MOST: usize = 7;
/// Values of a tensor that is worth a dispatch of its own.
const LARGE: usize = 1 << 12;

/// For each pair (y, x), which hold as many values, adds x to y, in their order where places overlap.
///
/// # Errors
/// [`GpuError::Shape`] where a pair does not fit, and those of the device.
pub fn accumulate_all(gpu: &Gpu, pairs: &[(Tensor, Tensor)]) -> Result<(), GpuError> {
    let mut batch: Vec<&(Tensor, Tensor)> = Vec::new();
    for pair in pairs {
        if batch.len() == MOST || !batch.iter().all(|other| go_together(&pair.0, &other.0)) {
            add(gpu, &batch)?;
            batch.clear();
        }
        let (y, x) = pair;
        if x.len() != y.len() || x.len() >= LARGE {
            add(gpu, &batch)?;
            batch.clear();
            accumulate(gpu, y, x, 1.0)?;
        } else {
            batch.push(pair);
        }
    }
    add(gpu, &batch)
}

/// Whether they lie in one arena, and apart.
fn go_together(a: &Tensor, b: &Tensor) -> bool {
    let ((arena, a0), (other, b0)) = (a.arena(), b.arena());
    arena.is_same(&other) && (a0 + a.len() <= b0 || b0 + b.len() <= a0)
}

fn add(gpu: &Gpu, batch: &[&(Tensor, Tensor)]) -> Result<(), GpuError> {
    let (first, _) = match batch {
        [] => return Ok(()),
        [(y, x)] => return accumulate(gpu, y, x, 1.0),
        [first, ..] => first,
    };
    let (mut ends, mut starts, mut n) = ([0; MOST], [0; MOST], [0; MOST]);
    let mut total = 0;
    for k in 0..MOST {
        if let Some((y, x)) = batch.get(k) {
            total += x.len().div_ceil(4);
            (starts[k], n[k]) = ((y.arena().1 / 4) as u32, x.len() as u32);
        }
        ends[k] = total as u32;
    }
    let ([end0, end1, end2, end3, end4, end5, end6], [n0, n1, n2, n3, n4, n5, n6]) = (ends, n);
    let [start0, start1, start2, start3, start4, start5, start6] = starts;
    let (arena, _) = first.arena();
    // Those that are not there are bound, but not read.
    let x = |k: usize| batch[k.min(batch.len() - 1)].1.buffer();
    #[rustfmt::skip]
    let params = Params {
        end0, end1, end2, end3, end4, end5, end6,
        start0, start1, start2, start3, start4, start5, start6,
        n0, n1, n2, n3, n4, n5, n6,
    };
    let dispatch = Dispatch {
        shader: &SHADER,
        constants: &[],
        params: bytemuck::bytes_of(&params),
        bindings: &[x(0), x(1), x(2), x(3), x(4), x(5), x(6), &arena],
        groups: groups_1d(total, 64),
        work: 4 * total as u64,
    };
    // Read are the tensors and their places in the arena, written the places.
    gpu.dispatch_part(dispatch, 3 * 16 * total as u64)
}
