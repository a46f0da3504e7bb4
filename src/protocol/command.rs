//! What a face asks of a run. Commands are taken between submits, so each is answered within one
//! work budget.

use serde::{Deserialize, Serialize};

use crate::space::Architecture;

/// A request to a run; whatever comes of it is told by events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Begin, or go on after a stop.
    Start,
    /// Hold after the current step.
    Pause,
    /// Go on after a pause.
    Resume,
    /// While paused: do one step and hold again.
    Step,
    /// Save a checkpoint and end.
    Stop,
    /// Save a checkpoint and go on.
    Save,
    /// Measure this architecture with inherited weights.
    Evaluate(Architecture),
    /// Generate an architecture for this budget (MACs or parameters, as the run constrains).
    SetConstraint(u64),
    /// Change a live setting, as `Config::set_live` does.
    Set {
        /// As in "checkpoint.every_seconds".
        key: String,
        /// As on the command line.
        value: String,
    },
}
