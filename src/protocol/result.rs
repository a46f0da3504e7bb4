//! `result.json`: the outcome of a search for other programs. Its keys are an interface to keep.

use serde::{Deserialize, Serialize};

use super::facts::{Origin, Phase};
use super::state::RunState;
use super::statistics::{Fit, fit};
use crate::space::Architecture;

/// The whole file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SearchResult {
    /// The preset searched.
    pub preset: String,
    /// The adapter's name.
    pub adapter: String,
    /// Computing time by phase.
    pub seconds: Seconds,
    /// The generated networks, in the order of budgets.
    pub generated: Vec<Generated>,
    /// Random networks for comparison.
    pub random: Vec<Random>,
    /// How well the generator meets budgets, by argmax.
    pub tracking: Fit,
}

/// Computing time in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Seconds {
    /// Supernet training.
    pub supernet: f64,
    /// Generator training.
    pub generator: f64,
    /// Evaluation.
    pub evaluate: f64,
}

/// A network generated for a budget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Generated {
    /// In the run's constraint.
    pub budget: u64,
    /// Multiply-accumulates of its convolutions.
    pub macs: u64,
    /// Trainable parameters.
    pub params: u64,
    /// With inherited weights on the test images, 0 to 1.
    pub accuracy: f64,
    /// Kernel sizes of each layer.
    pub kernels: Architecture,
}

/// A random network.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Random {
    /// Multiply-accumulates of its convolutions.
    pub macs: u64,
    /// Trainable parameters.
    pub params: u64,
    /// With inherited weights on the test images, 0 to 1.
    pub accuracy: f64,
}

impl SearchResult {
    /// The result that a run's events amount to; `None` before the run has started.
    pub fn of(state: &RunState) -> Option<Self> {
        let start = state.start.as_ref()?;
        let seconds = |phase| state.phase(phase).and_then(|phase| phase.seconds).unwrap_or(0.0);
        let generated = state.evaluated(Origin::Generated);
        let random = state.evaluated(Origin::Random);
        Some(Self {
            preset: start.config.general.preset.clone(),
            adapter: start.device.name.clone(),
            seconds: Seconds {
                supernet: seconds(Phase::Supernet),
                generator: seconds(Phase::Generator),
                evaluate: seconds(Phase::Evaluate),
            },
            generated: generated
                .map(|one| Generated {
                    budget: one.budget.unwrap_or(0),
                    macs: one.macs,
                    params: one.params,
                    accuracy: one.accuracy,
                    kernels: one.architecture.clone(),
                })
                .collect(),
            random: random
                .map(|one| Random { macs: one.macs, params: one.params, accuracy: one.accuracy })
                .collect(),
            tracking: fit(&state.tracking),
        })
    }
}
