//! Batch normalisation with a fused activation: y = act(gamma (x - mean) / sqrt(var + eps) + beta),
//! with the batch's statistics in training and given ones in evaluation; and where a block has one with
//! its residual added, whose gradient is dy.
//!
//! With g = act'(pre) dy, pre recomputed from x: dbeta = sum g, dgamma = sum g xhat, and
//! dx = gamma / std (g - dbeta / n - xhat dgamma / n), in evaluation without the last two terms.

mod groups;
pub(crate) mod passes;
mod running;
mod twin;

pub(crate) use groups::Affine;
pub use passes::{batch_moments, frozen};
pub use running::{Running, update_running};

use super::activation::Activation;
use super::arithmetic::Add;
use super::{Case, Cost, Forward, Op, Vjp};
use crate::gpu::{Gpu, GpuError};
use crate::tensor::{HostArray, Shape, Tensor};

/// Batch norm in training. Inputs: x [N, C, H, W], gamma [C], beta [C], the residual as x. Output: as x.
#[derive(Clone, Debug, Default)]
pub struct BatchNormTrain {
    /// Added to the variance.
    pub eps: f32,
    /// Applied to the result.
    pub act: Activation,
    /// Statistics to update in place, of consecutive channels from the first on; a unified block
    /// has one for each of its candidates.
    pub running: Vec<Running>,
    /// Whether there is a residual, which is added to the result.
    pub residual: bool,
}

/// Batch norm in evaluation. Inputs: x [N, C, H, W], gamma, beta, mean, variance, each [C], the residual
/// as x; no gradient flows to the statistics. Output: as x.
#[derive(Clone, Copy, Debug, Default)]
pub struct BatchNormEval {
    /// Added to the variance.
    pub eps: f32,
    /// Applied to the result.
    pub act: Activation,
    /// Whether there is a residual, which is added to the result.
    pub residual: bool,
}

fn check(op: &'static str, inputs: &[&Shape], residual: bool) -> Result<Shape, GpuError> {
    let [x, parameters @ ..] = inputs else { return Err(GpuError::MissingRule(op)) };
    let c = x.dim(1);
    let (parameters, added) =
        parameters.split_at(parameters.len().saturating_sub(usize::from(residual)));
    if let Some(other) = added.iter().find(|r| *r != x) {
        return Err(GpuError::Shape { op, why: format!("{x} with a residual {other}") });
    }
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
        check(self.name(), inputs, self.residual)
    }

    fn forward(&self, gpu: &Gpu, inputs: &[&Tensor]) -> Result<Forward, GpuError> {
        self.shape(&shapes(inputs))?;
        let [x, gamma, beta] = [inputs[0], inputs[1], inputs[2]];
        let batch = passes::batch(gpu, [x, gamma, beta], self.eps, &self.running)?;
        let residual = self.residual.then(|| inputs[3]);
        let output = passes::apply(gpu, x, &batch.coefficients, self.act, residual)?;
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
        let mut grads = vec![dx, Some(dgamma), Some(dbeta)];
        grads.extend(self.residual.then(|| Some(ctx.grad.clone())));
        Ok(grads)
    }

    fn twin(&self, inputs: &[HostArray]) -> HostArray {
        let (mean, var) = twin::moments(&inputs[0]);
        let by_channel = [&inputs[1].data, &inputs[2].data, &mean, &var].map(Vec::as_slice);
        let y = twin::apply(&inputs[0], by_channel, self.eps, self.act);
        if self.residual { Add.twin(&[y, inputs[3].clone()]) } else { y }
    }

    fn cost(&self, inputs: &[&Shape]) -> Cost {
        Cost { macs: 0, bytes: (12 + 4 * u64::from(self.residual)) * inputs[0].len() as u64 }
    }
}

impl Op for BatchNormEval {
    fn name(&self) -> &'static str {
        "batch_norm_eval"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, GpuError> {
        check(self.name(), inputs, self.residual)
    }

    fn forward(&self, gpu: &Gpu, inputs: &[&Tensor]) -> Result<Forward, GpuError> {
        self.shape(&shapes(inputs))?;
        let given = [inputs[1], inputs[2], inputs[3], inputs[4]];
        let coefficients = passes::frozen(gpu, given, self.eps)?;
        let residual = self.residual.then(|| inputs[5]);
        let output = passes::apply(gpu, inputs[0], &coefficients, self.act, residual)?;
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
        let mut grads = vec![dx, dgamma, dbeta, None, None];
        grads.extend(self.residual.then(|| Some(ctx.grad.clone())));
        Ok(grads)
    }

    fn twin(&self, inputs: &[HostArray]) -> HostArray {
        let [gamma, beta, mean, var] = [1, 2, 3, 4].map(|i| &inputs[i].data[..]);
        let y = twin::apply(&inputs[0], [gamma, beta, mean, var], self.eps, self.act);
        if self.residual { Add.twin(&[y, inputs[5].clone()]) } else { y }
    }

    fn cost(&self, inputs: &[&Shape]) -> Cost {
        Cost { macs: 0, bytes: (8 + 4 * u64::from(self.residual)) * inputs[0].len() as u64 }
    }
}

/// Test cases: planes of 1, of primes and of multiples of four, one channel and many, a mean far
/// from zero, each activation, with a residual and without.
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
        for residual in [false, true] {
            let added = || residual.then(|| HostArray::sample(shape, salt + 50));
            let label = |op: &str| format!("{op} {} {} residual {residual}", act.name(), x.shape);
            let op = BatchNormTrain { eps: 1e-5, act, running: Vec::new(), residual };
            let mut inputs = vec![x.clone(), gamma.clone(), beta.clone()];
            inputs.extend(added());
            all.push(Case::new(label(op.name()), op, inputs));
            let op = BatchNormEval { eps: 1e-3, act, residual };
            let mut inputs =
                vec![x.clone(), gamma.clone(), beta.clone(), mean.clone(), var.clone()];
            inputs.extend(added());
            all.push(Case::new(label(op.name()), op, inputs).constant(3).constant(4));
        }
    }
    all
}
