//! Settings of saving.

use super::section::section;

section! {
    /// When the state of a run is saved.
    Checkpoint = "checkpoint" {
        /// Steps between checkpoints; 0: by time and at the end of phases only
        every_steps: u64 = 0, Whole(0, 1_000_000_000), "steps", live;
        /// Seconds between checkpoints; 0: by steps and at the end of phases only
        every_seconds: f64 = 60.0, Real(0.0, 1e6), "s", live;
        /// Newest checkpoints kept
        keep: usize = 2, Whole(1, 1_000), "checkpoints", live;
    }
}
