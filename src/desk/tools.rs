//! Those who use what a run learns, together: who answers budgets, and who measures.

use std::path::Path;

use super::answers::Answers;
use super::measures::Measures;

/// The ways to both.
#[derive(Clone)]
pub(super) struct Tools {
    pub(super) answers: Answers,
    pub(super) measures: Measures,
}

impl Tools {
    /// Points both at a run, once it has been told of: what they tell is of the run in view.
    pub(super) fn open(&self, run: &Path) {
        self.answers.open(run);
        self.measures.open(run);
    }

    /// The run has saved: there may be better ones of what it trains.
    pub(super) fn saved(&self, run: &Path) {
        self.answers.saved();
        self.measures.open(run);
    }
}
