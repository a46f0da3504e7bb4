//! The kernels of batch norm, each a pass over the tensor or over its channels. Ops that fuse batch
//! norm with something else use single passes of it.

use super::groups::{Affine, Bound, Together};
use super::running::{Running, unbias, update_running};
use crate::gpu::shaders::norm::{
    batch_norm_apply, batch_norm_apply_scalar, batch_norm_coefficients, batch_norm_frozen,
    batch_norm_grad, batch_norm_grad_parameters, batch_norm_grad_scalar, batch_norm_grad_sums,
    batch_norm_moments,
};
use crate::gpu::{Dispatch, Gpu, GpuError, KernelStyle, groups_1d};
use crate::ops::activation::Activation;
use crate::ops::walk::{Walk, walk_params};
use crate::tensor::Tensor;

/// The walk over the channels of x.
fn over(gpu: &Gpu, x: &Tensor) -> Walk {
    let [n, c, h, w] = x.shape().nchw();
    Walk::new(gpu, n, c, h * w)
}

/// Batch statistics and what the other passes need of them.
pub(crate) struct Batch {
    /// [C, 4]: mean, 1/std, scale, shift.
    pub(crate) coefficients: Tensor,
    /// [2, C]: mean, biased variance.
    pub(crate) moments: Tensor,
}

/// Mean and variance of x over N, H, W; `running` as for [`Batch::join`].
pub(crate) fn batch(
    gpu: &Gpu,
    [x, gamma, beta]: [&Tensor; 3],
    eps: f32,
    running: &[Running],
) -> Result<Batch, GpuError> {
    let walk = over(gpu, x);
    let c = walk.channels as usize;
    let parts = Tensor::empty(gpu, [c, walk.parts() as usize, 4])?;
    gpu.dispatch(Dispatch {
        shader: &batch_norm_moments::SHADER,
        constants: &walk.reduction(),
        params: bytemuck::bytes_of(&walk_params!(batch_norm_moments, walk)),
        bindings: &[x.buffer(), parts.buffer()],
        groups: walk.groups(),
        work: x.len() as u64,
    })?;
    let [_, _, h, w] = x.shape().nchw();
    let of = Parts { parts: &parts, relative: Some((x, h * w)), count: x.len() / c };
    Batch::join(gpu, &of, Affine { gamma: &[gamma], beta: &[beta] }, eps, running)
}

/// Mean and biased variance of each channel of x [N, C, H, W] over N, H, W: [2, C].
///
/// # Errors
/// Those of the device.
pub fn batch_moments(gpu: &Gpu, x: &Tensor) -> Result<Tensor, GpuError> {
    let c = x.shape().dim(1);
    let any = Tensor::empty(gpu, [c])?;
    Ok(batch(gpu, [x, &any, &any], 1.0, &[])?.moments)
}

/// Moments of parts of each channel, [channels, parts, 4]: (n, mean, M2) each.
pub(crate) struct Parts<'a> {
    /// They.
    pub(crate) parts: &'a Tensor,
    /// Where their means are less the channel's first value: x and the size of its planes.
    pub(crate) relative: Option<(&'a Tensor, usize)>,
    /// Values a channel.
    pub(crate) count: usize,
}

impl Batch {
    /// What the parts say together. The running statistics, of consecutive channels from the first
    /// on, move with it.
    pub(crate) fn join(
        gpu: &Gpu,
        of: &Parts<'_>,
        affine: Affine<'_>,
        eps: f32,
        running: &[Running],
    ) -> Result<Self, GpuError> {
        let [channels, count, ..] = of.parts.shape().nchw();
        let coefficients = Tensor::empty(gpu, [channels, 4])?;
        let moments = Tensor::empty(gpu, [2, channels])?;
        let (x, plane) = of.relative.unwrap_or((of.parts, 0));
        let flag = |set: bool| f64::from(u8::from(set));
        let tiles = gpu.style() == KernelStyle::Tiles;
        // Those that lie together need no pass of their own.
        let moved = match Together::of(running, channels) {
            Some(together) => together,
            None => Together::nothing(Tensor::empty(gpu, [1])?.buffer().clone()),
        };
        let [mean0, mean1, mean2, mean3, mean4, mean5] = moved.means;
        let [variance0, variance1, variance2, variance3, variance4, variance5] = moved.variances;
        let Bound { gamma, beta, gammas, betas, of_group: of_affine } = affine.bound(gpu)?;
        let [gamma0, gamma1, gamma2, gamma3, gamma4, gamma5] = gammas;
        let [beta0, beta1, beta2, beta3, beta4, beta5] = betas;
        let [x, parts, to, of_moments] = [x, of.parts, &coefficients, &moments].map(Tensor::buffer);
        #[rustfmt::skip]
        let params = batch_norm_coefficients::Params {
            channels: channels as u32,
            parts: count as u32,
            plane: plane as u32,
            eps,
            momentum: moved.momentum,
            unbias: unbias(of.count),
            of_affine,
            gamma0, gamma1, gamma2, gamma3, gamma4, gamma5,
            beta0, beta1, beta2, beta3, beta4, beta5,
            of_group: moved.of_group,
            groups: moved.groups,
            mean0, mean1, mean2, mean3, mean4, mean5,
            variance0, variance1, variance2, variance3, variance4, variance5,
        };
        let bindings = [x, parts, &gamma, &beta, to, of_moments, &moved.arena];
        let constants = [
            ("ABSOLUTE", flag(of.relative.is_none())),
            ("RUNNING", flag(moved.groups > 0)),
            ("TILES", flag(tiles)),
        ];
        let dispatch = Dispatch {
            shader: &batch_norm_coefficients::SHADER,
            constants: &constants,
            params: bytemuck::bytes_of(&params),
            bindings: &bindings,
            groups: groups_1d(channels, if tiles { 1 } else { 64 }),
            work: of.parts.len() as u64,
        };
        // By channel: its parts, gamma and beta, eight values that are written, four that move.
        gpu.dispatch_part(dispatch, 4 * (of.parts.len() + 14 * channels) as u64)?;
        if moved.groups == 0 {
            let mut first = 0;
            for one in running {
                update_running(gpu, one, &moments, first, of.count)?;
                first += one.mean.len();
            }
        }
        Ok(Batch { coefficients, moments })
    }
}

