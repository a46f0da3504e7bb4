//! Masked regression losses, d = x - target: the sum of mask * f(d), divided by the average factor.
//! Smooth L1: f = 0.5 d^2 / beta for |d| < beta, |d| - 0.5 beta beyond; L1: f = |d|. Gradient:
//! mask * (d / beta or the sign of d) dloss / average factor.

use super::arithmetic::{Binary, combine, sum_to};
use super::{Case, Cost, Forward, Op, Vjp};
use crate::gpu::shaders::loss::{regression, regression_grad};
use crate::gpu::{Dispatch, Gpu, GpuError, groups_1d};
use crate::tensor::{HostArray, Shape, Tensor};

/// Smooth L1 loss. Inputs: x, target and mask of one shape, average factor [1]. Gradients flow to
/// x. Output: [1]; saved: the loss by element.
#[derive(Clone, Copy, Debug)]
pub struct SmoothL1 {
    /// Where the square ends and the slope stays, over 0.
    pub beta: f32,
}

/// L1 loss. Inputs and output: as for [`SmoothL1`].
#[derive(Clone, Copy, Debug, Default)]
pub struct L1;

fn shape(op: &'static str, inputs: &[&Shape]) -> Result<Shape, GpuError> {
    let n = inputs[0].len();
    if inputs[1].len() != n || inputs[2].len() != n || inputs[3].len() != 1 {
        let why = format!("want x, target and mask of one shape and one factor: {inputs:?}");
        return Err(GpuError::Shape { op, why });
    }
    Ok(Shape::new(&[1]))
}

fn forward(
    op: &'static str,
    gpu: &Gpu,
    inputs: &[&Tensor],
    beta: f32,
) -> Result<Forward, GpuError> {
    let shapes: Vec<&Shape> = inputs.iter().map(|t| t.shape()).collect();
    let one = shape(op, &shapes)?;
    let x = inputs[0];
    let losses = Tensor::empty(gpu, *x.shape())?;
    gpu.dispatch(Dispatch {
        shader: &regression::SHADER,
        constants: &[],
        params: bytemuck::bytes_of(&regression::Params { n: x.len() as u32, beta }),
        bindings: &[x, inputs[1], inputs[2], &losses].map(Tensor::buffer),
        groups: groups_1d(x.len(), 64),
        work: x.len() as u64,
    })?;
    let sum = sum_to(gpu, &losses, None, losses.shape(), &one, 1.0)?;
    let output = combine(gpu, Binary::Quotient, &sum, inputs[3])?;
    Ok(Forward { output, saved: vec![losses] })
}

fn vjp(
    op: &'static str,
    gpu: &Gpu,
    ctx: &Vjp<'_>,
    beta: f32,
) -> Result<Vec<Option<Tensor>>, GpuError> {
    let [x, target, mask, factor] = ctx.inputs else { return Err(GpuError::MissingRule(op)) };
    let dx = Tensor::empty(gpu, *x.shape())?;
    gpu.dispatch(Dispatch {
        shader: &regression_grad::SHADER,
        constants: &[],
        params: bytemuck::bytes_of(&regression_grad::Params { n: x.len() as u32, beta }),
        bindings: &[x, target, mask, factor, ctx.grad, &dx].map(Tensor::buffer),
        groups: groups_1d(x.len(), 64),
        work: x.len() as u64,
    })?;
    Ok(vec![Some(dx), None, None, None])
}

fn twin(inputs: &[HostArray], f: impl Fn(f64) -> f64) -> HostArray {
    let [x, target, mask, factor] = [&inputs[0], &inputs[1], &inputs[2], &inputs[3]];
    let pairs = x.data.iter().zip(&target.data).zip(&mask.data);
    let sum: f64 = pairs.map(|((x, t), m)| m * f((x - t).abs())).sum();
    HostArray::new([1], vec![sum / factor.data[0]])
}

impl Op for SmoothL1 {
    fn name(&self) -> &'static str {
        "smooth_l1"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, GpuError> {
        shape(self.name(), inputs)
    }

    fn forward(&self, gpu: &Gpu, inputs: &[&Tensor]) -> Result<Forward, GpuError> {
        forward(self.name(), gpu, inputs, self.beta)
    }

    fn vjp(&self, gpu: &Gpu, ctx: &Vjp<'_>) -> Result<Vec<Option<Tensor>>, GpuError> {
        vjp(self.name(), gpu, ctx, self.beta)
    }

    fn twin(&self, inputs: &[HostArray]) -> HostArray {
        let beta = f64::from(self.beta);
        twin(inputs, |d| if d < beta { 0.5 * d * d / beta } else { d - 0.5 * beta })
    }

    fn cost(&self, inputs: &[&Shape]) -> Cost {
        Cost { macs: 0, bytes: 16 * inputs[0].len() as u64 }
    }
}

impl Op for L1 {
    fn name(&self) -> &'static str {
        "l1"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, GpuError> {
        shape(self.name(), inputs)
    }

    fn forward(&self, gpu: &Gpu, inputs: &[&Tensor]) -> Result<Forward, GpuError> {
        forward(self.name(), gpu, inputs, 0.0)
    }

    fn vjp(&self, gpu: &Gpu, ctx: &Vjp<'_>) -> Result<Vec<Option<Tensor>>, GpuError> {
        vjp(self.name(), gpu, ctx, 0.0)
    }

    fn twin(&self, inputs: &[HostArray]) -> HostArray {
        twin(inputs, |d| d)
    }

    fn cost(&self, inputs: &[&Shape]) -> Cost {
        Cost { macs: 0, bytes: 16 * inputs[0].len() as u64 }
    }
}

/// Test cases: values on both sides of beta, some masked out.
pub(super) fn cases() -> Vec<Case> {
    let inputs = |n: usize| {
        let mask = (0..n * 3).map(|i| f64::from(u8::from(i % 4 != 1))).collect();
        vec![
            HostArray::sample([n, 3], 1),
            HostArray::sample([n, 3], 2),
            HostArray::new([n, 3], mask),
            HostArray::new([1], vec![5.0]),
        ]
    };
    let fix = |case: Case| case.constant(1).constant(2).constant(3);
    let mut all = Vec::new();
    for n in [1, 23] {
        let label = format!("smooth_l1 [{n}, 3]");
        all.push(fix(Case::new(label, SmoothL1 { beta: 0.8 }, inputs(n))));
        all.push(fix(Case::new(format!("l1 [{n}, 3]"), L1, inputs(n))));
    }
    all
}
