//! SGD with momentum, Nesterov's variant and L2 weight decay, as torch has it (no dampening).

use super::{Optimiser, Update, flag};
use crate::gpu::shaders::optim::sgd::{Params, SHADER};
use crate::gpu::{Gpu, GpuError};

/// Stochastic gradient descent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sgd {
    /// Decay of the velocity; 0 keeps none.
    pub momentum: f64,
    /// Looks ahead along the velocity.
    pub nesterov: bool,
    /// L2 decay, added to the gradient.
    pub weight_decay: f64,
}

impl Sgd {
    pub(super) fn states(&self) -> [Option<&'static str>; 1] {
        [(self.momentum != 0.0).then_some("momentum_buffer")]
    }
}

pub(super) fn record(r: &Sgd, gpu: &Gpu, u: &Update<'_>, o: &Optimiser) -> Result<(), GpuError> {
    let params = Params {
        n4: u.weights.len().div_ceil(4) as u32,
        lr: u.lr as f32,
        momentum: r.momentum as f32,
        weight_decay: r.weight_decay as f32,
    };
    let constants = [("MOMENTUM", flag(r.momentum != 0.0)), ("NESTEROV", flag(r.nesterov))];
    let states = [o.state("momentum_buffer", 0)];
    super::record(gpu, u, &SHADER, &constants, bytemuck::bytes_of(&params), &states)
}
