//! What a checkpoint of a search holds, by name: the networks' tensors and the optimisers' states.

use serde::{Deserialize, Serialize};

use super::RunError;
use crate::gpu::Gpu;
use crate::nn::{HostTensor, Store, Tensors};
use crate::ops::optim::Optimiser;

/// What a search needs to go on, beside tensors and journal.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct SearchState {
    /// Lowest summed hardware loss of the generator so far.
    pub(super) best_hardware: Option<f64>,
    /// Best accuracy at the middle target so far, among epochs of a low hardware loss.
    pub(super) best_accuracy: Option<f64>,
}

/// Prefixes of the tensors' names.
pub(super) mod prefix {
    /// The supernet.
    pub(in crate::run) const SUPERNET: &str = "supernet.";
    /// States of the optimiser at work.
    pub(in crate::run) const OPTIMISER: &str = "optimiser.";
    /// The generator as it is in training.
    pub(in crate::run) const GENERATOR: &str = "training.";
    /// The generator of the lowest hardware loss: the one that answers.
    pub(in crate::run) const BEST: &str = "best.";
    /// The network trained from scratch, and its average.
    pub(in crate::run) const SCRATCH: &str = "scratch.";
    /// Its average.
    pub(in crate::run) const AVERAGE: &str = "average.";
}

/// Adds `state` under a prefix.
pub(super) fn put(all: &mut Tensors, prefix: &str, state: Tensors) {
    all.extend(state.into_iter().map(|(name, t)| (format!("{prefix}{name}"), t)));
}

/// The tensors under a prefix, without it.
pub(super) fn part(all: &Tensors, prefix: &str) -> Tensors {
    all.iter()
        .filter_map(|(name, t)| Some((name.strip_prefix(prefix)?.to_string(), t.clone())))
        .collect()
}

/// Fetches an optimiser's states.
pub(super) async fn optimiser_state(gpu: &Gpu, optimiser: &Optimiser) -> Result<Tensors, RunError> {
    let mut state = Tensors::new();
    for (name, t) in optimiser.states() {
        let tensor = HostTensor { shape: t.shape().dims().to_vec(), values: t.fetch(gpu).await? };
        state.insert((*name).to_string(), tensor);
    }
    Ok(state)
}

/// Puts an optimiser's states back, and the number of steps taken.
pub(super) fn restore_optimiser(
    gpu: &Gpu,
    optimiser: &mut Optimiser,
    state: &Tensors,
    steps: u64,
) -> Result<(), RunError> {
    for (name, t) in optimiser.states() {
        let Some(saved) = state.get(*name) else {
            return Err(crate::nn::StateError::Missing { name: (*name).to_string() }.into());
        };
        t.write(gpu, &saved.values)?;
    }
    optimiser.set_steps(steps);
    Ok(())
}

/// The raw arenas of a store, for averages that have no store of their own.
pub(super) fn load(gpu: &Gpu, store: &Store, all: &Tensors, prefix: &str) -> Result<(), RunError> {
    Ok(store.load_state(gpu, &part(all, prefix))?)
}
