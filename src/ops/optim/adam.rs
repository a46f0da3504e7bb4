//! Adam with L2 decay and AdamW with decoupled decay, bias corrections in f64 on the host.

use super::{Optimiser, Update, flag};
use crate::gpu::shaders::optim::adam::{Params, SHADER};
use crate::gpu::{Gpu, GpuError};

/// Adam; AdamW where the decay is decoupled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adam {
    /// Decay of the mean gradient.
    pub beta1: f64,
    /// Decay of the mean square.
    pub beta2: f64,
    /// Added to the root of the mean square.
    pub eps: f64,
    /// Weight decay.
    pub weight_decay: f64,
    /// AdamW: weights shrink by `1 - lr * weight_decay` instead of an L2 term in the gradient.
    pub decoupled: bool,
}

impl Default for Adam {
    fn default() -> Self {
        Adam { beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.0, decoupled: false }
    }
}

pub(super) fn record(r: &Adam, gpu: &Gpu, u: &Update<'_>, o: &Optimiser) -> Result<(), GpuError> {
    let t = o.steps() as f64;
    let decay = if r.decoupled { u.lr * r.weight_decay } else { r.weight_decay };
    let params = Params {
        n4: u.weights.len().div_ceil(4) as u32,
        one_minus_beta1: (1.0 - r.beta1) as f32,
        beta2: r.beta2 as f32,
        one_minus_beta2: (1.0 - r.beta2) as f32,
        eps: r.eps as f32,
        step_size: (u.lr / (1.0 - r.beta1.powf(t))) as f32,
        inv_sqrt_correction: (1.0 - r.beta2.powf(t)).sqrt().recip() as f32,
        decay: decay as f32,
    };
    let constants = [("DECOUPLED", flag(r.decoupled))];
    let states = [o.state("exp_avg", 0), o.state("exp_avg_sq", 1)];
    super::record(gpu, u, &SHADER, &constants, bytemuck::bytes_of(&params), &states)
}
