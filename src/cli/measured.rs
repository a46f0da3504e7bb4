//! An architecture with its costs and its accuracy, as the commands that measure print it.

use std::path::Path;

use pollster::block_on;
use serde::Serialize;

use super::error::CliError;
use crate::nn::tensors;
use crate::platform::files;
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
        let accuracy = block_on(evaluator.measure(&kernels, &|_, _| {}))?;
        Ok(Self { kernels, macs: cost.macs, params: cost.params, accuracy })
    }

    /// Prices the network of an architecture by itself, writes its tensors and measures it.
    pub(super) fn derived(
        evaluator: &Evaluator,
        kernels: Architecture,
        weights: &Path,
    ) -> Result<Self, CliError> {
        let cost = evaluator.space().cost(&kernels, false)?;
        let (tensors, accuracy) = block_on(evaluator.derive(&kernels))?;
        let bytes = tensors::encode(&tensors).map_err(|reason| CliError::file(weights, reason))?;
        files::write_atomically(weights, &bytes).map_err(CliError::io(weights, "write"))?;
        Ok(Self { kernels, macs: cost.macs, params: cost.params, accuracy })
    }
}
