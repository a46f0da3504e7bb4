//! Linear layer: y[n, o] = b[o] + sum over i of w[o, i] x[n, i]: a pointwise convolution on maps of
//! one place. Gradients by x, w and b.

use crate::gpu::{Gpu, GpuError};
use crate::ops::conv2d::Conv2d;
use crate::ops::{Case, Cost, Forward, Op, Vjp};
use crate::tensor::{HostArray, Shape, Tensor};

mod twin;

const POINTWISE: Conv2d = Conv2d { stride: 1, padding: 0, groups: 1 };

/// Inputs: x [N, I], w [O, I], and b [O] or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Linear;

impl Op for Linear {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, GpuError> {
        let fits = match inputs {
            [x, w] => x.rank() == 2 && w.rank() == 2 && x.dim(1) == w.dim(1),
            [x, w, b] => {
                x.rank() == 2 && w.rank() == 2 && x.dim(1) == w.dim(1) && b.len() == w.dim(0)
            }
            _ => false,
        };
        if !fits {
            return Err(GpuError::Shape { op: "linear", why: format!("inputs {inputs:?}") });
        }
        Ok([inputs[0].dim(0), inputs[1].dim(0)].into())
    }

    fn forward(&self, gpu: &Gpu, inputs: &[&Tensor]) -> Result<Forward, GpuError> {
        let shapes: Vec<&Shape> = inputs.iter().map(|t| t.shape()).collect();
        let shape = self.shape(&shapes)?;
        let done = POINTWISE.forward(gpu, inputs)?;
        Ok(done.output.reshape(shape)?.into())
    }

    fn vjp(&self, gpu: &Gpu, ctx: &Vjp<'_>) -> Result<Vec<Option<Tensor>>, GpuError> {
        POINTWISE.vjp(gpu, ctx)
    }

    fn twin(&self, inputs: &[HostArray]) -> HostArray {
        twin::linear(&inputs[0], &inputs[1], inputs.get(2))
    }

    fn cost(&self, inputs: &[&Shape]) -> Cost {
        POINTWISE.cost(inputs)
    }
}

/// Test cases: sizes of 1, primes, more than a block.
pub(super) fn cases() -> Vec<Case> {
    let sizes = [(1, 1, 1, true), (5, 33, 10, true), (3, 7, 13, false), (16, 64, 20, true)];
    let case = |(n, i, o, bias): (usize, usize, usize, bool)| {
        let mut inputs = vec![HostArray::sample([n, i], 1), HostArray::sample([o, i], 2)];
        if bias {
            inputs.push(HostArray::sample([o], 3));
        }
        Case::new(format!("linear {n}x{i} to {o} bias {bias}"), Linear, inputs)
    };
    sizes.into_iter().map(case).collect()
}
