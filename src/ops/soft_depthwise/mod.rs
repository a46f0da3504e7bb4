//! The middle of a soft unified block whose weights are frozen: with x [N, B c, H, W] of B sub-blocks,
//!
//!   y = sum over k of p[b, k] act(norm_k(depthwise_k(act(norm(x)))))
//!
//! for the channels of sub-block b, over the candidates k3, k5, k7 with p > 0.01; skip adds nothing. All
//! norms are given. A candidate left out loses value and gradient, and its arithmetic where branches are
//! skipped. Gradients by x and by p, of which dp[b, k] is the sum of dy times the candidate's value over b.
//! Kernels of a channel that are not all finite make its candidate NaN, so that no activation hides them.
//!
//! All candidates go in one pass, there and back. Norms and activations are applied as it reads, so that
//! of the wide tensors only x, the candidates' convolutions and y are ever written.

mod cases;
mod passes;
mod twin;

pub(super) use cases::cases;

use super::activation::Activation;
use super::mixed_depthwise::MixedDepthwise;
use super::{Cost, Forward, Op, Vjp};
use crate::gpu::{Gpu, GpuError};
use crate::tensor::{HostArray, Shape, Tensor};

/// Candidates of a sub-block: k3, k5, k7, skip.
const OPS: usize = 4;
/// Those that convolve.
const SIZES: [usize; 3] = [3, 5, 7];

/// Inputs: x [N, B c, H, W], its norm [B c, 4], then for k3, k5, k7 the kernels [B c, 1, k, k] and the
/// norm [B c, 4] of what they give, then p [B, 4] (or flat) in the order k3, k5, k7, skip. A norm is
/// mean, 1/std, scale, shift a channel: `batch_norm::frozen` makes it. Output: [N, B c, H', W'].
#[derive(Clone, Copy, Debug)]
pub struct SoftDepthwise {
    /// 1 or 2.
    pub stride: usize,
    /// Applied after each norm.
    pub act: Activation,
}

/// The inputs by name.
struct Inputs<'a, T> {
    x: &'a T,
    norm: &'a T,
    kernels: [&'a T; 3],
    norms: [&'a T; 3],
    p: &'a T,
}

/// How many inputs there are; the last is p.
const INPUTS: usize = 9;

impl SoftDepthwise {
    fn inputs<'a, T>(&self, all: &'a [T]) -> Result<Inputs<'a, T>, GpuError> {
        let [x, norm, w3, n3, w5, n5, w7, n7, p] = all else {
            let why = format!("{} inputs, not {INPUTS}", all.len());
            return Err(GpuError::Shape { op: self.name(), why });
        };
        Ok(Inputs { x, norm, kernels: [w3, w5, w7], norms: [n3, n5, n7], p })
    }

    fn of_size(&self, size: usize) -> MixedDepthwise {
        MixedDepthwise { stride: self.stride, kernels: vec![size] }
    }
}

impl Op for SoftDepthwise {
    fn name(&self) -> &'static str {
        "soft_depthwise"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, GpuError> {
        let i = self.inputs(inputs)?;
        let channels = i.x.dim(1);
        let blocks = i.p.len() / OPS;
        let norms = i.norms.iter().chain([&i.norm]);
        if blocks == 0
            || i.p.len() != blocks * OPS
            || !channels.is_multiple_of(blocks)
            || norms.into_iter().any(|n| n.len() != 4 * channels)
        {
            let why = format!("{} with norms {:?} and probabilities {}", i.x, i.norms, i.p);
            return Err(GpuError::Shape { op: self.name(), why });
        }
        let mut shape = Shape::new(&[]);
        for (size, w) in SIZES.into_iter().zip(i.kernels) {
            shape = self.of_size(size).shape(&[i.x, w])?;
        }
        Ok(shape)
    }

    fn forward(&self, gpu: &Gpu, inputs: &[&Tensor]) -> Result<Forward, GpuError> {
        let shapes: Vec<&Shape> = inputs.iter().map(|t| t.shape()).collect();
        let y = Tensor::empty(gpu, self.shape(&shapes)?)?;
        let i = self.inputs(inputs)?;
        let terms = passes::terms(gpu, &i)?;
        let [z3, z5, z7] = passes::forward(gpu, self, (i.x, &terms), &y)?;
        Ok(Forward { output: y, saved: vec![z3, z5, z7, terms] })
    }

    fn vjp(&self, gpu: &Gpu, ctx: &Vjp<'_>) -> Result<Vec<Option<Tensor>>, GpuError> {
        let [z3, z5, z7, terms] = ctx.saved else {
            return Err(GpuError::MissingRule(self.name()));
        };
        let i = self.inputs(ctx.inputs)?;
        let dx = Tensor::empty(gpu, *i.x.shape())?;
        let of = (i.x, [z3, z5, z7], terms);
        let dp = passes::backward(gpu, self, of, ctx.grad, (&dx, i.p.shape()))?;
        let mut grads = vec![None; INPUTS];
        grads[0] = Some(dx);
        grads[INPUTS - 1] = Some(dp);
        Ok(grads)
    }

    fn twin(&self, inputs: &[HostArray]) -> HostArray {
        // Inputs that do not fit have no result.
        let Ok(i) = self.inputs(inputs) else { return HostArray::zeros([0]) };
        let a = twin::normed(i.x, i.norm, self.act);
        let candidate = |k: usize| {
            let z = self.of_size(SIZES[k]).twin(&[a.clone(), i.kernels[k].clone()]);
            twin::normed(&twin::spoilt(z, i.kernels[k]), i.norms[k], self.act)
        };
        twin::mix(&[candidate(0), candidate(1), candidate(2)], i.p)
    }

    fn cost(&self, inputs: &[&Shape]) -> Cost {
        let (Ok(y), Ok(i)) = (self.shape(inputs), self.inputs(inputs)) else {
            return Cost::default();
        };
        let sizes = SIZES.into_iter().zip(i.kernels);
        let macs = sizes.map(|(size, w)| self.of_size(size).cost(&[i.x, w]).macs).sum();
        // x is read, the candidates' z and y are written.
        let values = i.x.len() + 4 * y.len();
        Cost { macs, bytes: 4 * values as u64 }
    }
}
