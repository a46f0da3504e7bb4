//! Trainings from scratch that belong to the run in view.

use std::path::PathBuf;

use super::open_run::{Live, OpenRun};
use crate::protocol::journal::Record;
use crate::protocol::state::End;
use crate::space::{Architecture, Cost};

/// A training from scratch: what is trained, and what it has told.
pub struct Training {
    /// What is trained.
    pub architecture: Architecture,
    /// Its folder, its state and how far it is.
    pub run: OpenRun,
}

impl Training {
    /// A training of which these records are known at `now`, in seconds.
    pub fn new(
        folder: PathBuf,
        architecture: Architecture,
        records: &[Record],
        live: bool,
        now: f64,
    ) -> Self {
        let mut run = OpenRun::new(folder, live);
        run.apply(records, now);
        Self { architecture, run }
    }

    /// Test accuracy after the newest epoch, 0 to 1.
    pub fn accuracy(&self) -> Option<f64> {
        let newest = self.run.state.scratch_epochs.last();
        newest.map(|epoch| epoch.accuracy).filter(|share| share.is_finite())
    }

    /// Test accuracy at the end; `None` before.
    pub fn result(&self) -> Option<f64> {
        let finished = matches!(self.run.state.end, Some(End::Finished(_)));
        self.accuracy().filter(|_| finished)
    }

    /// Epochs done, and all.
    pub fn epochs(&self) -> (u64, u64) {
        let done = self.run.state.scratch_epochs.last().map_or(0, |epoch| epoch.epoch + 1);
        let all = self.run.state.start.as_ref().map_or(0, |start| start.config.scratch.epochs);
        (done, all)
    }

    /// Whether it can go on.
    pub fn can_resume(&self) -> bool {
        self.run.live == Live::Stored
    }

    /// Its cost, once its space is known.
    pub fn cost(&self) -> Option<Cost> {
        let space = self.run.space.as_ref()?;
        space.cost(&self.architecture, false).ok()
    }
}
