//! Image folders as names: which file is of which split and class, and in what order they count.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::error::{DataError, Fault, Place};
use super::roles::base_name;

/// Folder names of the splits; of several test splits the first in this order is taken.
const TRAIN: [&str; 2] = ["train", "training"];
const TESTS: [&str; 4] = ["test", "val", "valid", "validation"];
pub(super) const LOOKED_FOR: &str = "the folders test, val, valid and validation";

/// An image of a folder or archive that is not read yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ListedImage {
    /// Path below the folder or inside the archive, with `/` between its parts.
    pub(super) name: String,
    /// Number of its class.
    pub(super) label: u32,
}

/// The images of `split/class/file` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listing {
    pub(super) classes: Vec<String>,
    pub(super) train: Vec<ListedImage>,
    pub(super) test: Option<Vec<ListedImage>>,
}

/// File names by class name.
type ByClass<'a> = BTreeMap<&'a str, Vec<&'a str>>;

/// Whether a name looks like an image of an image folder.
pub(super) fn is_listed(name: &str) -> bool {
    split(name).is_some() && extension(name, &["jpg", "jpeg", "png"])
}

/// Sorts names into splits and classes; classes are numbered by the order of their names.
///
/// Images of a split are interleaved: the j-th of a class with n images stands at (j + 1/2) / n of
/// the whole. So any first part of a split, such as the weight part, has the classes in their
/// proportion, and the order depends on nothing but the names.
pub(super) fn list<'a>(
    names: impl Iterator<Item = &'a str>,
    place: &Place,
) -> Result<Listing, DataError> {
    let mut splits: BTreeMap<&str, ByClass<'_>> = BTreeMap::new();
    let mut first: Option<(&str, &str)> = None;
    for name in names {
        let Some((prefix, split, class)) = split(name) else { continue };
        if extension(name, &["gif", "bmp", "webp", "tif", "tiff", "avif", "heic", "jxl"]) {
            return Err(place.entry(name).error(Fault::NotAnImage));
        }
        if !is_listed(name) {
            continue;
        }
        let (first_prefix, first_name) = *first.get_or_insert((prefix, name));
        if first_prefix != prefix {
            let fault = Fault::Ambiguous { other: name.to_owned() };
            return Err(place.entry(first_name).error(fault));
        }
        splits.entry(split).or_default().entry(class).or_default().push(name);
    }
    let Some(train) = splits.get(TRAIN[0]) else {
        let what = "train/CLASS/*.jpg or .png".to_owned();
        return Err(place.error(Fault::Missing { what }));
    };
    let classes: Vec<&str> = train.keys().copied().collect();
    let test = match TESTS.iter().find_map(|name| splits.get(name)) {
        Some(test) => Some(interleave(test, &classes, place)?),
        None => None,
    };
    Ok(Listing {
        train: interleave(train, &classes, place)?,
        test,
        classes: classes.into_iter().map(str::to_owned).collect(),
    })
}

/// What precedes the split's folder, the split under its first name, and the class.
fn split(name: &str) -> Option<(&str, &'static str, &str)> {
    let folder = name.strip_suffix(base_name(name))?.strip_suffix('/')?;
    let class = base_name(folder);
    let folder = folder.strip_suffix(class)?.strip_suffix('/')?;
    let split = base_name(folder);
    let is = |known: &&&'static str| split.eq_ignore_ascii_case(known);
    let known = match TRAIN.iter().any(|known| is(&known)) {
        true => TRAIN[0],
        false => TESTS.iter().find(is)?,
    };
    Some((folder.strip_suffix(split)?, known, class))
}

fn extension(name: &str, known: &[&str]) -> bool {
    let extension = base_name(name).rsplit_once('.').map(|(_, extension)| extension);
    extension.is_some_and(|e| known.iter().any(|known| e.eq_ignore_ascii_case(known)))
}

fn interleave(
    split: &ByClass<'_>,
    classes: &[&str],
    place: &Place,
) -> Result<Vec<ListedImage>, DataError> {
    // (position within the class, size of the class, image)
    let mut images = Vec::new();
    for (class, names) in split {
        let Ok(label) = classes.binary_search(class) else {
            let name = names.first().copied().unwrap_or_default();
            let fault = Fault::UntrainedClass { class: (*class).to_owned() };
            return Err(place.entry(name).error(fault));
        };
        for (position, &name) in names.iter().enumerate() {
            let image = ListedImage { name: name.to_owned(), label: label as u32 };
            images.push((position as u64, names.len() as u64, image));
        }
    }
    images.sort_by(|(i, n, a), (j, m, b)| -> Ordering {
        let (left, right) = ((2 * i + 1) * m, (2 * j + 1) * n);
        left.cmp(&right).then(a.label.cmp(&b.label))
    });
    Ok(images.into_iter().map(|(_, _, image)| image).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn listed(names: &[&str]) -> Result<Listing, DataError> {
        list(names.iter().copied(), &Place::file("set"))
    }

    #[test]
    fn classes_are_sorted_by_name_and_images_interleaved() {
        let listing = listed(&[
            "train/b/1.jpg",
            "train/a/1.jpg",
            "train/a/2.png",
            "train/a/3.JPEG",
            "train/a/4.jpg",
            "train/b/2.jpg",
            "train/notes.txt",
            "train/a/notes.txt",
            "VAL/a/9.jpg",
        ])
        .unwrap();
        assert_eq!(listing.classes, ["a", "b"]);
        let labels: Vec<u32> = listing.train.iter().map(|image| image.label).collect();
        assert_eq!(labels, [0, 1, 0, 0, 1, 0]);
        assert_eq!(listing.test.unwrap()[0].name, "VAL/a/9.jpg");
    }

    #[test]
    fn a_wrapping_folder_is_looked_through_and_test_comes_before_val() {
        let listing =
            listed(&["set/train/a/1.jpg", "set/test/a/1.jpg", "set/val/a/1.jpg"]).unwrap();
        assert_eq!(listing.test.unwrap()[0].name, "set/test/a/1.jpg");
    }

    #[test]
    fn two_wrapping_folders_are_ambiguous() {
        let error = listed(&["x/train/a/1.jpg", "y/train/a/1.jpg"]).unwrap_err();
        assert!(matches!(error.fault, Fault::Ambiguous { .. }), "{error}");
    }

    #[test]
    fn a_class_that_only_the_test_has_is_named() {
        let error = listed(&["train/a/1.jpg", "test/b/1.jpg"]).unwrap_err();
        assert!(error.to_string().contains("test/b/1.jpg: is of class b"), "{error}");
    }

    #[test]
    fn images_of_other_formats_are_not_passed_over_in_silence() {
        let error = listed(&["train/a/1.jpg", "train/a/2.webp"]).unwrap_err();
        assert!(matches!(error.fault, Fault::NotAnImage), "{error}");
    }

    #[test]
    fn a_set_without_training_images_says_where_they_belong() {
        let error = listed(&["test/a/1.jpg"]).unwrap_err();
        assert!(error.to_string().contains("train/CLASS/"), "{error}");
    }
}
