//! An architecture with its costs and its accuracy, as the commands that measure print it.

use pollster::block_on;
use serde::Serialize;

use super::error::CliError;
use crate::run::trained::Evaluator;
use crate::space::Architecture;

/// A measured architecture.
#[derive(Serialize)]
pub(super) struct Measured {
    pub(super) kernels: Architecture,
    pub(super) macs: u64,
    pub(super) params: u64,
    /// With inherited weights on the test images, 0 to 1.
    pub(super) accuracy: f64,
}

impl Measured {
    /// Prices and measures an architecture.
    pub(super) fn of(evaluator: &Evaluator, kernels: Architecture) -> Result<Self, CliError> {
        let cost = evaluator.space().cost(&kernels, false)?;
        let accuracy = block_on(evaluator.measure(&kernels))?;
        Ok(Self { kernels, macs: cost.macs, params: cost.params, accuracy })
    }
}
