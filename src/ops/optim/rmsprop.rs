//! RMSprop in torch's form (eps outside the root) and in TensorFlow's (eps inside the root, mean
//! square from 1, learning rate inside the momentum buffer).

use super::{Optimiser, Update, flag};
use crate::gpu::shaders::optim::rmsprop::{Params, SHADER};
use crate::gpu::{Gpu, GpuError};

/// Whose RMSprop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RmsForm {
    /// torch's.
    #[default]
    Torch,
    /// TensorFlow's, as timm has it.
    TensorFlow,
}

/// RMSprop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RmsProp {
    /// Decay of the mean square.
    pub alpha: f64,
    /// Keeps the quotient finite; inside or outside of the root.
    pub eps: f64,
    /// Decay of the momentum buffer; 0 keeps none.
    pub momentum: f64,
    /// L2 decay, added to the gradient.
    pub weight_decay: f64,
    /// Divides by the deviation instead of the root mean square.
    pub centred: bool,
    /// Whose.
    pub form: RmsForm,
}

impl Default for RmsProp {
    fn default() -> Self {
        RmsProp {
            alpha: 0.9,
            eps: 1e-3,
            momentum: 0.9,
            weight_decay: 0.0,
            centred: false,
            form: RmsForm::Torch,
        }
    }
}

impl RmsProp {
    pub(super) fn states(&self) -> [Option<&'static str>; 3] {
        [
            Some("square_avg"),
            self.centred.then_some("grad_avg"),
            (self.momentum != 0.0).then_some("momentum_buffer"),
        ]
    }
}

pub(super) fn record(
    r: &RmsProp,
    gpu: &Gpu,
    u: &Update<'_>,
    o: &Optimiser,
) -> Result<(), GpuError> {
    let params = Params {
        n4: u.weights.len().div_ceil(4) as u32,
        lr: u.lr as f32,
        alpha: r.alpha as f32,
        one_minus_alpha: (1.0 - r.alpha) as f32,
        eps: r.eps as f32,
        momentum: r.momentum as f32,
        weight_decay: r.weight_decay as f32,
    };
    let constants = [
        ("CENTRED", flag(r.centred)),
        ("MOMENTUM", flag(r.momentum != 0.0)),
        ("TF", flag(r.form == RmsForm::TensorFlow)),
    ];
    let states = [o.state("square_avg", 0), o.state("grad_avg", 0), o.state("momentum_buffer", 1)];
    super::record(gpu, u, &SHADER, &constants, bytemuck::bytes_of(&params), &states)
}
