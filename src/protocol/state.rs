//! The state of a run as its faces see it, folded from its events: the single way from a journal
//! (or a live run) to plots, tables and reports.

use super::event::Event;
use super::facts::{
    Evaluated, GeneratorEpoch, GeneratorStep, Memory, Origin, PathCounts, Phase, RunStart,
    ScratchEpoch, SupernetEpoch, SupernetStep, Tracked,
};
use super::journal::Record;

/// Everything that a run has told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunState {
    /// What the run is, with live changes applied; `None` before its first event.
    pub start: Option<RunStart>,
    /// Phases in the order in which they began.
    pub phases: Vec<PhaseState>,
    /// Kernels that are ready and all of them, while the running phase makes them.
    pub preparing: Option<(u64, u64)>,
    /// Steps of the supernet.
    pub supernet_steps: Vec<SupernetStep>,
    /// Epochs of the supernet.
    pub supernet_epochs: Vec<SupernetEpoch>,
    /// What each epoch of the supernet has trained, and how often.
    pub path_counts: Vec<PathCounts>,
    /// Steps of the generator.
    pub generator_steps: Vec<GeneratorStep>,
    /// Epochs of the generator.
    pub generator_epochs: Vec<GeneratorEpoch>,
    /// The latest answers to budgets, by argmax.
    pub tracking: Vec<Tracked>,
    /// Measured architectures in order; one measured again replaces its older self.
    pub evaluated: Vec<Evaluated>,
    /// Epochs of training from scratch.
    pub scratch_epochs: Vec<ScratchEpoch>,
    /// What the device holds; `None` in journals of older programs.
    pub memory: Option<Memory>,
    /// Phase and step of the latest checkpoint.
    pub saved: Option<(Phase, u64)>,
    /// Warnings in order.
    pub warnings: Vec<String>,
    /// How it ended, if it has.
    pub end: Option<End>,
}

/// A phase, begun or complete.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PhaseState {
    /// Which.
    pub phase: Phase,
    /// Computing time; `None` while it runs.
    pub seconds: Option<f64>,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// Completely, after this many seconds of computing.
    Finished(f64),
    /// Early, for this reason.
    Failed(String),
}

impl RunState {
    /// The state after all records of a journal.
    pub fn replay(records: &[Record]) -> Self {
        let mut state = Self::default();
        for record in records {
            state.apply(&record.event);
        }
        state
    }

    /// Takes in one event.
    pub fn apply(&mut self, event: &Event) {
        self.preparing = match event {
            Event::Preparing { done, total } if done < total => Some((*done, *total)),
            _ => None,
        };
        match event {
            Event::Preparing { .. } => {}
            Event::RunStarted(start) => self.start = Some((**start).clone()),
            Event::PhaseStarted { phase } => {
                self.end = None;
                self.set_phase(PhaseState { phase: *phase, seconds: None });
            }
            Event::PhaseEnded { phase, seconds } => {
                self.set_phase(PhaseState { phase: *phase, seconds: Some(*seconds) });
            }
            Event::SupernetStep(step) => again(&mut self.supernet_steps, *step, |s| s.step),
            Event::SupernetEpoch(epoch) => again(&mut self.supernet_epochs, *epoch, |e| e.epoch),
            Event::PathCounts(of) => again(&mut self.path_counts, of.clone(), |of| of.epoch),
            Event::GeneratorStep(step) => again(&mut self.generator_steps, *step, |s| s.step),
            Event::GeneratorEpoch(epoch) => {
                again(&mut self.generator_epochs, epoch.clone(), |e| e.epoch);
            }
            Event::Tracking { targets } => self.tracking.clone_from(targets),
            Event::Evaluated(one) => self.evaluate(one),
            Event::ScratchEpoch(epoch) => again(&mut self.scratch_epochs, *epoch, |e| e.epoch),
            Event::SettingChanged { key, value } => {
                if let Some(start) = &mut self.start
                    && let Err(error) = start.config.set_live(key, value)
                {
                    self.warnings.push(error.to_string());
                }
            }
            Event::Memory(memory) => self.memory = Some(*memory),
            Event::Checkpoint { phase, step } => self.saved = Some((*phase, *step)),
            Event::Warning { message } => self.warnings.push(message.clone()),
            Event::Finished { seconds } => self.end = Some(End::Finished(*seconds)),
            Event::Failed { message } => self.end = Some(End::Failed(message.clone())),
        }
    }

    /// A phase, if it has begun.
    pub fn phase(&self, phase: Phase) -> Option<PhaseState> {
        self.phases.iter().copied().find(|known| known.phase == phase)
    }

    /// The phase that runs now.
    pub fn current_phase(&self) -> Option<Phase> {
        self.phases.iter().rev().find(|phase| phase.seconds.is_none()).map(|phase| phase.phase)
    }

    /// Measured architectures of one origin, in order.
    pub fn evaluated(&self, origin: Origin) -> impl Iterator<Item = &Evaluated> {
        self.evaluated.iter().filter(move |one| one.kind == origin)
    }

    fn set_phase(&mut self, state: PhaseState) {
        match self.phases.iter_mut().find(|known| known.phase == state.phase) {
            Some(known) => *known = state,
            None => self.phases.push(state),
        }
    }

    fn evaluate(&mut self, one: &Evaluated) {
        let older = match one.kind {
            // Two equal draws are two points of the cloud.
            Origin::Random => None,
            kind => self.evaluated.iter_mut().find(|old| {
                old.kind == kind
                    && old.budget == one.budget
                    && (kind == Origin::Generated || old.architecture == one.architecture)
            }),
        };
        match older {
            Some(old) => old.clone_from(one),
            None => self.evaluated.push(one.clone()),
        }
    }
}

/// Appends what is counted by `place`. After a lost device a run repeats what came since its last
/// checkpoint: then the repetition stands.
fn again<T>(list: &mut Vec<T>, new: T, place: impl Fn(&T) -> u64) {
    while list.last().is_some_and(|last| place(last) >= place(&new)) {
        list.pop();
    }
    list.push(new);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_that_a_lost_device_repeats_stand_once() {
        let mut steps = Vec::new();
        for step in [0_u64, 1, 2, 3, 2, 3, 4] {
            again(&mut steps, step, |&step| step);
        }
        assert_eq!(steps, [0, 1, 2, 3, 4]);
    }
}
