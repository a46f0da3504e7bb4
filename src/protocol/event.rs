//! What a run tells: small events, each a fact that stands. Everything that a plot, a report or a
//! resumed run shows comes from them, so a number that is not in an event cannot be drawn.

use serde::{Deserialize, Serialize};

use super::facts::{
    Evaluated, GeneratorEpoch, GeneratorStep, Memory, PathCounts, Phase, RunStart, ScratchEpoch,
    SupernetEpoch, SupernetStep, Tracked,
};

/// A fact about a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The first event of every journal.
    RunStarted(Box<RunStart>),
    /// A phase begins.
    PhaseStarted {
        /// Which.
        phase: Phase,
    },
    /// A phase is complete.
    PhaseEnded {
        /// Which.
        phase: Phase,
        /// Computing time, without pauses and without what a kill threw away.
        seconds: f64,
    },
    /// Kernels are made ready before a phase computes, where that takes its time.
    Preparing {
        /// Those that are.
        done: u64,
        /// All that the phase needs.
        total: u64,
    },
    /// A step of the supernet.
    SupernetStep(SupernetStep),
    /// An epoch of the supernet.
    SupernetEpoch(SupernetEpoch),
    /// What an epoch of the supernet has trained, and how often.
    PathCounts(PathCounts),
    /// A step of the generator.
    GeneratorStep(GeneratorStep),
    /// An epoch of the generator.
    GeneratorEpoch(GeneratorEpoch),
    /// How well the generator meets budgets.
    Tracking {
        /// Budgets and the costs of its answers, by argmax.
        targets: Vec<Tracked>,
    },
    /// An architecture was measured.
    Evaluated(Evaluated),
    /// An epoch of training from scratch.
    ScratchEpoch(ScratchEpoch),
    /// A live setting was changed.
    SettingChanged {
        /// As in "checkpoint.every_seconds".
        key: String,
        /// As on the command line.
        value: String,
    },
    /// The device holds more memory, or less.
    Memory(Memory),
    /// The state was saved.
    Checkpoint {
        /// The running phase.
        phase: Phase,
        /// Its steps so far.
        step: u64,
    },
    /// Something a person should know; the run goes on.
    Warning {
        /// In one line.
        message: String,
    },
    /// The run is complete.
    Finished {
        /// Computing time of all phases.
        seconds: f64,
    },
    /// The run ended early.
    Failed {
        /// What happened and what to do, in one line.
        message: String,
    },
}

impl Event {
    /// The event without what depends on speed or on the moment of a kill, `None` where nothing
    /// is left: a resumed run equals an undisturbed one in these.
    pub fn deterministic(&self) -> Option<Self> {
        let mut event = self.clone();
        match &mut event {
            Self::Preparing { .. }
            | Self::Memory(_)
            | Self::Checkpoint { .. }
            | Self::Warning { .. }
            | Self::Failed { .. } => return None,
            Self::SupernetStep(step) => (step.images_per_s, step.seconds) = (0.0, None),
            Self::GeneratorStep(step) => step.seconds = None,
            Self::ScratchEpoch(epoch) => (epoch.images_per_s, epoch.seconds) = (0.0, None),
            Self::PhaseEnded { seconds, .. } | Self::Finished { seconds } => *seconds = 0.0,
            _ => {}
        }
        Some(event)
    }
}
