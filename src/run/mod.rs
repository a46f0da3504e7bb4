//! A run and what it leaves on disk: folder, lock, journal, checkpoints.

pub mod checkpoint;
pub mod error;
pub mod folder;
pub mod journal;
pub mod lock;

pub use error::RunError;
