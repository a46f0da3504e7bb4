//! Layers: what owns parameters. They hold ids and apply ops; the [`Ctx`] says to which tensors and
//! in which mode.

use super::{BufferId, Ctx, Init, Mode, ParamId, StoreBuilder};
use crate::autodiff::Var;
use crate::gpu::GpuError;
use crate::ops::activation::Activation;
use crate::ops::arithmetic::Mul;
use crate::ops::batch_norm::{BatchNormEval, BatchNormTrain, Running};
use crate::ops::concat::Concat;
use crate::ops::conv2d::Conv2d;
use crate::ops::global_avg_pool::GlobalAvgPool;

/// Added to variances.
pub const BN_EPS: f32 = 1e-5;

/// A convolution, padded by kernel / 2.
#[derive(Clone, Copy, Debug)]
pub struct Conv {
    weight: ParamId,
    bias: Option<ParamId>,
    op: Conv2d,
}

impl Conv {
    /// Without bias; weights [c_out, c_in / groups, k, k] named `name.weight`.
    pub fn new(
        b: &mut StoreBuilder,
        name: &str,
        [c_out, c_in, kernel]: [usize; 3],
        stride: usize,
        groups: usize,
    ) -> Self {
        let shape = [c_out, c_in / groups, kernel, kernel];
        let weight = b.param(format!("{name}.weight"), shape, Init::conv(kernel, c_out));
        Conv { weight, bias: None, op: Conv2d { stride, padding: kernel / 2, groups } }
    }

    /// The same with a bias, named `name.bias`, that starts at 0.
    pub fn with_bias(b: &mut StoreBuilder, name: &str, dims: [usize; 3], stride: usize) -> Self {
        let conv = Conv::new(b, name, dims, stride, 1);
        Conv { bias: Some(b.param(format!("{name}.bias"), [dims[0]], Init::Constant(0.0))), ..conv }
    }

    /// Its weights.
    pub fn weight(&self) -> ParamId {
        self.weight
    }

    /// [N, c_in, H, W] to [N, c_out, H', W'].
    pub fn forward(&self, ctx: &Ctx<'_>, x: &Var) -> Result<Var, GpuError> {
        let w = ctx.param(self.weight)?;
        match self.bias {
            None => ctx.apply(self.op, &[x, &w]),
            Some(b) => ctx.apply(self.op, &[x, &w, &ctx.param(b)?]),
        }
    }
}

/// Scale, shift and running statistics of a batch norm.
#[derive(Clone, Copy, Debug)]
pub struct BatchNorm {
    gamma: ParamId,
    beta: ParamId,
    mean: BufferId,
    var: BufferId,
    channels: usize,
}

impl BatchNorm {
    /// Over `channels`, its tensors named `name.{weight, bias, running_mean, running_var}`.
    pub fn new(b: &mut StoreBuilder, name: &str, channels: usize) -> Self {
        BatchNorm {
            gamma: b.param(format!("{name}.weight"), [channels], Init::Constant(1.0)),
            beta: b.param(format!("{name}.bias"), [channels], Init::Constant(0.0)),
            mean: b.buffer(format!("{name}.running_mean"), channels, 0.0),
            var: b.buffer(format!("{name}.running_var"), channels, 1.0),
            channels,
        }
    }

    /// Scale, shift, running mean and variance.
    pub fn tensors(&self) -> (ParamId, ParamId, BufferId, BufferId) {
        (self.gamma, self.beta, self.mean, self.var)
    }

    /// act(BN(x)), x [N, channels, H, W]; `x` may hold only the first of the channels.
    pub fn forward(&self, ctx: &Ctx<'_>, x: &Var, act: Activation) -> Result<Var, GpuError> {
        batch_norm(ctx, &[self], x, act, None)
    }

    /// BN(x), and the residual of x's shape where there is one.
    pub fn onto(&self, ctx: &Ctx<'_>, x: &Var, residual: Option<&Var>) -> Result<Var, GpuError> {
        batch_norm(ctx, &[self], x, Activation::Identity, residual)
    }
}

/// Consecutive batch norms over consecutive channels of `x`, as one op, and the residual of x's shape
/// where there is one. The last may cover fewer channels than it has.
pub fn batch_norm(
    ctx: &Ctx<'_>,
    parts: &[&BatchNorm],
    x: &Var,
    act: Activation,
    residual: Option<&Var>,
) -> Result<Var, GpuError> {
    let (vars, running) = norm_inputs(ctx, parts, x.tensor().shape().dim(1))?.joined(ctx)?;
    let inputs: Vec<&Var> = std::iter::once(x).chain(&vars).chain(residual).collect();
    let (eps, residual) = (BN_EPS, residual.is_some());
    match ctx.mode {
        Mode::Train { .. } => ctx.apply(BatchNormTrain { eps, act, running, residual }, &inputs),
        Mode::Eval => ctx.apply(BatchNormEval { eps, act, residual }, &inputs),
    }
}

/// What an op that norms takes beside its input, by group of channels.
pub(super) struct NormInputs {
    gammas: Vec<Var>,
    betas: Vec<Var>,
    /// In evaluation, means and variances.
    given: Option<[Vec<Var>; 2]>,
    /// In training the statistics to update.
    running: Vec<Running>,
}

impl NormInputs {
    /// Scale and shift, and in evaluation mean and variance, each of all groups; the statistics to
    /// update.
    pub(super) fn joined(self, ctx: &Ctx<'_>) -> Result<(Vec<Var>, Vec<Running>), GpuError> {
        let NormInputs { gammas, betas, given, running } = self;
        let all = [gammas, betas].into_iter().chain(given.into_iter().flatten());
        let vars = all.map(|groups| concat_vectors(ctx, groups)).collect::<Result<_, _>>()?;
        Ok((vars, running))
    }

