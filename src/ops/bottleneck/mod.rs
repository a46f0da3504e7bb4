//! The inverted bottleneck as one op: with x [N, c, H, W]
//!
//!   z1 = w1 x,  z2 = depthwise(act(norm1(z1))),  z3 = w3 act(norm2(z2)),  y = norm3(z3) or norm3(z3) + x,
//!
//! where w1 and w3 are pointwise and the depthwise convolution has a kernel size a group of channels,
//! as in `mixed_depthwise`. It equals the composition of these ops; what it saves are passes over
//! the tensors: norms and activations are applied as a kernel reads, moments are taken as a tensor is
//! written, the residual and its gradient are added to what is stored anyway, and the way back through
//! the middle is one pass. What only the gradient needs of the normed tensors is computed again from z1
//! and z2, so that no wide normed tensor is kept.

mod backward;
mod cases;
mod depthwise;
mod forward;
mod ranges;
mod tiles;

pub(super) use cases::cases;

use super::activation::Activation;
use super::arithmetic::Add;
use super::batch_norm::{BatchNormEval, BatchNormTrain, Running};
use super::concat::Concat;
use super::conv2d::Conv2d;
use super::mixed_depthwise::MixedDepthwise;
use super::{Cost, Forward, Op, Vjp};
use crate::gpu::{Gpu, GpuError};
use crate::tensor::{HostArray, Shape, Tensor};

/// Where the three norms take their statistics from.
#[derive(Clone, Debug)]
pub enum Norms {
    /// From the batch; running statistics to update in place, as for `BatchNormTrain`.
    Batch([Vec<Running>; 3]),
    /// They are given.
    Given,
}

/// Inputs: x [N, c, H, W], w1 [E, c, 1, 1], w3 [O, E, 1, 1], the three norms, then the kernels of each
/// group [E / groups, 1, k, k]. A norm is gamma, beta and, where statistics are given, mean and
/// variance, each [E] or, of the last, [O]; with the batch's statistics the second is gammas, then
/// betas of any number of equal groups of channels. Output: [N, O, H', W'], which are x's with a residual.
#[derive(Clone, Debug)]
pub struct Bottleneck {
    /// Of the depthwise convolution: 1 or 2.
    pub stride: usize,
    /// Kernel size of each group: 3, 5 or 7.
    pub kernels: Vec<usize>,
    /// Added to variances.
    pub eps: f32,
    /// Applied after each of the first two norms.
    pub act: Activation,
    /// Statistics of the norms.
    pub norms: Norms,
    /// Whether x is added to the output.
    pub residual: bool,
}

/// The inputs by name.
struct Inputs<'a, T> {
    x: &'a T,
    w1: &'a T,
    w3: &'a T,
    norms: [&'a [T]; 3],
    kernels: &'a [T],
}

const POINTWISE: Conv2d = Conv2d { stride: 1, padding: 0, groups: 1 };

impl Bottleneck {
    /// Inputs of a norm.
    fn of_norm(&self) -> usize {
        if matches!(self.norms, Norms::Given) { 4 } else { 2 }
    }

