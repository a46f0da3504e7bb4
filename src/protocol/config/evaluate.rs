//! Settings of the evaluation: which networks are measured with inherited weights, and how.

use super::section::section;
use super::setting::{Setting, choice};

choice! {
    /// How probabilities become an architecture.
    Decode {
        /// The most probable architecture within the budget, using at least 97 % of it.
        Budget = "budget",
        /// The most probable candidate of each sub-block, as in the paper.
        Argmax = "argmax",
    }
}

section! {
    /// Evaluation of generated and random architectures with inherited weights.
    Evaluate = "evaluate" {
        /// Random architectures to compare with (the cloud of Fig. 6a)
        random: usize = 100, Whole(0, 100_000), "architectures", live;
        /// Training batches that batch norm statistics are measured anew on; 0: as trained
        recalibration: usize = 10, Whole(0, 10_000), "batches", live;
        /// Images at a time
        batch: usize = 256, Whole(1, 65_536), "images", live;
        /// From probabilities to an architecture: budget (never above it) or argmax (the paper's, Sec. 3.3)
        decode: Decode = Decode::Budget, OneOf(Decode::WORDS), "", live;
        /// Budgets over which target tracking is measured, by argmax (Fig. 7a)
        tracking: usize = 20, Whole(2, 1_000), "budgets", live;
    }
}
