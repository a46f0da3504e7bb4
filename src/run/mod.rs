//! A run: its phases, from images to architectures, and what it leaves on disk: folder, lock,
//! journal, checkpoints. Faces talk to it through commands and events alone.

pub mod answerer;
mod attempts;
mod block_times;
pub mod checkpoint;
mod device;
pub mod error;
mod evaluate_phase;
pub mod folder;
mod generator_phase;
mod guard;
mod images;
pub mod journal;
mod latency;
pub mod link;
pub mod lock;
mod prepare;
pub mod probe;
mod saved;
mod scratch_phase;
pub mod search;
mod session;
mod settings;
mod setup;
pub mod steps;
mod supernet_phase;
pub mod train;
pub mod trained;

pub use error::RunError;