    fn inputs<'a, T>(&self, all: &'a [T]) -> Result<Inputs<'a, T>, GpuError> {
        let n = self.of_norm();
        let second = all.len().saturating_sub(3 + 2 * n + self.kernels.len());
        let fits = match self.norms {
            Norms::Batch(_) => second >= n && second.is_multiple_of(n),
            Norms::Given => second == n,
        };
        match all {
            [x, w1, w3, rest @ ..] if fits => {
                let (first, rest) = rest.split_at(n);
                let (second, rest) = rest.split_at(second);
                let (third, kernels) = rest.split_at(n);
                Ok(Inputs { x, w1, w3, norms: [first, second, third], kernels })
            }
            _ => {
                let why = format!("{} inputs for {} kernel sizes", all.len(), self.kernels.len());
                Err(GpuError::Shape { op: self.name(), why })
            }
        }
    }

    /// Groups of channels of a norm with so many inputs.
    fn groups(&self, inputs: usize) -> usize {
        inputs / self.of_norm()
    }

    fn depthwise(&self) -> MixedDepthwise {
        MixedDepthwise { stride: self.stride, kernels: self.kernels.clone() }
    }

    /// Shapes of z1, z2 and z3, which is the output's.
    fn shapes(&self, inputs: &[&Shape]) -> Result<[Shape; 3], GpuError> {
        let i = self.inputs(inputs)?;
        let z1 = POINTWISE.shape(&[*i.x, *i.w1])?;
        let kernels: Vec<&Shape> = std::iter::once(&z1).chain(i.kernels.iter().copied()).collect();
        let z2 = self.depthwise().shape(&kernels)?;
        let z3 = POINTWISE.shape(&[&z2, *i.w3])?;
        let fail = |why| Err(GpuError::Shape { op: self.name(), why });
        for (norm, z) in i.norms.into_iter().zip([z1, z2, z3]) {
            let groups = self.groups(norm.len());
            if let Some(s) = norm.iter().find(|s| s.len() * groups != z.dim(1)) {
                return fail(format!("a norm of {groups} times {s} for {} channels", z.dim(1)));
            }
        }
        if self.residual && z3 != **i.x {
            return fail(format!("{z3} with a residual {}", i.x));
        }
        Ok([z1, z2, z3])
    }
}

impl Op for Bottleneck {
    fn name(&self) -> &'static str {
        "bottleneck"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, GpuError> {
        Ok(self.shapes(inputs)?[2])
    }

    fn forward(&self, gpu: &Gpu, inputs: &[&Tensor]) -> Result<Forward, GpuError> {
        forward::forward(self, gpu, inputs)
    }

    fn vjp(&self, gpu: &Gpu, ctx: &Vjp<'_>) -> Result<Vec<Option<Tensor>>, GpuError> {
        backward::vjp(self, gpu, ctx)
    }

    fn twin(&self, inputs: &[HostArray]) -> HostArray {
        // Inputs that do not fit have no result.
        let Ok(i) = self.inputs(inputs) else { return HostArray::zeros([0]) };
        let normed = |z: HostArray, norm: &[HostArray], act: Activation| {
            let joined = |groups: &[HostArray]| Concat { dim: 0 }.twin(groups);
            let norm = norm.chunks(self.groups(norm.len())).map(joined);
            let inputs: Vec<_> = std::iter::once(z).chain(norm).collect();
            let (eps, residual) = (self.eps, false);
            match self.norms {
                Norms::Given => BatchNormEval { eps, act, residual }.twin(&inputs),
                Norms::Batch(_) => {
                    BatchNormTrain { eps, act, running: Vec::new(), residual }.twin(&inputs)
                }
            }
        };
        let a1 = normed(POINTWISE.twin(&[i.x.clone(), i.w1.clone()]), i.norms[0], self.act);
        let inputs: Vec<_> = std::iter::once(a1).chain(i.kernels.iter().cloned()).collect();
        let a2 = normed(self.depthwise().twin(&inputs), i.norms[1], self.act);
        let z3 = POINTWISE.twin(&[a2, i.w3.clone()]);
        let y = normed(z3, i.norms[2], Activation::Identity);
        if self.residual { Add.twin(&[y, i.x.clone()]) } else { y }
    }

    fn cost(&self, inputs: &[&Shape]) -> Cost {
        let (Ok([z1, z2, y]), Ok(i)) = (self.shapes(inputs), self.inputs(inputs)) else {
            return Cost::default();
        };
        let kernels: Vec<&Shape> = std::iter::once(&z1).chain(i.kernels.iter().copied()).collect();
        let macs = POINTWISE.cost(&[*i.x, *i.w1]).macs
            + self.depthwise().cost(&kernels).macs
            + POINTWISE.cost(&[&z2, *i.w3]).macs;
        // Each tensor is written and read once; x once more as a residual.
        let read = i.x.len() * (1 + usize::from(self.residual));
        let values = read + 2 * (z1.len() + z2.len() + y.len()) + y.len();
        Cost { macs, bytes: 4 * values as u64 }
    }
}
