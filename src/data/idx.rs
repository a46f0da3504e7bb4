//! The IDX format of the MNIST family: four files, plain or gzip, with big-endian headers.
//! Class names are the label numbers, since the format has none.

use std::collections::BTreeSet;
use std::io::Read;

use super::container::{Container, inflated};
use super::error::{DataError, Fault, Place};
use super::limits::{Budget, read_at_most};
use super::roles::{Roles, base_name};
use super::set::{DataSet, OpenOptions, Split, assemble};
use super::shape::Shape;

const TEST_FILES: &str = "t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, plain or .gz";
const IMAGES: usize = 0;
const LABELS: usize = 1;
const TEST_IMAGES: usize = 2;
const TEST_LABELS: usize = 3;
const NAMES: [&str; 4] = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
];

/// Which of the four files a name is. Some tools unpack `-idx3-` as `.idx3-`.
pub(super) fn role(name: &str) -> Option<usize> {
    let base = base_name(name);
    let base = base.strip_suffix(".gz").unwrap_or(base).replace(".idx", "-idx");
    NAMES.iter().position(|&n| n == base)
}

/// Reads the four files, or the two of training.
pub(super) fn open(
    container: &Container,
    names: &BTreeSet<String>,
    options: &OpenOptions,
) -> Result<DataSet, DataError> {
    let roles = Roles::find(container, names, role)?;
    let mut set = IdxSet::new(options);
    for (training, other) in [(IMAGES, LABELS), (TEST_IMAGES, TEST_LABELS)] {
        let missing = match (roles.name(training), roles.name(other)) {
            (Some(_), Some(_)) => continue,
            (None, None) if training == TEST_IMAGES => continue,
            (Some(_), None) => other,
            (None, _) => training,
        };
        let what = NAMES.get(missing).map(|&n| n.to_owned()).unwrap_or_default();
        return Err(container.place().error(Fault::Missing { what }));
    }
    roles.visit(container, &options.limits, &mut |role, place, reader| {
        set.read(role, place, reader)
    })?;
    set.finish(&container.set_name(), &container.place(), None)
}

/// The files as they come, in any order.
pub(super) struct IdxSet<'a> {
    options: &'a OpenOptions,
    budget: Budget,
    images: [Option<(Place, Images)>; 2],
    labels: [Option<(Place, Vec<u8>)>; 2],
}

impl<'a> IdxSet<'a> {
    pub(super) fn new(options: &'a OpenOptions) -> Self {
        let budget = Budget::new(&options.limits);
        Self { options, budget, images: [None, None], labels: [None, None] }
    }

    /// Reads one file, plain or gzip. `role` is its place in the list of the four names.
    pub(super) fn read(
        &mut self,
        role: usize,
        place: &Place,
        reader: &mut dyn Read,
    ) -> Result<(), DataError> {
        let mut reader = inflated(reader).map_err(|e| place.read_error(e))?;
        let split = usize::from(role >= TEST_IMAGES);
        if role == IMAGES || role == TEST_IMAGES {
            let images = read_images(&mut reader, place, &mut self.budget)?;
            if let Some(slot) = self.images.get_mut(split) {
                *slot = Some((place.clone(), images));
            }
        } else {
            let labels = read_labels(&mut reader, place, &mut self.budget)?;
            if let Some(slot) = self.labels.get_mut(split) {
                *slot = Some((place.clone(), labels));
            }
        }
        Ok(())
    }

    /// Joins images and labels and checks the labels.
    pub(super) fn finish(
        self,
        name: &str,
        place: &Place,
        class_names: Option<&[&str]>,
    ) -> Result<DataSet, DataError> {
        let [train_images, test_images] = self.images;
        let [train_labels, test_labels] = self.labels;
        let (Some(train_images), Some((label_place, train_labels))) = (train_images, train_labels)
        else {
            return Err(place.error(Fault::Changed));
        };
        let count = count_classes(&train_labels, &label_place)?;
        let classes = match class_names {
            Some(names) => names.iter().map(|&n| n.to_owned()).collect(),
            None => (0..count).map(|n| n.to_string()).collect(),
        };
        let train = join(train_images, (label_place, train_labels))?;
        let test = match (test_images, test_labels) {
            (Some(images), Some((place, labels))) => {
                check_labels(&labels, count, &place)?;
                Some(join(images, (place, labels))?)
            }
            _ => None,
        };
        assemble(name, classes, train, test, self.options, TEST_FILES)
    }
}

struct Images {
    count: u64,
    height: usize,
    width: usize,
    bytes: Vec<u8>,
}

