//! The kernels of batch norm, each a pass over the tensor or over its channels. Ops that fuse batch
//! norm with something else use single passes of it.

use crate::gpu::shaders::norm::{
    batch_norm_apply, batch_norm_apply_scalar, batch_norm_coefficients, batch_norm_frozen,
    batch_norm_grad, batch_norm_grad_parameters, batch_norm_grad_scalar, batch_norm_grad_sums,
    batch_norm_grad_terms, batch_norm_moments,
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

/// Mean and variance of x over N, H, W.
pub(crate) fn batch(
    gpu: &Gpu,
    [x, gamma, beta]: [&Tensor; 3],
    eps: f32,
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
    Batch::join(gpu, &parts, [gamma, beta], eps, Some((x, h * w)))
}

impl Batch {
    /// What `parts` [channels, parts, 4] say: (n, mean, M2) each, the means less the channel's first
    /// value where x and the size of its planes are given.
    pub(crate) fn join(
        gpu: &Gpu,
        parts: &Tensor,
        [gamma, beta]: [&Tensor; 2],
        eps: f32,
        relative: Option<(&Tensor, usize)>,
    ) -> Result<Self, GpuError> {
        let [channels, count, ..] = parts.shape().nchw();
        let coefficients = Tensor::empty(gpu, [channels, 4])?;
        let moments = Tensor::empty(gpu, [2, channels])?;
        let (x, plane) = relative.unwrap_or((parts, 0));
        let flag = |set: bool| f64::from(u8::from(set));
        let tiles = gpu.style() == KernelStyle::Tiles;
        gpu.dispatch(Dispatch {
            shader: &batch_norm_coefficients::SHADER,
            constants: &[("ABSOLUTE", flag(relative.is_none())), ("TILES", flag(tiles))],
            params: bytemuck::bytes_of(&batch_norm_coefficients::Params {
                channels: channels as u32,
                parts: count as u32,
                plane: plane as u32,
                eps,
            }),
            bindings: &[x, parts, gamma, beta, &coefficients, &moments].map(Tensor::buffer),
            groups: groups_1d(channels, if tiles { 1 } else { 64 }),
            work: parts.len() as u64,
        })?;
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

/// y = act((x - mean) * scale + shift).
pub(crate) fn apply(
    gpu: &Gpu,
    x: &Tensor,
    coefficients: &Tensor,
    act: Activation,
) -> Result<Tensor, GpuError> {
    let walk = over(gpu, x);
    let y = Tensor::empty(gpu, *x.shape())?;
    let bindings = [x.buffer(), coefficients.buffer(), y.buffer()];
    let constants = [act.constant()];
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
    [x, dy, coefficients]: [&Tensor; 3],
    act: Activation,
) -> Result<[Tensor; 2], GpuError> {
    let walk = over(gpu, x);
    let c = walk.channels as usize;
    let parts = Tensor::empty(gpu, [c, walk.parts() as usize, 2])?;
    let [vec, tiles] = walk.reduction();
    gpu.dispatch(Dispatch {
        shader: &batch_norm_grad_sums::SHADER,
        constants: &[vec, tiles, act.constant()],
        params: bytemuck::bytes_of(&walk_params!(batch_norm_grad_sums, walk)),
        bindings: &[x.buffer(), dy.buffer(), coefficients.buffer(), parts.buffer()],
        groups: walk.groups(),
        work: 2 * x.len() as u64,
    })?;
    let sums = [Tensor::empty(gpu, [c])?, Tensor::empty(gpu, [c])?];
    join_grad_parameters(gpu, &parts, &sums)?;
    Ok(sums)
}

/// Fills dgamma and dbeta with the sums of `parts` [channels, parts, 2].
pub(crate) fn join_grad_parameters(
    gpu: &Gpu,
    parts: &Tensor,
    [dgamma, dbeta]: &[Tensor; 2],
) -> Result<(), GpuError> {
    let [channels, count, ..] = parts.shape().nchw();
    gpu.dispatch(Dispatch {
        shader: &batch_norm_grad_parameters::SHADER,
        constants: &[],
        params: bytemuck::bytes_of(&batch_norm_grad_parameters::Params {
            channels: channels as u32,
            parts: count as u32,
        }),
        bindings: &[parts, dgamma, dbeta].map(Tensor::buffer),
        groups: groups_1d(channels, 64),
        work: parts.len() as u64,
    })
}

/// [C, 8]: what a kernel that makes dx as it reads x and dy needs by channel; `n` values a channel
/// where the statistics were those of the batch.
pub(crate) fn grad_terms(
    gpu: &Gpu,
    coefficients: &Tensor,
    [dgamma, dbeta]: &[Tensor; 2],
    n: Option<usize>,
) -> Result<Tensor, GpuError> {
    let c = dgamma.len();
    let terms = Tensor::empty(gpu, [c, 8])?;
    gpu.dispatch(Dispatch {
        shader: &batch_norm_grad_terms::SHADER,
        constants: &[],
        params: bytemuck::bytes_of(&batch_norm_grad_terms::Params {
            channels: c as u32,
            inverse_n: n.map_or(0.0, |n| 1.0 / n as f32),
        }),
        bindings: &[coefficients, dgamma, dbeta, &terms].map(Tensor::buffer),
        groups: groups_1d(c, 64),
        work: c as u64,
    })?;
    Ok(terms)
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
