//! The binary form of CIFAR-10 (records of a label byte and 3,072 image bytes) and CIFAR-100 (a
//! coarse and a fine label byte and 3,072), plain or gzip. Image bytes are stored by channel, red
//! first, each 32x32, which is the order of an [`ImageSet`](super::ImageSet).

use std::collections::BTreeSet;
use std::io::Read;

use super::container::{Container, inflated};
use super::error::{DataError, Fault, Place};
use super::limits::{Budget, read_at_most};
use super::roles::{Roles, base_name};
use super::set::{DataSet, OpenOptions, Split, assemble};
use super::shape::Shape;

const IMAGE_BYTES: usize = 3072;
const SHAPE: Shape = Shape { channels: 3, height: 32, width: 32 };
const MAX_LIST: u64 = 64 << 10;

/// Roles: the list of class names, the test file, then the training files from `FIRST` on.
const NAMES: usize = 0;
const TEST: usize = 1;
const FIRST: usize = 2;

/// The two data sets of this form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Cifar10,
    Cifar100,
}

impl Kind {
    /// Label bytes in a record; the last of them is the class.
    fn label_bytes(self) -> usize {
        match self {
            Self::Cifar10 => 1,
            Self::Cifar100 => 2,
        }
    }

    fn classes(self) -> &'static [&'static str] {
        match self {
            Self::Cifar10 => &CIFAR10_CLASSES,
            Self::Cifar100 => &CIFAR100_CLASSES,
        }
    }

    fn test_file(self) -> &'static str {
        match self {
            Self::Cifar10 => "test_batch.bin, plain or .gz",
            Self::Cifar100 => "test.bin, plain or .gz",
        }
    }

    pub(super) fn role(self) -> fn(&str) -> Option<usize> {
        match self {
            Self::Cifar10 => role10,
            Self::Cifar100 => role100,
        }
    }
}

fn plain(name: &str) -> &str {
    let base = base_name(name);
    base.strip_suffix(".gz").unwrap_or(base)
}

fn role10(name: &str) -> Option<usize> {
    match plain(name) {
        "batches.meta.txt" => Some(NAMES),
        "test_batch.bin" => Some(TEST),
        other => {
            let number = other.strip_prefix("data_batch_")?.strip_suffix(".bin")?;
            let number: usize = number.parse().ok().filter(|n| (1..=999).contains(n))?;
            Some(FIRST + number - 1)
        }
    }
}

fn role100(name: &str) -> Option<usize> {
    match plain(name) {
        "fine_label_names.txt" => Some(NAMES),
        "test.bin" => Some(TEST),
        "train.bin" => Some(FIRST),
        _ => None,
    }
}

/// Whether a name is a file of the set.
pub(super) fn is_part(kind: Kind, name: &str) -> bool {
    kind.role()(name).is_some()
}

/// Whether a name is a file of records.
pub(super) fn is_records(kind: Kind, name: &str) -> bool {
    kind.role()(name).is_some_and(|role| role != NAMES)
}

/// Reads all files; the training batches must be numbered from 1 without gaps.
pub(super) fn open(
    kind: Kind,
    container: &Container,
    names: &BTreeSet<String>,
    options: &OpenOptions,
) -> Result<DataSet, DataError> {
    let roles = Roles::find(container, names, kind.role())?;
    let last = roles.present().last().unwrap_or_default().max(FIRST);
    if let Some(missing) = (FIRST..=last).find(|&role| roles.name(role).is_none()) {
        let what = match kind {
            Kind::Cifar10 => format!("data_batch_{}.bin", missing - FIRST + 1),
            Kind::Cifar100 => "train.bin".to_owned(),
        };
        return Err(container.place().error(Fault::Missing { what }));
    }
    let mut budget = Budget::new(&options.limits);
    let mut classes: Option<Vec<String>> = None;
    let mut batches: Vec<Option<Split>> = (0..=last).map(|_| None).collect();
    roles.visit(container, &options.limits, &mut |role, place, reader| {
        let mut reader = inflated(reader).map_err(|e| place.read_error(e))?;
        if role == NAMES {
            classes = Some(read_names(kind, &mut reader, place)?);
        } else if let Some(batch) = batches.get_mut(role) {
            *batch = Some(read_records(kind, &mut reader, place, &mut budget)?);
        }
        Ok(())
    })?;
    let changed = || container.place().error(Fault::Changed);
    let test = batches.get_mut(TEST).and_then(Option::take);
    let mut batches = batches.into_iter().skip(FIRST);
    let mut train = batches.next().flatten().ok_or_else(changed)?;
    for batch in batches {
        let batch = batch.ok_or_else(changed)?;
        train.images.extend_from_slice(&batch.images);
        train.labels.extend_from_slice(&batch.labels);
    }
    let classes =
        classes.unwrap_or_else(|| kind.classes().iter().map(|&name| name.to_owned()).collect());
    assemble(&container.set_name(), classes, train, test, options, kind.test_file())
}

