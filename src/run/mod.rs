//! A run: its phases, from images to architectures, and what it leaves on disk: folder, lock,
//! journal, checkpoints. Faces talk to it through commands and events alone.

pub mod checkpoint;
pub mod error;
mod evaluate_phase;
pub mod folder;
mod generator_phase;
mod images;
pub mod journal;
pub mod link;
pub mod lock;
mod saved;
pub mod search;
mod session;
mod settings;
mod supernet_phase;

pub use error::RunError;
