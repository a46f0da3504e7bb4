//! Batch normalisation with a fused activation: y = act(gamma (x - mean) / sqrt(var + eps) + beta),
//! with the batch's statistics in training and given ones in evaluation.
//!
//! With g = act'(pre) dy, pre recomputed from x: dbeta = sum g, dgamma = sum g xhat, and
//! dx = gamma / std (g - dbeta / n - xhat dgamma / n), in evaluation without the last two terms.

pub(crate) mod passes;
mod running;
mod twin;

pub use passes::{batch_moments, frozen};
pub use running::{Running, update_running};

use super::activation::Activation;
use super::{Case, Cost, Forward, Op, Vjp};
use crate::gpu::{Gpu, GpuError};
use crate::tensor::{HostArray, Shape, Tensor};

/// Batch norm in training. Inputs: x [N, C, H, W], gamma [C], beta [C]. Output: as x.
#[derive(Clone, Debug, Default)]
pub struct BatchNormTrain {
    /// Added to the variance.
    pub eps: f32,
    /// Applied to the result.
    pub act: Activation,
    /// Statistics to update in place, of consecutive channels from the first on; a unified block
    /// has one for each of its candidates.
    pub running: Vec<Running>,
}

/// Batch norm in evaluation. Inputs: x [N, C, H, W], gamma, beta, mean, variance, each [C]; gradients
/// flow to the first three. Output: as x.
#[derive(Clone, Copy, Debug, Default)]
pub struct BatchNormEval {
    /// Added to the variance.
    pub eps: f32,
    /// Applied to the result.
    pub act: Activation,
}

fn check(op: &'static str, inputs: &[&Shape]) -> Result<Shape, GpuError> {
    let [x, parameters @ ..] = inputs else { return Err(GpuError::MissingRule(op)) };
    let c = x.dim(1);
    if x.is_empty() || parameters.iter().any(|s| s.len() != c) {
        let why = format!("{x} with parameters {parameters:?}: want {c} values each");
        return Err(GpuError::Shape { op, why });
    }
    Ok(**x)
}

fn shapes<'a>(inputs: &[&'a Tensor]) -> Vec<&'a Shape> {
    inputs.iter().map(|t| t.shape()).collect()
}

impl Op for BatchNormTrain {
    fn name(&self) -> &'static str {
        "batch_norm_train"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, GpuError> {
        check(self.name(), inputs)
    }

    fn forward(&self, gpu: &Gpu, inputs: &[&Tensor]) -> Result<Forward, GpuError> {
        self.shape(&shapes(inputs))?;
        let [x, gamma, beta] = [inputs[0], inputs[1], inputs[2]];
        let batch = passes::batch(gpu, [x, gamma, beta], self.eps, &self.running)?;
        let output = passes::apply(gpu, x, &batch.coefficients, self.act)?;
        Ok(Forward { output, saved: vec![batch.coefficients] })
    }

    fn vjp(&self, gpu: &Gpu, ctx: &Vjp<'_>) -> Result<Vec<Option<Tensor>>, GpuError> {
        let operands = [&ctx.inputs[0], ctx.grad, &ctx.saved[0]];
        let sums = passes::grad_parameters(gpu, operands, self.act)?;
        let dx = match ctx.needs[0] {
            true => Some(passes::grad(gpu, operands, Some(&sums), self.act)?),
            false => None,
        };
        let [dgamma, dbeta] = sums;
        Ok(vec![dx, Some(dgamma), Some(dbeta)])
    }

    fn twin(&self, inputs: &[HostArray]) -> HostArray {
        let (mean, var) = twin::moments(&inputs[0]);
        twin::apply(&inputs[0], [&inputs[1].data, &inputs[2].data, &mean, &var], self.eps, self.act)
    }

    fn cost(&self, inputs: &[&Shape]) -> Cost {
        Cost { macs: 0, bytes: 12 * inputs[0].len() as u64 }
    }
}

impl Op for BatchNormEval {
    fn name(&self) -> &'static str {
        "batch_norm_eval"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, GpuError> {
        check(self.name(), inputs)
    }

    fn forward(&self, gpu: &Gpu, inputs: &[&Tensor]) -> Result<Forward, GpuError> {
        self.shape(&shapes(inputs))?;
        let given = [inputs[1], inputs[2], inputs[3], inputs[4]];
        let coefficients = passes::frozen(gpu, given, self.eps)?;
        let output = passes::apply(gpu, inputs[0], &coefficients, self.act)?;
        Ok(Forward { output, saved: vec![coefficients] })
    }

    fn vjp(&self, gpu: &Gpu, ctx: &Vjp<'_>) -> Result<Vec<Option<Tensor>>, GpuError> {
        let operands = [&ctx.inputs[0], ctx.grad, &ctx.saved[0]];
        let dx = match ctx.needs[0] {
            true => Some(passes::grad(gpu, operands, None, self.act)?),
            false => None,
        };
        let [dgamma, dbeta] = match ctx.needs[1] || ctx.needs[2] {
            true => passes::grad_parameters(gpu, operands, self.act)?.map(Some),
            false => [None, None],
        };
        Ok(vec![dx, dgamma, dbeta, None, None])
    }

    fn twin(&self, inputs: &[HostArray]) -> HostArray {
        let [gamma, beta, mean, var] = [1, 2, 3, 4].map(|i| &inputs[i].data[..]);
        twin::apply(&inputs[0], [gamma, beta, mean, var], self.eps, self.act)
    }

    fn cost(&self, inputs: &[&Shape]) -> Cost {
        Cost { macs: 0, bytes: 8 * inputs[0].len() as u64 }
    }
}

/// Test cases: planes of 1, of primes and of multiples of four, one channel and many, a mean far
/// from zero, each activation.
pub(super) fn cases() -> Vec<Case> {
    let shapes = [[4, 3, 1, 1], [3, 5, 7, 7], [2, 3, 4, 4], [1, 70, 3, 4], [5, 1, 2, 9]];
    let acts = [Activation::Identity, Activation::Relu6, Activation::Hswish, Activation::Swish];
    let mut all = Vec::new();
    for (i, shape) in shapes.into_iter().enumerate() {
        let salt = i as u64;
        let mut x = HostArray::sample(shape, salt);
        if i == 2 {
            x.data.iter_mut().for_each(|v| *v = f64::from((*v + 100.0) as f32));
        }
        let c = shape[1];
        let gamma = HostArray::sample([c], salt + 10);
        let beta = HostArray::sample([c], salt + 20);
        let mean = HostArray::sample([c], salt + 30);
        let mut var = HostArray::sample([c], salt + 40);
        var.data.iter_mut().for_each(|v| *v = f64::from((v.abs() + 0.5) as f32));
        let act = acts[i % acts.len()];
        let op = BatchNormTrain { eps: 1e-5, act, running: Vec::new() };
        let inputs = vec![x.clone(), gamma.clone(), beta.clone()];
        all.push(Case::new(format!("{} {} {}", op.name(), act.name(), x.shape), op, inputs));
        let op = BatchNormEval { eps: 1e-3, act };
        let label = format!("{} {} {}", op.name(), act.name(), x.shape);
        let inputs = vec![x, gamma, beta, mean, var];
        all.push(Case::new(label, op, inputs).constant(3).constant(4));
    }
    all
}
