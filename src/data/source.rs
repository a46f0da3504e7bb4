//! A data set opened for use: its splits in memory, or as files where memory would not hold them
//! or where windows are to be cut from the images as they are on disk.

use std::path::Path;
use std::sync::Arc;

use super::container::Container;
use super::error::{DataError, Fault};
use super::files::FileSet;
use super::listing::{LOOKED_FOR, ListedImage, Listing};
use super::open::{Found, find};
use super::pictures::Pictures;
use super::set::{DataSet, OpenOptions, left_of};
use super::shape::Shape;
use super::{cifar, embedded, idx, images};

/// A training and a test split of the same image size and classes.
#[derive(Debug, Clone)]
pub struct Source {
    /// Images to train on.
    pub train: Arc<Pictures>,
    /// Images that are only evaluated.
    pub test: Arc<Pictures>,
}

impl Source {
    /// Opens what [`open`](super::open()) reads. An image folder stays files where
    /// `options.keep_files` wants it, or where its images would exceed `limits.resident_bytes`.
    ///
    /// # Errors
    /// As [`open`](super::open()); files without a size to bring them to, and an archive of images
    /// that would have to stay files.
    pub fn open(source: impl AsRef<Path>, options: &OpenOptions) -> Result<Self, DataError> {
        let set = match find(source.as_ref(), options)? {
            Found::Embedded => embedded::open(options)?,
            Found::Idx(container, names) => idx::open(&container, &names, options)?,
            Found::Cifar(kind, container, names) => cifar::open(kind, &container, &names, options)?,
            Found::Pictures(container, listing) if container.is_folder() => {
                return folder(&container, listing, options);
            }
            Found::Pictures(container, _) if options.keep_files => {
                return Err(container.place().error(Fault::Unsupported {
                    what: "is an archive, and random resized crops are cut from single files: \
                           unpack it and give the folder, or set min_area to 0",
                }));
            }
            Found::Pictures(container, listing) => images::open(&container, listing, options)?,
        };
        Ok(set.into())
    }
}

impl From<DataSet> for Source {
    fn from(set: DataSet) -> Self {
        let split = |split| Arc::new(Pictures::Memory(split));
        Self { train: split(set.train), test: split(set.test) }
    }
}

fn folder(
    container: &Container,
    listing: Listing,
    options: &OpenOptions,
) -> Result<Source, DataError> {
    let place = container.place();
    let Listing { classes, train, test } = listing;
    let files = |images: Vec<ListedImage>, shape| FileSet {
        name: container.set_name(),
        classes: classes.clone(),
        root: container.path().to_owned(),
        images,
        shape,
        limits: options.limits.clone(),
    };
    let mut train = files(train, Shape { channels: 0, height: 0, width: 0 });
    let own = train.look()?;
    let (height, width) = options.size.unwrap_or((own.height, own.width));
    train.shape = Shape { height, width, ..own };
    let count = train.images.len() + test.as_ref().map_or(0, Vec::len);
    let bytes = (count as u64).checked_mul(train.shape.bytes() as u64);
    let fits = bytes.is_some_and(|bytes| bytes <= options.limits.resident_bytes);
    if fits && !options.keep_files {
        let listing = Listing { classes, train: train.images, test };
        return Ok(images::open(container, listing, options)?.into());
    }
    if options.size.is_none() {
        return Err(place.error(Fault::NoSize { images: count, width }));
    }
    let test = match (test, options.test_portion) {
        (Some(test), _) => test,
        (None, None) => return Err(place.error(Fault::NoTestSplit { looked_for: LOOKED_FOR })),
        (None, Some(portion)) => {
            let head = left_of(train.images.len(), portion, &place)?;
            train.images.split_off(head)
        }
    };
    let split = |files| Arc::new(Pictures::Files(files));
    Ok(Source { test: split(files(test, train.shape)), train: split(train) })
}
