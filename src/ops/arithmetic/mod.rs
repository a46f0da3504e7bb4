//! Sum and product with numpy's broadcasting up to rank 4, and the multiple of a tensor. Gradients
//! sum over the axes along which an operand was repeated.

mod axes;
mod kernels;
mod sum;
mod twin;

pub(crate) use kernels::{Binary, add, combine, expand, multiple};
pub(crate) use sum::sum_to;

use super::{Case, Cost, Forward, Op, Vjp};
use crate::gpu::{Gpu, GpuError};
use crate::tensor::{HostArray, Shape, Tensor};
use axes::broadcast_shape;

/// a + b. Inputs broadcast against each other.
#[derive(Clone, Copy, Debug, Default)]
pub struct Add;

/// a b, elementwise. Inputs broadcast against each other.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mul;

/// factor x.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// The constant factor.
    pub factor: f32,
}

impl Op for Add {
    fn name(&self) -> &'static str {
        "add"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, GpuError> {
        broadcast_shape(self.name(), inputs[0], inputs[1])
    }

    fn forward(&self, gpu: &Gpu, inputs: &[&Tensor]) -> Result<Forward, GpuError> {
        Ok(combine(gpu, Binary::Sum, inputs[0], inputs[1])?.into())
    }

    fn vjp(&self, gpu: &Gpu, ctx: &Vjp<'_>) -> Result<Vec<Option<Tensor>>, GpuError> {
        let by = |i: usize| {
            let shape = ctx.inputs[i].shape();
            match (ctx.needs[i], shape.len() == ctx.grad.len()) {
                (false, _) => Ok(None),
                (true, true) => ctx.grad.reshape(*shape).map(Some),
                _ => sum_to(gpu, ctx.grad, None, ctx.grad.shape(), shape, 1.0).map(Some),
            }
        };
        Ok(vec![by(0)?, by(1)?])
    }

    fn twin(&self, inputs: &[HostArray]) -> HostArray {
        let [a, b] = [&inputs[0], &inputs[1]];
        twin::broadcast(a, b, full(self, a, b), |x, y| x + y)
    }

    fn cost(&self, inputs: &[&Shape]) -> Cost {
        Cost { macs: 0, bytes: 4 * inputs.iter().map(|s| s.len() as u64).sum::<u64>() }
    }
}

impl Op for Mul {
    fn name(&self) -> &'static str {
        "mul"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, GpuError> {
        broadcast_shape(self.name(), inputs[0], inputs[1])
    }

    fn forward(&self, gpu: &Gpu, inputs: &[&Tensor]) -> Result<Forward, GpuError> {
        Ok(combine(gpu, Binary::Product, inputs[0], inputs[1])?.into())
    }

    fn vjp(&self, gpu: &Gpu, ctx: &Vjp<'_>) -> Result<Vec<Option<Tensor>>, GpuError> {
        let by = |i: usize| {
            let (shape, other) = (ctx.inputs[i].shape(), &ctx.inputs[1 - i]);
            match (ctx.needs[i], shape.len() == ctx.grad.len()) {
                (false, _) => Ok(None),
                (true, true) => {
                    combine(gpu, Binary::Product, ctx.grad, other)?.reshape(*shape).map(Some)
                }
                _ => sum_to(gpu, ctx.grad, Some(other), ctx.grad.shape(), shape, 1.0).map(Some),
            }
        };
        Ok(vec![by(0)?, by(1)?])
    }

    fn twin(&self, inputs: &[HostArray]) -> HostArray {
        let [a, b] = [&inputs[0], &inputs[1]];
        twin::broadcast(a, b, full(self, a, b), |x, y| x * y)
    }

    fn cost(&self, inputs: &[&Shape]) -> Cost {
        Cost { macs: 0, bytes: 4 * inputs.iter().map(|s| s.len() as u64).sum::<u64>() }
    }
}

/// The broadcast shape; the twins are only asked for shapes that fit.
fn full(op: &dyn Op, a: &HostArray, b: &HostArray) -> Shape {
    op.shape(&[&a.shape, &b.shape]).unwrap_or(a.shape)
}

impl Op for Scale {
    fn name(&self) -> &'static str {
        "scale"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, GpuError> {
        Ok(*inputs[0])
    }

    fn forward(&self, gpu: &Gpu, inputs: &[&Tensor]) -> Result<Forward, GpuError> {
        Ok(multiple(gpu, inputs[0], self.factor)?.into())
    }

    fn vjp(&self, gpu: &Gpu, ctx: &Vjp<'_>) -> Result<Vec<Option<Tensor>>, GpuError> {
        Ok(vec![Some(multiple(gpu, ctx.grad, self.factor)?)])
    }

    fn twin(&self, inputs: &[HostArray]) -> HostArray {
        let x = &inputs[0];
        let factor = f64::from(self.factor);
        HostArray::new(x.shape, x.data.iter().map(|v| factor * v).collect())
    }

    fn cost(&self, inputs: &[&Shape]) -> Cost {
        Cost { macs: 0, bytes: 8 * inputs[0].len() as u64 }
    }
}

/// Test cases: every pattern of repeated and kept axes that a network has, and some that it has not.
pub(super) fn cases() -> Vec<Case> {
    let pairs: [(&[usize], &[usize]); 11] = [
        (&[2, 3, 4, 5], &[2, 3, 4, 5]),
        (&[7], &[1]),
        (&[2, 3, 4, 5], &[2, 3, 1, 1]),
        (&[3, 5, 3, 3], &[1, 5, 1, 1]),
        (&[1, 3, 1, 1], &[2, 3, 4, 4]),
        (&[2, 3, 4, 5], &[4, 5]),
        (&[4, 1], &[1, 5]),
        (&[2, 1, 4, 1], &[1, 3, 1, 5]),
        (&[5, 1, 3, 1], &[5, 2, 3, 7]),
        (&[3, 8], &[8]),
        (&[130, 2, 3, 1], &[1, 2, 1, 1]),
    ];
    let mut all = Vec::new();
    for (salt, (a, b)) in pairs.into_iter().enumerate() {
        let salt = 2 * salt as u64;
        let inputs = || {
            vec![HostArray::sample(Shape::new(a), salt), HostArray::sample(Shape::new(b), salt + 1)]
        };
        all.push(Case::new(format!("add {a:?} {b:?}"), Add, inputs()));
        all.push(Case::new(format!("mul {a:?} {b:?}"), Mul, inputs()));
    }
    let x = HostArray::sample([3, 7], 5);
    all.push(Case::new("scale [3, 7]", Scale { factor: -0.3 }, vec![x]));
    all
}