/// Reads records up to the end of the file.
fn read_records(
    kind: Kind,
    reader: &mut dyn Read,
    place: &Place,
    budget: &mut Budget,
) -> Result<Split, DataError> {
    let last = kind.classes().len() as u32 - 1;
    let size = kind.label_bytes() + IMAGE_BYTES;
    let mut split =
        Split { place: place.clone(), images: Vec::new(), labels: Vec::new(), shape: SHAPE };
    let mut record = Vec::with_capacity(size);
    let mut offset = 0;
    loop {
        record.clear();
        let mut limited = reader.take(size as u64);
        limited.read_to_end(&mut record).map_err(|e| place.at(offset).read_error(e))?;
        if record.is_empty() {
            break;
        }
        let (Some((labels, image)), true) =
            (record.split_at_checked(kind.label_bytes()), record.len() == size)
        else {
            let found = offset + record.len() as u64;
            let fault = Fault::Truncated { expected: offset + size as u64, found };
            return Err(place.at(offset).error(fault));
        };
        let label = labels.last().copied().map_or(0, u32::from);
        if label > last {
            let at = offset + kind.label_bytes() as u64 - 1;
            return Err(place.at(at).error(Fault::Label { label, last }));
        }
        budget.take(&[IMAGE_BYTES as u64], place)?;
        split.labels.push(label);
        split.images.extend_from_slice(image);
        offset += size as u64;
    }
    if split.labels.is_empty() {
        return Err(place.error(Fault::Empty { what: "records" }));
    }
    Ok(split)
}

/// One name a line; empty lines are skipped, since the published file ends with one.
fn read_names(kind: Kind, reader: &mut dyn Read, place: &Place) -> Result<Vec<String>, DataError> {
    let expected = kind.classes().len();
    let too_long = Fault::Corrupt { what: "a list of class names above 64 KiB".to_owned() };
    let bytes = read_at_most(reader, MAX_LIST, too_long, place)?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|e| place.at(e.valid_up_to() as u64).error(Fault::NotText))?;
    let names: Vec<String> =
        text.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect();
    if names.len() != expected {
        return Err(place.error(Fault::ClassNames { expected, found: names.len() }));
    }
    Ok(names)
}

#[rustfmt::skip]
const CIFAR10_CLASSES: [&str; 10] = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
];

#[rustfmt::skip]
const CIFAR100_CLASSES: [&str; 100] = [
    "apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle",
    "bottle", "bowl", "boy", "bridge", "bus", "butterfly", "camel", "can", "castle", "caterpillar",
    "cattle", "chair", "chimpanzee", "clock", "cloud", "cockroach", "couch", "crab", "crocodile",
    "cup", "dinosaur", "dolphin", "elephant", "flatfish", "forest", "fox", "girl", "hamster",
    "house", "kangaroo", "keyboard", "lamp", "lawn_mower", "leopard", "lion", "lizard", "lobster",
    "man", "maple_tree", "motorcycle", "mountain", "mouse", "mushroom", "oak_tree", "orange",
    "orchid", "otter", "palm_tree", "pear", "pickup_truck", "pine_tree", "plain", "plate", "poppy",
    "porcupine", "possum", "rabbit", "raccoon", "ray", "road", "rocket", "rose", "sea", "seal",
    "shark", "shrew", "skunk", "skyscraper", "snail", "snake", "spider", "squirrel", "streetcar",
    "sunflower", "sweet_pepper", "table", "tank", "telephone", "television", "tiger", "tractor",
    "train", "trout", "tulip", "turtle", "wardrobe", "whale", "willow_tree", "wolf", "woman",
    "worm",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hundred_class_names_are_sorted_and_different() {
        assert!(CIFAR100_CLASSES.is_sorted_by(|a, b| a < b));
        assert!(CIFAR10_CLASSES.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn batches_are_told_by_their_whole_name() {
        assert_eq!(role10("cifar-10-batches-bin/data_batch_3.bin"), Some(FIRST + 2));
        assert_eq!(role10("data_batch_1.bin.gz"), Some(FIRST));
        for other in ["data_batch_0.bin", "data_batch_x.bin", "data_batch_1000.bin", "train.bin"] {
            assert_eq!(role10(other), None, "{other}");
        }
        assert_eq!(role100("x/train.bin"), Some(FIRST));
    }
}