    /// The same, in training with the scales of the groups, then their shifts, where all have as many
    /// channels.
    pub(super) fn apart(self, ctx: &Ctx<'_>) -> Result<(Vec<Var>, Vec<Running>), GpuError> {
        let len = |var: &Var| var.tensor().len();
        let equal = self.gammas.iter().all(|gamma| len(gamma) == len(&self.gammas[0]));
        if self.given.is_some() || !equal {
            return self.joined(ctx);
        }
        Ok(([self.gammas, self.betas].concat(), self.running))
    }
}

/// Inputs of consecutive batch norms over `channels` channels; the last may cover fewer than it has.
pub(super) fn norm_inputs(
    ctx: &Ctx<'_>,
    parts: &[&BatchNorm],
    channels: usize,
) -> Result<NormInputs, GpuError> {
    let mut left = channels;
    let mut counts = Vec::with_capacity(parts.len());
    for p in parts {
        counts.push(p.channels.min(left));
        left -= p.channels.min(left);
    }
    let each = |f: &dyn Fn(&BatchNorm, usize) -> Result<Var, GpuError>| {
        parts.iter().zip(&counts).map(|(p, &n)| f(p, n)).collect::<Result<Vec<_>, _>>()
    };
    let (gammas, betas) = (each(&|p, n| ctx.rows(p.gamma, n))?, each(&|p, n| ctx.rows(p.beta, n))?);
    match ctx.mode {
        Mode::Train { momentum } => {
            let running = |(p, &n): (&&BatchNorm, &usize)| -> Result<Running, GpuError> {
                let mean = ctx.store.buffer(p.mean)?.prefix(n);
                Ok(Running { mean, var: ctx.store.buffer(p.var)?.prefix(n), momentum })
            };
            let running = parts.iter().zip(&counts).map(running).collect::<Result<_, _>>()?;
            Ok(NormInputs { gammas, betas, given: None, running })
        }
        Mode::Eval => {
            let stat = |id, n| Ok(Var::constant(&ctx.store.buffer(id)?.prefix(n)));
            let given = Some([each(&|p, n| stat(p.mean, n))?, each(&|p, n| stat(p.var, n))?]);
            Ok(NormInputs { gammas, betas, given, running: Vec::new() })
        }
    }
}

fn concat_vectors(ctx: &Ctx<'_>, vars: Vec<Var>) -> Result<Var, GpuError> {
    if let [one] = vars.as_slice() {
        return Ok(one.clone());
    }
    let vars = vars
        .iter()
        .map(|v| v.reshape(&[1, v.tensor().len(), 1, 1]))
        .collect::<Result<Vec<_>, _>>()?;
    let all = concat_channels(ctx, &vars)?;
    all.reshape(&[all.tensor().len()])
}

/// Joins tensors [N, c_i, H, W] along their channels.
pub fn concat_channels(ctx: &Ctx<'_>, vars: &[Var]) -> Result<Var, GpuError> {
    match vars {
        [one] => Ok(one.clone()),
        _ => ctx.apply(Concat { dim: 1 }, &vars.iter().collect::<Vec<_>>()),
    }
}

/// A dense layer with bias.
#[derive(Clone, Copy, Debug)]
pub struct Linear {
    weight: ParamId,
    bias: ParamId,
}

impl Linear {
    /// Weights [out, in] named `name.weight`, bias `name.bias`.
    pub fn new(b: &mut StoreBuilder, name: &str, inputs: usize, outputs: usize) -> Self {
        Linear {
            weight: b.param(format!("{name}.weight"), [outputs, inputs], Init::LINEAR),
            bias: b.param(format!("{name}.bias"), [outputs], Init::Constant(0.0)),
        }
    }

    /// [N, in] to [N, out].
    pub fn forward(&self, ctx: &Ctx<'_>, x: &Var) -> Result<Var, GpuError> {
        let (w, b) = (ctx.param(self.weight)?, ctx.param(self.bias)?);
        ctx.apply(crate::ops::linear::Linear, &[x, &w, &b])
    }
}

/// Squeeze-excite: x * hsigmoid(excite(relu(squeeze(mean(x))))), reduction 4 of its own width.
#[derive(Clone, Copy, Debug)]
pub struct SqueezeExcite {
    squeeze: Conv,
    excite: Conv,
}

impl SqueezeExcite {
    /// Over `channels`; 1x1 convolutions with bias named `name.squeeze` and `name.excite`.
    pub fn new(b: &mut StoreBuilder, name: &str, channels: usize) -> Self {
        let mid = channels / 4;
        SqueezeExcite {
            squeeze: Conv::with_bias(b, &format!("{name}.squeeze"), [mid, channels, 1], 1),
            excite: Conv::with_bias(b, &format!("{name}.excite"), [channels, mid, 1], 1),
        }
    }

    /// [N, channels, H, W] to the same.
    pub fn forward(&self, ctx: &Ctx<'_>, x: &Var) -> Result<Var, GpuError> {
        let [n, c, ..] = x.tensor().shape().nchw();
        let mean = ctx.apply(GlobalAvgPool, &[x])?.reshape(&[n, c, 1, 1])?;
        let squeezed = ctx.apply(Activation::Relu, &[&self.squeeze.forward(ctx, &mean)?])?;
        let gate = ctx.apply(Activation::Hsigmoid, &[&self.excite.forward(ctx, &squeezed)?])?;
        ctx.apply(Mul, &[x, &gate])
    }
}