/// [C, 4]: mean, 1/std, scale, beta, of given statistics.
///
/// # Errors
/// Those of the device.
pub fn frozen(
    gpu: &Gpu,
    [gamma, beta, mean, var]: [&Tensor; 4],
    eps: f32,
) -> Result<Tensor, GpuError> {
    let c = gamma.len();
    let coefficients = Tensor::empty(gpu, [c, 4])?;
    gpu.dispatch(Dispatch {
        shader: &batch_norm_frozen::SHADER,
        constants: &[],
        params: bytemuck::bytes_of(&batch_norm_frozen::Params { channels: c as u32, eps }),
        bindings: &[
            gamma.buffer(),
            beta.buffer(),
            mean.buffer(),
            var.buffer(),
            coefficients.buffer(),
        ],
        groups: groups_1d(c, 64),
        work: c as u64,
    })?;
    Ok(coefficients)
}

/// y = act((x - mean) * scale + shift), and a residual of x's shape where there is one.
pub(crate) fn apply(
    gpu: &Gpu,
    x: &Tensor,
    coefficients: &Tensor,
    act: Activation,
    residual: Option<&Tensor>,
) -> Result<Tensor, GpuError> {
    let walk = over(gpu, x);
    let y = Tensor::empty(gpu, *x.shape())?;
    // Without a residual x stands in and is not read for it.
    let bindings = [x, coefficients, residual.unwrap_or(x), &y].map(Tensor::buffer);
    let added = f64::from(u8::from(residual.is_some()));
    let constants = [act.constant(), ("RESIDUAL", added)];
    let (vector, scalar) =
        (walk_params!(batch_norm_apply, walk), walk_params!(batch_norm_apply_scalar, walk));
    let (shader, params) = if walk.vec {
        (&batch_norm_apply::SHADER, bytemuck::bytes_of(&vector))
    } else {
        (&batch_norm_apply_scalar::SHADER, bytemuck::bytes_of(&scalar))
    };
    let (groups, work) = (walk.groups(), x.len() as u64);
    gpu.dispatch(Dispatch {
        shader,
        constants: &constants,
        params,
        bindings: &bindings,
        groups,
        work,
    })?;
    Ok(y)
}

/// dgamma and dbeta.
pub(crate) fn grad_parameters(
    gpu: &Gpu,
    operands: [&Tensor; 3],
    act: Activation,
) -> Result<[Tensor; 2], GpuError> {
    let parts = grad_sums(gpu, operands, act)?;
    let c = parts.shape().dim(0);
    let sums = [Tensor::empty(gpu, [c])?, Tensor::empty(gpu, [c])?];
    let to = Sums { of: &sums, of_group: c, pitch: c };
    join_grad_parameters(gpu, &parts, to, None)?;
    Ok(sums)
}

