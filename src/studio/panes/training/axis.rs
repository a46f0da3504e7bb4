//! What lies on the x axis of the curves: epochs, steps, or the time that they took.

use crate::protocol::RunState;
use crate::protocol::facts::Phase;
use crate::protocol::progress::epoch_steps;
use crate::protocol::quantity::grouped;

/// What a person wants on the x axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum X {
    #[default]
    Epochs,
    Steps,
    /// Computing time of the phase.
    Time,
}

impl X {
    /// All, in the order of menus.
    pub(super) const ALL: [Self; 3] = [Self::Epochs, Self::Steps, Self::Time];

    /// As in a menu.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Epochs => "epochs",
            Self::Steps => "steps",
            Self::Time => "time",
        }
    }
}

/// The x axis of a phase's curves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    pub(super) x: X,
    /// Steps of an epoch.
    of_epoch: f64,
    /// Seconds of the unit of time, and its name.
    unit: (f64, &'static str),
}

impl Axis {
    /// The axis that is wanted; epochs where the journal tells no times.
    pub(super) fn new(state: &RunState, phase: Phase, wanted: X) -> Self {
        let start = state.start.as_ref();
        let of_epoch =
            start.map_or(1, |start| epoch_steps(&start.config, &start.data, phase)) as f64;
        let last = last_time(state, phase);
        let x = if wanted == X::Time && last.is_none() { X::Epochs } else { wanted };
        let unit = match last.unwrap_or(0.0) {
            0.0..180.0 => (1.0, "s"),
            180.0..10_800.0 => (60.0, "min"),
            _ => (3_600.0, "h"),
        };
        Self { x, of_epoch, unit }
    }

    /// Where the end of a step lies, after so many seconds of the phase; NaN where they are not
    /// known but wanted.
    pub(super) fn step(&self, step: u64, seconds: Option<f64>) -> f64 {
        let done = (step + 1) as f64;
        match self.x {
            X::Epochs => done / self.of_epoch,
            X::Steps => done,
            X::Time => seconds.map_or(f64::NAN, |seconds| seconds / self.unit.0),
        }
    }

    /// Where the end of an epoch lies; `at` gives the time of a step by its number.
    pub(super) fn epoch(&self, epoch: u64, at: impl Fn(u64) -> Option<f64>) -> f64 {
        let done = (epoch + 1) as f64;
        match self.x {
            X::Epochs => done,
            X::Steps => done * self.of_epoch,
            X::Time => {
                let last = (done * self.of_epoch) as u64;
                at(last.saturating_sub(1)).map_or(f64::NAN, |seconds| seconds / self.unit.0)
            }
        }
    }

    /// The name of the axis with its unit.
    pub(super) fn name(&self) -> String {
        match self.x {
            X::Epochs => "epoch".to_owned(),
            X::Steps => "step".to_owned(),
            X::Time => format!("computing time, {}", self.unit.1),
        }
    }

    /// A place on it, as the value under the cursor has it.
    pub(super) fn told(&self, place: f64) -> String {
        match self.x {
            X::Epochs => format!("epoch {place:.2}"),
            X::Steps => format!("step {}", grouped(place.max(0.0).round() as u64)),
            X::Time => format!("after {place:.2} {}", self.unit.1),
        }
    }

    /// The head of its column in a table.
    pub(super) fn column(&self) -> String {
        match self.x {
            X::Epochs => "epoch".to_owned(),
            X::Steps => "step".to_owned(),
            X::Time => format!("time_{}", self.unit.1),
        }
    }
}

/// Whether the journal tells the times of a phase.
pub(super) fn has_times(state: &RunState, phase: Phase) -> bool {
    last_time(state, phase).is_some()
}

/// Computing time of a phase up to its newest event, seconds.
fn last_time(state: &RunState, phase: Phase) -> Option<f64> {
    match phase {
        Phase::Supernet => state.supernet_steps.last()?.seconds,
        Phase::Generator | Phase::Evaluate => state.generator_steps.last()?.seconds,
        Phase::Scratch => state.scratch_epochs.last()?.seconds,
    }
}
