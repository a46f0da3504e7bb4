//! Opening a source by name or path: what it is, is found from its names and bytes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::cifar::{self, Kind};
use super::container::Container;
use super::embedded::{self, EMBEDDED};
use super::error::{DataError, Fault, Place};
use super::idx;
use super::images;
use super::listing::{self, Listing};
use super::set::{DataSet, OpenOptions};

/// Largest side of a target size.
const MAX_SIDE: usize = 4096;

/// Reads a whole data set into memory.
///
/// `source` is the name `fashion-mnist-12k` (the embedded set), or the path of a folder, .zip,
/// .tar or .tar.gz that holds
/// - the IDX files of the MNIST family, plain or .gz;
/// - CIFAR-10 or CIFAR-100 in the binary form, plain or .gz;
/// - images as `train/CLASS/*` and `test/CLASS/*` (or `val`), .jpg, .jpeg or .png, possibly below
///   one more folder. Classes are numbered by name. Images keep the proportion of classes in any
///   first part of a split.
///
/// # Errors
/// Every source is untrusted: what is wrong, where, and what to do about it, as a value. Memory
/// stays within [`Limits`](super::Limits).
pub fn open(source: impl AsRef<Path>, options: &OpenOptions) -> Result<DataSet, DataError> {
    match find(source.as_ref(), options)? {
        Found::Embedded => embedded::open(options),
        Found::Idx(container, names) => idx::open(&container, &names, options),
        Found::Cifar(kind, container, names) => cifar::open(kind, &container, &names, options),
        Found::Pictures(container, listing) => images::open(&container, listing, options),
    }
}

/// What a folder or archive holds, as found from its names alone, in words.
///
/// # Errors
/// As [`open`], for what holds no images that can be read.
pub fn recognise(source: impl AsRef<Path>) -> Result<&'static str, DataError> {
    Ok(match find(source.as_ref(), &OpenOptions::default())? {
        Found::Embedded => "the images in the program",
        Found::Idx(..) => "IDX files of the MNIST family",
        Found::Cifar(Kind::Cifar10, ..) => "CIFAR-10 in its binary form",
        Found::Cifar(Kind::Cifar100, ..) => "CIFAR-100 in its binary form",
        Found::Pictures(..) => "images in a folder for each class",
    })
}

/// The files on disk that a set is read from; none for the one in the program.
///
/// # Errors
/// As [`open`], for what holds no images that can be read.
pub fn set_files(source: impl AsRef<Path>) -> Result<Vec<PathBuf>, DataError> {
    let (container, names): (Container, Vec<String>) =
        match find(source.as_ref(), &OpenOptions::default())? {
            Found::Embedded => return Ok(Vec::new()),
            Found::Idx(container, names) => {
                (container, names.into_iter().filter(|name| idx::role(name).is_some()).collect())
            }
            Found::Cifar(kind, container, names) => {
                (container, names.into_iter().filter(|name| cifar::is_part(kind, name)).collect())
            }
            Found::Pictures(container, Listing { train, test, .. }) => {
                let images = train.into_iter().chain(test.into_iter().flatten());
                (container, images.map(|image| image.name).collect())
            }
        };
    let root = container.path();
    Ok(if container.is_folder() {
        names.iter().map(|name| root.join(name)).collect()
    } else {
        vec![root.to_owned()]
    })
}

/// What a source is.
pub(super) enum Found {
    Embedded,
    Idx(Container, BTreeSet<String>),
    Cifar(Kind, Container, BTreeSet<String>),
    Pictures(Container, Listing),
}

/// Finds out what a source is, from the names in it.
pub(super) fn find(source: &Path, options: &OpenOptions) -> Result<Found, DataError> {
    check(options, source)?;
    if source == Path::new(EMBEDDED) {
        return Ok(Found::Embedded);
    }
    let container = Container::detect(source).map_err(|error| {
        // The binary form has no magic number; a file of it alone is known by its name.
        let name = source.to_string_lossy();
        let part = [Kind::Cifar10, Kind::Cifar100].iter().any(|&k| cifar::is_records(k, &name));
        match error.fault {
            Fault::UnknownForm if part => {
                error.place.error(Fault::SingleFile { what: "part of CIFAR" })
            }
            _ => error,
        }
    })?;
    let names = container.names(&options.limits)?;
    let find = |is: &dyn Fn(&str) -> bool| names.iter().find(|name| is(name));
    let found = [
        find(&|name| idx::role(name).is_some()),
        find(&|name| cifar::is_records(Kind::Cifar10, name)),
        find(&|name| cifar::is_records(Kind::Cifar100, name)),
        find(&listing::is_listed),
    ];
    let mut present = found.iter().flatten();
    if let (Some(&one), Some(&other)) = (present.next(), present.next()) {
        let fault = Fault::Ambiguous { other: other.clone() };
        return Err(container.place().entry(one).error(fault));
    }
    Ok(match found.iter().position(Option::is_some) {
        Some(0) => Found::Idx(container, names),
        Some(1) => Found::Cifar(Kind::Cifar10, container, names),
        Some(2) => Found::Cifar(Kind::Cifar100, container, names),
        Some(_) => {
            let listing = listing::list(names.iter().map(String::as_str), &container.place())?;
            Found::Pictures(container, listing)
        }
        None => return Err(container.place().error(Fault::UnknownForm)),
    })
}

fn check(options: &OpenOptions, source: &Path) -> Result<(), DataError> {
    match options.size {
        Some((h, w)) if !(1..=MAX_SIDE).contains(&h) || !(1..=MAX_SIDE).contains(&w) => {
            Err(Place::file(source.display()).error(Fault::Argument {
                name: "the target size",
                value: format!("{h}x{w}"),
                accepted: "1 to 4096 pixels a side",
            }))
        }
        _ => Ok(()),
    }
}
