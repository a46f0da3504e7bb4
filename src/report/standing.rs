//! How a run stands, and what to say of what it has not told yet.

use super::Source;
use crate::protocol::RunState;
use crate::protocol::facts::Phase;
use crate::protocol::state::End;

/// How a run stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Waiting,
    Running,
    Stopped,
    Finished,
    Failed(String),
}

impl Standing {
    pub(super) fn of(state: &RunState, source: Source<'_>) -> Self {
        match &state.end {
            Some(End::Finished(_)) => Self::Finished,
            Some(End::Failed(message)) => Self::Failed(message.clone()),
            None if state.start.is_none() && !source.active => Self::Waiting,
            None if source.active => Self::Running,
            None => Self::Stopped,
        }
    }

    /// In a word.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Waiting => "not begun",
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Finished => "finished",
            Self::Failed(_) => "failed",
        }
    }

    /// Why something is not there, that would be there `after` something: "The curve appears
    /// after the first epoch; the run has failed before it."
    pub(super) fn absent(&self, what: &str, after: &str) -> String {
        let end = match self {
            Self::Waiting => "; the run has not begun",
            Self::Running => "",
            Self::Stopped => "; the run was stopped before it and can be resumed",
            Self::Finished => "; this run went without it",
            Self::Failed(_) => "; the run failed before it",
        };
        format!("{what} after {after}{end}.")
    }
}

/// Whether a network was trained from scratch, or is about to be.
pub(super) fn has_scratch(state: &RunState) -> bool {
    state.phase(Phase::Scratch).is_some() || !state.scratch_epochs.is_empty()
}

/// Whether the run trains one network and searches for none.
pub(super) fn only_scratch(state: &RunState) -> bool {
    has_scratch(state) && state.phases.iter().all(|known| known.phase == Phase::Scratch)
}
