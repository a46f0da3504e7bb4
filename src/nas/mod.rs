//! The method: sampling of paths, the unified supernet, the generator, derivation of sub-networks
//! with inherited weights, their evaluation and training. How a run proceeds is no matter of this
//! room.

mod block;
mod derive;
mod derived;
mod evaluate;
mod generator;
mod health;
mod metrics;
mod path;
mod supernet;
mod train_derived;
mod train_generator;
mod train_supernet;

pub use block::{ShadowNorms, SoftCandidates, UnifiedBlock};
pub use derive::inherit;
pub use derived::{DerivedBlock, DerivedConfig, DerivedNet};
pub use evaluate::{
    Batch, Network, SavedStats, accuracy, means, recalibrate, rehearse_accuracy,
    rehearse_recalibration,
};
pub use generator::{Generator, Heads};
pub use health::{KeptState, Training, count_state, find_in_state};
pub use metrics::{Means, Metrics, PendingMetrics};
pub use path::{LayerPath, Path, PathSampler, gumbel_noise};
pub use supernet::{Soft, Supernet};
pub use train_derived::{DerivedSettings, DerivedTrainer};
pub use train_generator::{
    GeneratorLosses, GeneratorSettings, GeneratorStep, GeneratorTrainer, PendingLosses,
};
pub use train_supernet::{SupernetSettings, SupernetTrainer};
