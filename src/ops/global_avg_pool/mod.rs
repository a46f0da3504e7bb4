//! Mean over each plane: y[n, c] = sum over h, w of x[n, c, h, w] / (H W). Gradient: dy / (H W)
//! everywhere.

use super::arithmetic::{expand, sum_to};
use super::{Case, Cost, Forward, Op, Vjp};
use crate::gpu::{Gpu, GpuError};
use crate::tensor::{HostArray, Shape, Tensor};

/// Global average pooling. Input: x [N, C, H, W]. Output: [N, C].
#[derive(Clone, Copy, Debug, Default)]
pub struct GlobalAvgPool;

/// [N * C, H * W] and [N * C, 1].
fn flat(x: &Shape) -> (Shape, Shape, f32) {
    let [n, c, h, w] = x.nchw();
    (Shape::new(&[n * c, h * w]), Shape::new(&[n * c, 1]), 1.0 / (h * w) as f32)
}

impl Op for GlobalAvgPool {
    fn name(&self) -> &'static str {
        "global_avg_pool"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, GpuError> {
        let [n, c, _, _] = inputs[0].nchw();
        Ok(Shape::new(&[n, c]))
    }

    fn forward(&self, gpu: &Gpu, inputs: &[&Tensor]) -> Result<Forward, GpuError> {
        let x = inputs[0];
        let (full, kept, share) = flat(x.shape());
        let y = sum_to(gpu, &x.reshape(full)?, None, &full, &kept, share)?;
        Ok(y.reshape(self.shape(&[x.shape()])?)?.into())
    }

    fn vjp(&self, gpu: &Gpu, ctx: &Vjp<'_>) -> Result<Vec<Option<Tensor>>, GpuError> {
        let shape = ctx.inputs[0].shape();
        let (full, kept, share) = flat(shape);
        let dx = expand(gpu, &ctx.grad.reshape(kept)?, &full, share)?;
        Ok(vec![Some(dx.reshape(*shape)?)])
    }

    fn twin(&self, inputs: &[HostArray]) -> HostArray {
        let x = &inputs[0];
        let [n, c, h, w] = x.shape.nchw();
        let mean = |plane: &[f64]| plane.iter().sum::<f64>() / (h * w) as f64;
        HostArray::new([n, c], x.data.chunks_exact(h * w).map(mean).collect())
    }

    fn cost(&self, inputs: &[&Shape]) -> Cost {
        Cost { macs: 0, bytes: 4 * inputs[0].len() as u64 }
    }
}

/// Test cases: planes of 1, of a prime, of a multiple of four.
pub(super) fn cases() -> Vec<Case> {
    let case = |shape: [usize; 4]| {
        let x = HostArray::sample(shape, 8);
        Case::new(format!("global_avg_pool {shape:?}"), GlobalAvgPool, vec![x])
    };
    [[3, 5, 7, 7], [2, 3, 1, 1], [1, 9, 4, 2], [1, 1, 31, 37]].map(case).into()
}
