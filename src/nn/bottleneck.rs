//! The inverted bottleneck of layers as the one op that it is.

use super::layers::norm_inputs;
use super::{BN_EPS, BatchNorm, Conv, Ctx, Mode};
use crate::autodiff::Var;
use crate::gpu::GpuError;
use crate::ops::activation::Activation;
use crate::ops::bottleneck::{Bottleneck, Norms};

/// The layers of [`bottleneck`]; groups of channels have kernels of their own, and may have norms of
/// their own.
pub struct Wide<'a> {
    /// Weights of the expansion [E, c, 1, 1].
    pub expand: &'a Var,
    /// Its norm over the E channels, which may be the first of those it has.
    pub expand_norm: &'a BatchNorm,
    /// For each group its depthwise convolution.
    pub depthwise: &'a [&'a Conv],
    /// Kernel sizes of the groups.
    pub kernels: Vec<usize>,
    /// Stride of the depthwise convolution.
    pub stride: usize,
    /// One norm over all depthwise outputs, or one a group.
    pub depthwise_norms: &'a [&'a BatchNorm],
    /// Weights of the projection [O, E, 1, 1].
    pub project: &'a Var,
    /// Its norm over the O channels.
    pub project_norm: &'a BatchNorm,
    /// Whether the input is added.
    pub residual: bool,
}

/// norm(project(act(norm(depthwise(act(norm(expand(x)))))))), and x with a residual: [N, c, H, W] to
/// [N, O, H', W'].
pub fn bottleneck(ctx: &Ctx<'_>, x: &Var, of: Wide<'_>, act: Activation) -> Result<Var, GpuError> {
    let channels = of.expand.tensor().shape().dim(0);
    let outputs = of.project.tensor().shape().dim(0);
    let (first, running1) = norm_inputs(ctx, &[of.expand_norm], channels)?.joined(ctx)?;
    let (second, running2) = norm_inputs(ctx, of.depthwise_norms, channels)?.apart(ctx)?;
    let (third, running3) = norm_inputs(ctx, &[of.project_norm], outputs)?.joined(ctx)?;
    let norms = match ctx.mode {
        Mode::Train { .. } => Norms::Batch([running1, running2, running3]),
        Mode::Eval => Norms::Given,
    };
    let mut kernels = Vec::with_capacity(of.depthwise.len());
    for conv in of.depthwise {
        kernels.push(ctx.param(conv.weight())?);
    }
    let (stride, residual) = (of.stride, of.residual);
    let op = Bottleneck { stride, kernels: of.kernels, eps: BN_EPS, act, norms, residual };
    let weights = [x, of.expand, of.project];
    let rest = [first, second, third, kernels].concat();
    ctx.apply(op, &weights.into_iter().chain(&rest).collect::<Vec<_>>())
}
