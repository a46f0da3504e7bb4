//! Data sets: reading them from untrusted files, measuring them, splitting them, streaming them,
//! and making augmented batches of them on the GPU.
//!
//! What lives here: the formats (IDX, CIFAR binary, image folders and archives), the embedded set,
//! and the values they become. What may not: training, configuration, the network of rooms above.
//! Whatever reads returns a [`DataError`] where it fails, whatever works on the GPU a
//! [`GpuError`](crate::gpu::GpuError), and memory stays within [`Limits`].

mod augment;
mod augmenter;
mod cifar;
mod container;
mod crop;
mod decode;
mod embedded;
mod error;
mod files;
mod idx;
mod images;
mod jitter;
mod limits;
mod listing;
mod open;
mod passes;
mod pictures;
mod resample;
mod resident;
mod rng;
mod roles;
mod set;
mod shape;
mod source;
mod statistics;
mod stream;
mod supply;

pub use augment::Augment;
pub use crop::{Filter, View};
pub use embedded::EMBEDDED;
pub use error::{DataError, Fault, Place};
pub use files::FileSet;
pub use limits::Limits;
pub use open::{open, recognise, set_files};
pub use passes::{load, measure};
pub use pictures::Pictures;
pub use resident::ResidentSet;
pub use set::{DataSet, ImageSet, OpenOptions, Parts};
pub use source::Source;
pub use statistics::Statistics;
pub use stream::{HostBatch, ImageStream, Selection};
pub use supply::{Batches, StreamedSet, Supply};