/// dgamma and dbeta of so many groups of channels, all of as many, and with them [C, 8]: what a kernel
/// that makes dx as it reads x and dy needs by channel; `n` values a channel where the statistics were
/// those of the batch.
pub(crate) fn grad_terms(
    gpu: &Gpu,
    operands: [&Tensor; 3],
    act: Activation,
    n: Option<usize>,
    groups: usize,
) -> Result<([Vec<Tensor>; 2], Tensor), GpuError> {
    let parts = grad_sums(gpu, operands, act)?;
    let c = parts.shape().dim(0);
    let of_group = c / groups;
    // A tensor within another begins at a multiple of 64 values.
    let pitch = of_group.next_multiple_of(64);
    let sums = [Tensor::empty(gpu, [groups * pitch])?, Tensor::empty(gpu, [groups * pitch])?];
    let terms = Tensor::empty(gpu, [c, 8])?;
    let to = Sums { of: &sums, of_group, pitch };
    join_grad_parameters(gpu, &parts, to, Some((operands[2], &terms, n)))?;
    let apart = |all: &Tensor| -> Result<Vec<Tensor>, GpuError> {
        (0..groups).map(|k| all.view(k * pitch, [of_group])).collect()
    };
    let [dgamma, dbeta] = &sums;
    Ok(([apart(dgamma)?, apart(dbeta)?], terms))
}

/// Where dgamma and dbeta go.
struct Sums<'a> {
    of: &'a [Tensor; 2],
    /// Channels of a group.
    of_group: usize,
    /// Values from a group to the next.
    pitch: usize,
}

/// [channels, parts, 2]: what adds up to dbeta and dgamma.
fn grad_sums(
    gpu: &Gpu,
    [x, dy, coefficients]: [&Tensor; 3],
    act: Activation,
) -> Result<Tensor, GpuError> {
    let walk = over(gpu, x);
    let parts = Tensor::empty(gpu, [walk.channels as usize, walk.parts() as usize, 2])?;
    let [vec, tiles] = walk.reduction();
    gpu.dispatch(Dispatch {
        shader: &batch_norm_grad_sums::SHADER,
        constants: &[vec, tiles, act.constant()],
        params: bytemuck::bytes_of(&walk_params!(batch_norm_grad_sums, walk)),
        bindings: &[x.buffer(), dy.buffer(), coefficients.buffer(), parts.buffer()],
        groups: walk.groups(),
        work: 2 * x.len() as u64,
    })?;
    Ok(parts)
}

/// Fills dgamma and dbeta with the sums of `parts` [channels, parts, 2]; and, from the norm's
/// coefficients, the terms of [`grad_terms`].
fn join_grad_parameters(
    gpu: &Gpu,
    parts: &Tensor,
    Sums { of: [dgamma, dbeta], of_group, pitch }: Sums<'_>,
    terms: Option<(&Tensor, &Tensor, Option<usize>)>,
) -> Result<(), GpuError> {
    let [channels, count, ..] = parts.shape().nchw();
    let inverse_n = terms.and_then(|(_, _, n)| n).map_or(0.0, |n| 1.0 / n as f32);
    let (coefficients, to) = match terms {
        Some((coefficients, terms, _)) => (coefficients, terms.clone()),
        // Bound, but not touched.
        None => (parts, Tensor::empty(gpu, [1])?),
    };
    gpu.dispatch(Dispatch {
        shader: &batch_norm_grad_parameters::SHADER,
        constants: &[("TERMS", f64::from(u8::from(terms.is_some())))],
        params: bytemuck::bytes_of(&batch_norm_grad_parameters::Params {
            channels: channels as u32,
            parts: count as u32,
            of_group: of_group as u32,
            pitch: pitch as u32,
            inverse_n,
        }),
        bindings: &[parts, dgamma, dbeta, coefficients, &to].map(Tensor::buffer),
        groups: groups_1d(channels, 64),
        work: parts.len() as u64,
    })
}

/// dx; `sums` are dgamma and dbeta where the statistics were those of the batch.
pub(crate) fn grad(
    gpu: &Gpu,
    [x, dy, coefficients]: [&Tensor; 3],
    sums: Option<&[Tensor; 2]>,
    act: Activation,
) -> Result<Tensor, GpuError> {
    let walk = over(gpu, x);
    let dx = Tensor::empty(gpu, *x.shape())?;
    let n = x.len() / walk.channels as usize;
    let inverse_n = if sums.is_some() { 1.0 / n as f32 } else { 0.0 };
    // The kernel does not read the sums where there are none, but wants something bound.
    let [dgamma, dbeta] = sums.map_or([coefficients; 2], |[g, b]| [g, b]);
    let bindings = [x, dy, coefficients, dgamma, dbeta, &dx].map(Tensor::buffer);
    let constants = [act.constant()];
    let (vector, scalar) = (
        walk_params!(batch_norm_grad, walk, inverse_n: inverse_n),
        walk_params!(batch_norm_grad_scalar, walk, inverse_n: inverse_n),
    );
    let (shader, params) = if walk.vec {
        (&batch_norm_grad::SHADER, bytemuck::bytes_of(&vector))
    } else {
        (&batch_norm_grad_scalar::SHADER, bytemuck::bytes_of(&scalar))
    };
    let (groups, work) = (walk.groups(), 2 * x.len() as u64);
    gpu.dispatch(Dispatch {
        shader,
        constants: &constants,
        params,
        bindings: &bindings,
        groups,
        work,
    })?;
    Ok(dx)
}
