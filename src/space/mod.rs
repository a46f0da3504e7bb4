//! What is searched: the unified space and its presets, architectures, their exact costs, decoding
//! under a budget, random architectures and priors, rank statistics, and the NAS-Bench-201 cells.
//!
//! Pure values only: no GPU, no clock, no file, no thread, so that the same code answers in the
//! interface, in a worker and in tests. Randomness comes in as a `rand::Rng`.
//!
//! Costs count as the paper's do: multiply-accumulates (MACs) of convolutions only, without batch
//! norm, activations, pooling and the classifier; parameters of everything.

mod architecture;
mod cost;
mod cost_table;
mod decode;
mod error;
mod latency_table;
mod metric;
pub mod nas_bench_201;
mod preset;
mod prior;
mod range;
mod sample;
pub mod stats;
mod unified;

pub use architecture::{Architecture, KERNELS, OPS, SKIP, SUB_BLOCKS};
pub use cost::{Part, PartCost, PartMacs};
pub use cost_table::{CostTable, LayerCosts, PRUNE_BELOW};
pub use decode::{
    Budget, Decoded, MIN_FILL_PERCENT, SkipMask, argmax, log_probabilities, most_probable_timed,
    most_probable_within,
};
pub use error::SpaceError;
pub use latency_table::{LatencyTable, LayerTimes, MIN_EXPANSION, TIMED_EXPANSIONS};
pub use metric::{Cost, Metric};
pub use preset::PRESETS;
pub use prior::{Prior, PriorPool};
pub use sample::{random_architecture, random_near};
pub use unified::{ConvSpec, FirstSpec, Layer, LayerSpec, MapShape, Space, SpaceConfig};