/// Magic 0x00000803, count, height, width, then count x height x width bytes.
fn read_images(
    reader: &mut dyn Read,
    place: &Place,
    budget: &mut Budget,
) -> Result<Images, DataError> {
    let [count, height, width] = read_header(reader, place, "IDX image files")?;
    if count == 0 || height == 0 || width == 0 {
        let what = format!("{count} images of {height}x{width} pixels");
        return Err(place.at(4).error(Fault::Header { what }));
    }
    let size = budget.take(&[count.into(), height.into(), width.into()], place)?;
    let bytes = read_body(reader, place, 16, size)?;
    Ok(Images { count: count.into(), height: height as usize, width: width as usize, bytes })
}

/// Magic 0x00000801, count, then count bytes.
fn read_labels(
    reader: &mut dyn Read,
    place: &Place,
    budget: &mut Budget,
) -> Result<Vec<u8>, DataError> {
    let [count] = read_header(reader, place, "IDX label files")?;
    let size = budget.take(&[count.into()], place)?;
    read_body(reader, place, 8, size)
}

/// The magic number (two zeros, 8 for unsigned bytes, the number of dimensions) and dimensions.
fn read_header<const D: usize>(
    reader: &mut dyn Read,
    place: &Place,
    what: &'static str,
) -> Result<[u32; D], DataError> {
    let size = 4 + 4 * D as u64;
    let mut bytes = Vec::new();
    reader.take(size).read_to_end(&mut bytes).map_err(|e| place.read_error(e))?;
    let mut words = bytes.chunks_exact(4).map(|w| match *w {
        [a, b, c, d] => u32::from_be_bytes([a, b, c, d]),
        _ => 0,
    });
    let found = words.next().unwrap_or_default();
    let expected = 0x0800 | D as u32;
    if bytes.len() >= 4 && found != expected {
        let hint = match found {
            0x0801 | 0x0803 => "images and labels seem to be exchanged",
            0x0802..=0x08ff => "this number of dimensions is not read",
            0x0900..=0x0eff => "only unsigned bytes are read",
            _ => "it is no IDX file; fetch it again",
        };
        return Err(place.at(0).error(Fault::Magic { what, expected, found, hint }));
    }
    let mut header = [0; D];
    for dimension in &mut header {
        *dimension = words.next().ok_or_else(|| {
            let found = bytes.len() as u64;
            place.at(found).error(Fault::Truncated { expected: size, found })
        })?;
    }
    Ok(header)
}

/// Exactly `size` bytes up to the end of the file. The memory grows with what is really there,
/// not with what the header claims.
fn read_body(
    reader: &mut dyn Read,
    place: &Place,
    header: u64,
    size: u64,
) -> Result<Vec<u8>, DataError> {
    let end = header + size;
    let bytes = read_at_most(reader, size, Fault::TooLong { expected: end }, place)?;
    let found = header + bytes.len() as u64;
    if found < end {
        return Err(place.at(found).error(Fault::Truncated { expected: end, found }));
    }
    Ok(bytes)
}

/// The labels of training number the classes, from 0 and without gaps: a stray 255 among 0 to 9
/// is damage, not a class.
fn count_classes(labels: &[u8], place: &Place) -> Result<u32, DataError> {
    let mut present = [false; 256];
    for &label in labels {
        if let Some(present) = present.get_mut(usize::from(label)) {
            *present = true;
        }
    }
    let count = present.iter().take_while(|&&p| p).count() as u32;
    match labels.iter().max() {
        None => Err(place.error(Fault::Empty { what: "labels" })),
        Some(&largest) if u32::from(largest) >= count => {
            let at = labels.iter().position(|&l| l == largest).unwrap_or_default();
            let fault = Fault::LabelGap { label: count, largest: largest.into() };
            Err(place.at(8 + at as u64).error(fault))
        }
        Some(_) => Ok(count),
    }
}

fn check_labels(labels: &[u8], count: u32, place: &Place) -> Result<(), DataError> {
    match labels.iter().zip(0..).find(|(l, _)| u32::from(**l) >= count) {
        None => Ok(()),
        Some((&label, at)) => Err(place
            .at(8 + at)
            .error(Fault::Label { label: label.into(), last: count.saturating_sub(1) })),
    }
}

fn join(images: (Place, Images), labels: (Place, Vec<u8>)) -> Result<Split, DataError> {
    let (place, images) = images;
    let (label_place, labels) = labels;
    if images.count != labels.len() as u64 {
        let fault = Fault::CountMismatch { images: images.count, labels: labels.len() as u64 };
        return Err(label_place.error(fault));
    }
    Ok(Split {
        place,
        images: images.bytes,
        labels: labels.into_iter().map(u32::from).collect(),
        shape: Shape { channels: 1, height: images.height, width: images.width },
    })
}
