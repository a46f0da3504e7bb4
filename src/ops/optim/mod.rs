//! Optimisers: one dispatch a step over a flat arena of weights, its gradient and the states.
//! Clipping by the global norm and the moving average of weights live here too; schedules of the
//! learning rate and the names of parameters do not.

mod adam;
mod clip;
mod ema;
mod rmsprop;
mod sgd;
mod twin;

pub use adam::Adam;
pub use clip::clip_scale;
pub use ema::ema;
pub use rmsprop::{RmsForm, RmsProp};
pub use sgd::Sgd;
pub use twin::twin_step;

use crate::gpu::{Dispatch, Gpu, GpuError, Shader, groups_1d};
use crate::tensor::Tensor;

/// The rule of an update, with its settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    /// Stochastic gradient descent.
    Sgd(Sgd),
    /// Adam and AdamW.
    Adam(Adam),
    /// RMSprop in torch's or TensorFlow's form.
    RmsProp(RmsProp),
}

impl Rule {
    /// Names of the states that the rule keeps, each as long as the arena.
    pub fn state_names(&self) -> Vec<&'static str> {
        match self {
            Rule::Sgd(r) => r.states().into_iter().flatten().collect(),
            Rule::Adam(_) => vec!["exp_avg", "exp_avg_sq"],
            Rule::RmsProp(r) => r.states().into_iter().flatten().collect(),
        }
    }

    /// What the state called `name` holds before the first step.
    pub fn initial(&self, name: &str) -> f32 {
        match self {
            Rule::RmsProp(r) if r.form == RmsForm::TensorFlow && name == "square_avg" => 1.0,
            _ => 0.0,
        }
    }
}

/// What a step works on. All tensors but `clip` hold as many values and own the padding up to the
/// next multiple of four, since the kernels work on four values at a time.
#[derive(Clone, Copy, Debug)]
pub struct Update<'a> {
    /// The weights, changed in place.
    pub weights: &'a Tensor,
    /// The gradient of the loss.
    pub gradient: &'a Tensor,
    /// Learning rate of this step.
    pub lr: f64,
    /// `[norm, scale]` of [`clip_scale`]: the gradient is multiplied by the scale.
    pub clip: Option<&'a Tensor>,
    /// A factor for the weight decay of each value: 0 spares biases and batch norms.
    pub decay_mask: Option<&'a Tensor>,
}

impl Update<'_> {
    /// The optional inputs that every kernel of this family binds third and fourth; the gradient
    /// stands in for those that are absent, and is not read as such.
    fn optional(&self) -> (&Tensor, &Tensor) {
        (self.decay_mask.unwrap_or(self.gradient), self.clip.unwrap_or(self.gradient))
    }

    /// The override constants that say which of them are there.
    fn constants(&self) -> [(&'static str, f64); 2] {
        [("MASKED", flag(self.decay_mask.is_some())), ("SCALED", flag(self.clip.is_some()))]
    }
}

fn flag(on: bool) -> f64 {
    f64::from(u8::from(on))
}

/// A rule with its states and the number of steps taken.
#[derive(Debug)]
pub struct Optimiser {
    rule: Rule,
    states: Vec<(&'static str, Tensor)>,
    /// Bound where a kernel has a state that this rule does not keep.
    spare: [Tensor; 2],
    len: usize,
    steps: u64,
}

impl Optimiser {
    /// An optimiser for an arena of `len` values, its states as before the first step.
    pub fn new(gpu: &Gpu, rule: Rule, len: usize) -> Result<Self, GpuError> {
        let state = |name: &'static str| {
            let t = match rule.initial(name) {
                0.0 => Tensor::zeros(gpu, [len])?,
                v => Tensor::from_slice(gpu, &vec![v; len], [len])?,
            };
            Ok((name, t))
        };
        let states = rule.state_names().into_iter().map(state).collect::<Result<_, GpuError>>()?;
        let spare = [Tensor::zeros(gpu, [4])?, Tensor::zeros(gpu, [4])?];
        Ok(Optimiser { rule, states, spare, len, steps: 0 })
    }

    /// The rule.
    pub fn rule(&self) -> &Rule {
        &self.rule
    }

    /// The states by name, for a checkpoint; writing to them restores one.
    pub fn states(&self) -> &[(&'static str, Tensor)] {
        &self.states
    }

    /// Steps taken.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Sets the number of steps taken, when states are restored.
    pub fn set_steps(&mut self, steps: u64) {
        self.steps = steps;
    }

    /// Records one step.
    pub fn step(&mut self, gpu: &Gpu, u: &Update<'_>) -> Result<(), GpuError> {
        for t in [Some(u.weights), Some(u.gradient), u.decay_mask].into_iter().flatten() {
            if t.len() != self.len {
                let why = format!("{} for states of {} values", t.shape(), self.len);
                return Err(GpuError::Shape { op: "optimiser", why });
            }
        }
        if let Some(clip) = u.clip.filter(|c| c.len() != 2) {
            let why = format!("the clip scale is {}, not [norm, scale]", clip.shape());
            return Err(GpuError::Shape { op: "optimiser", why });
        }
        self.steps += 1;
        match &self.rule {
            Rule::Sgd(r) => sgd::record(r, gpu, u, self),
            Rule::Adam(r) => adam::record(r, gpu, u, self),
            Rule::RmsProp(r) => rmsprop::record(r, gpu, u, self),
        }
    }

    /// The state called `name`, or the spare tensor number `spare` where the rule keeps none.
    fn state(&self, name: &str, spare: usize) -> &Tensor {
        let found = self.states.iter().find(|(n, _)| *n == name);
        found.map_or(&self.spare[spare], |(_, t)| t)
    }
}

/// Records a kernel of this family: weights, gradient, mask, clip, then the states.
fn record(
    gpu: &Gpu,
    u: &Update<'_>,
    shader: &'static Shader,
    constants: &[(&'static str, f64)],
    params: &[u8],
    states: &[&Tensor],
) -> Result<(), GpuError> {
    let (mask, clip) = u.optional();
    let fixed = [u.weights, u.gradient, mask, clip];
    let bindings: Vec<_> = fixed.iter().chain(states).map(|t| t.buffer()).collect();
    let constants: Vec<_> = u.constants().iter().chain(constants).copied().collect();
    gpu.dispatch(Dispatch {
        shader,
        constants: &constants,
        params,
        bindings: &bindings,
        groups: groups_1d(u.weights.len().div_ceil(4), 64),
        work: u.weights.len() as u64 * 8,
    })
}
