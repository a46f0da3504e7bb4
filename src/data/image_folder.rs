//! An image folder on disk as a list of names, for streaming.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::container::Container;
use super::error::{DataError, Fault};
use super::limits::Limits;
use super::listing::{self, ListedImage, Listing};

/// The images of a folder by split; only their names are in memory.
#[derive(Debug, Clone)]
pub struct ImageFolder {
    /// The folder.
    pub root: PathBuf,
    /// Class names by number.
    pub classes: Vec<String>,
    /// Training images, classes interleaved.
    pub train: Arc<[ListedImage]>,
    /// Test images, classes interleaved; empty if the folder has none.
    pub test: Arc<[ListedImage]>,
}

impl ImageFolder {
    /// Lists a folder of `split/class/file` images, as [`open`](super::open()) would.
    ///
    /// # Errors
    /// A folder that cannot be read, holds no training images, or more than the limits allow.
    pub fn scan(root: impl AsRef<Path>, limits: &Limits) -> Result<Self, DataError> {
        let root = root.as_ref();
        let container = Container::detect(root)?;
        if !root.is_dir() {
            return Err(container.place().error(Fault::Unsupported {
                what: "is an archive, and only folders are streamed; unpack it first",
            }));
        }
        let names = container.names(limits)?;
        let listing = listing::list(names.iter().map(String::as_str), &container.place())?;
        let Listing { classes, train, test } = listing;
        Ok(Self {
            root: root.to_owned(),
            classes,
            train: train.into(),
            test: test.unwrap_or_default().into(),
        })
    }
}
