//! Data sets: reading them from untrusted files, measuring them, splitting them, streaming them,
//! and making augmented batches of them on the GPU.
//!
//! What lives here: the formats (IDX, CIFAR binary, image folders and archives), the embedded set,
//! and the values they become. What may not: training, configuration, the network of rooms above.
//! Whatever reads returns a [`DataError`] where it fails, whatever works on the GPU a
//! [`GpuError`](crate::gpu::GpuError), and memory stays within [`Limits`].

mod augment;
mod cifar;
mod container;
mod crop;
mod decode;
mod embedded;
mod error;
mod idx;
mod image_folder;
mod images;
mod limits;
mod listing;
mod open;
mod resample;
mod resident;
mod rng;
mod roles;
mod set;
mod statistics;
mod stream;
mod stream_options;

pub use augment::Augment;
pub use embedded::EMBEDDED;
pub use error::{DataError, Fault, Place};
pub use image_folder::ImageFolder;
pub use limits::Limits;
pub use listing::ListedImage;
pub use open::open;
pub use resident::{IndexList, ResidentSet};
pub use set::{DataSet, ImageSet, OpenOptions, Parts};
pub use statistics::Statistics;
pub use stream::{Batch, ImageStream};
pub use stream_options::{Order, StreamOptions, View};
