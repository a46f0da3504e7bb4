//! From architecture parameters alpha [layers x 6 x {k3, k5, k7, skip}] to an architecture: the
//! paper's argmax, or the most probable one within a budget. No model of costs of its own.

mod budget;
mod candidates;
mod knapsack;
mod options;

pub use budget::{Budget, Decoded, MIN_FILL_PERCENT, most_probable_timed, most_probable_within};
pub use candidates::{SkipMask, argmax, log_probabilities};
