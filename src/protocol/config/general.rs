//! The top level of a configuration: what is searched, on which images, from which seed.

use super::section::section;
use super::setting::{Setting, words};
use crate::space::Metric;

words! { Metric { Macs = "macs", Params = "params" } }

section! {
    /// Settings outside every table.
    General = "" {
        /// Search space and tuned defaults: tiny, small, cifar or imagenet
        preset: String = "tiny".to_owned(), Any, "", fixed;
        /// Images: fashion-mnist-12k (embedded in the program) or the path of a folder or archive
        data: String = "fashion-mnist-12k".to_owned(), Any, "", fixed;
        /// The one seed that all random streams come from
        seed: u64 = 42, Whole(0, i64::MAX as u64), "", fixed;
        /// Cost that is constrained: macs (Sec. 3.3) or params
        constraint: Metric = Metric::Macs, OneOf(Metric::WORDS), "", fixed;
        /// Budgets to generate networks for, as in 2M,2.5M; empty: eight evenly over the targets
        budgets: Vec<u64> = Vec::new(), Whole(1, 1_000_000_000_000), "MACs or parameters", live;
    }
}
