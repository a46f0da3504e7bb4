//! Watch over a training: whether its state is finite, asked now and then without waiting, and once
//! it is not, where that began. The state is kept on the GPU at every report; the steps since the
//! last one that was good are done again, each tensor counted as it is made.

use super::RunError;
use super::error::Origin;
use crate::autodiff::Watch;
use crate::gpu::{Gpu, GpuError, Readback};
use crate::nas::{KeptState, Training, count_state, find_in_state};
use crate::protocol::facts::Phase;
use crate::tensor::Tensor;

/// Two copies of a training's state, and the count on its way.
pub(super) struct Guard {
    phase: Phase,
    /// The newest state known to be finite, and the step before which it stood.
    good: (u64, KeptState),
    /// One that is not known yet, or free to be overwritten.
    next: (u64, KeptState),
    count: Tensor,
    pending: Option<Readback>,
}

impl Guard {
    /// For a training that stands before `step` and is finite.
    pub(super) fn new(
        gpu: &Gpu,
        phase: Phase,
        t: &impl Training,
        step: u64,
    ) -> Result<Self, GpuError> {
        Ok(Guard {
            phase,
            good: (step, KeptState::of(gpu, t)?),
            next: (step, KeptState::of(gpu, t)?),
            count: Tensor::zeros(gpu, [1])?,
            pending: None,
        })
    }

    /// Keeps the state before `step` and begins to count in it; what was asked before is answered.
    ///
    /// # Errors
    /// [`RunError::Diverged`] where the state that was asked for before is not finite.
    pub(super) async fn mark(
        &mut self,
        gpu: &Gpu,
        t: &impl Training,
        step: u64,
    ) -> Result<(), RunError> {
        self.settle().await?;
        self.next.0 = step;
        self.next.1.renew(gpu, t);
        gpu.clear(self.count.buffer());
        count_state(gpu, t, &self.count)?;
        self.pending = Some(self.count.read(gpu)?);
        Ok(())
    }

    /// Waits for the answer about the last state marked.
    ///
    /// # Errors
    /// [`RunError::Diverged`] where it is not finite.
    pub(super) async fn settle(&mut self) -> Result<(), RunError> {
        let Some(pending) = self.pending.take() else { return Ok(()) };
        if pending.arrive().await?.iter().any(|count| *count > 0.0) {
            let (phase, step) = (self.phase, self.next.0.saturating_sub(1));
            let symptom = Some("the state of the training".to_owned());
            return Err(RunError::Diverged { phase, step, symptom, origin: None });
        }
        std::mem::swap(&mut self.good, &mut self.next);
        Ok(())
    }

    /// Adds to [`RunError::Diverged`] where it began; any other error stays as it is. `again` does
    /// a step; the training is left at the one found.
    pub(super) async fn explain<T: Training>(
        &self,
        gpu: &Gpu,
        t: &mut T,
        error: RunError,
        mut again: impl FnMut(&mut T, u64) -> Result<(), RunError>,
    ) -> RunError {
        let RunError::Diverged { phase, step, symptom, .. } = error else { return error };
        match self.search(gpu, t, step, &mut again).await {
            Ok(origin) => {
                RunError::Diverged { phase, step, symptom, origin: Some(Box::new(origin)) }
            }
            Err(error) => error,
        }
    }

    async fn search<T: Training>(
        &self,
        gpu: &Gpu,
        t: &mut T,
        last: u64,
        again: &mut impl FnMut(&mut T, u64) -> Result<(), RunError>,
    ) -> Result<Origin, RunError> {
        let (first, state) = &self.good;
        state.restore(gpu, t);
        if let Some(tensor) = find_in_state(gpu, t, false).await? {
            return Ok(Origin::Before(tensor));
        }
        for step in *first..=last {
            let watch = Watch::default();
            t.set_watch(Some(watch.clone()));
            again(t, step)?;
            t.set_watch(None);
            if let Some(tensor) = watch.first(gpu).await? {
                return Ok(Origin::Found(step, tensor));
            }
            if let Some(tensor) = find_in_state(gpu, t, true).await? {
                return Ok(Origin::Found(step, tensor));
            }
        }
        Ok(Origin::Vanished)
    }
}
