//! The data set in memory: images as bytes, labels, class names, and its two training parts.
//! Pure values; reading them is the business of the formats.

use std::ops::Range;

use super::crop::View;
use super::error::{DataError, Fault, Place};
use super::limits::{Budget, Limits};
use super::resample::render_planes;
use super::shape::Shape;

/// How to read a source.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OpenOptions {
    /// Height and width to which images are brought: the centre of the target's aspect ratio is
    /// cropped and resized. Without it all images must agree.
    pub size: Option<(usize, usize)>,
    /// Portion of the training images, from the end, that becomes the test split of a set that
    /// has none. Without it such a set is an error. A set with a test split ignores it.
    pub test_portion: Option<f64>,
    /// Whether image folders are to stay files, so that windows can be cut from the images as
    /// they are on disk; else they do only where memory would not hold them.
    pub keep_files: bool,
    /// Caps on an untrusted source.
    pub limits: Limits,
}

/// Images of one size with their labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageSet {
    /// Name of the data set.
    pub name: String,
    /// N x C x H x W bytes, contiguous; three channels are red, green, blue.
    pub images: Vec<u8>,
    /// N class numbers, each below `classes.len()`.
    pub labels: Vec<u32>,
    /// Class names by number.
    pub classes: Vec<String>,
    /// C: 1 (grey) or 3 (colour).
    pub channels: usize,
    /// H in pixels.
    pub height: usize,
    /// W in pixels.
    pub width: usize,
}

/// A training and a test set of the same image size and classes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataSet {
    /// Images to train on.
    pub train: ImageSet,
    /// Images that are only evaluated.
    pub test: ImageSet,
}

/// Index ranges of a training set: the supernet's weights see one, the generator the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// The first part: weights of the supernet.
    pub weight: Range<usize>,
    /// The rest: the generator.
    pub generator: Range<usize>,
}

impl ImageSet {
    /// N, the number of images.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are no images. A set read by this room has some.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// C x H x W, the bytes of one image.
    pub fn image_bytes(&self) -> usize {
        self.channels * self.height * self.width
    }

    /// The C x H x W bytes of image `index`, or `None` past the end.
    pub fn image(&self, index: usize) -> Option<&[u8]> {
        let start = index.checked_mul(self.image_bytes())?;
        self.images.get(start..start.checked_add(self.image_bytes())?)
    }

    /// Splits the indices: the first floor(N x `portion`) images, in file order, are the weight
    /// part, the rest the generator part (0.8 in the paper's CIFAR search).
    ///
    /// # Errors
    /// `portion` must leave both parts an image. A set in the order of its classes, whose weight
    /// part would lack some, is refused.
    pub fn parts(&self, portion: f64) -> Result<Parts, DataError> {
        let place = Place::file(&self.name);
        let parts = halves(self.len(), portion, &place)?;
        let weight = parts.weight.len();
        let mut seen = vec![false; self.classes.len()];
        let mut runs = 0;
        let mut previous = None;
        for &label in &self.labels {
            if previous != Some(label) {
                runs += 1;
                previous = Some(label);
            }
            if let Some(seen) = seen.get_mut(label as usize) {
                *seen = true;
            }
        }
        let present = seen.iter().filter(|&&s| s).count();
        let last = self.labels.last().copied();
        if runs == present
            && present > 1
            && !self.labels.iter().take(weight).any(|&l| Some(l) == last)
        {
            let class =
                last.and_then(|l| self.classes.get(l as usize)).cloned().unwrap_or_default();
            return Err(place.error(Fault::SortedByClass { weight, total: self.len(), class }));
        }
        Ok(parts)
    }
}

/// The first floor(`total` x `portion`) images, and the rest.
pub(super) fn halves(total: usize, portion: f64, place: &Place) -> Result<Parts, DataError> {
    let weight = head_of(total, portion, "the weight part's portion", place)?;
    Ok(Parts { weight: 0..weight, generator: weight..total })
}

/// Of `total` training images, those that are left when `portion` is held out.
pub(super) fn left_of(total: usize, portion: f64, place: &Place) -> Result<usize, DataError> {
    head_of(total, 1.0 - portion, "1 - test_portion", place)
}

/// floor(`total` x `portion`), where both sides must get something.
fn head_of(
    total: usize,
    portion: f64,
    name: &'static str,
    place: &Place,
) -> Result<usize, DataError> {
    // The tiny addend undoes the rounding of portions such as 0.29, whose product falls short.
    let head = (total as f64 * portion + 1e-9).floor();
    if portion.is_finite() && head >= 1.0 && head < total as f64 {
        return Ok(head as usize);
    }
    Err(place.error(Fault::Argument {
        name,
        value: portion.to_string(),
        accepted: "above 0 and below 1, with at least one image on either side",
    }))
}

/// One split as a format reads it.
pub(crate) struct Split {
    pub(crate) place: Place,
    pub(crate) images: Vec<u8>,
    pub(crate) labels: Vec<u32>,
    pub(crate) shape: Shape,
}

/// Makes a data set of checked splits: equal sizes, images in both, a test split in any case.
pub(crate) fn assemble(
    name: &str,
    classes: Vec<String>,
    mut train: Split,
    test: Option<Split>,
    options: &OpenOptions,
    looked_for: &'static str,
) -> Result<DataSet, DataError> {
    if train.labels.is_empty() {
        return Err(train.place.error(Fault::Empty { what: "training images" }));
    }
    let test = match (test, options.test_portion) {
        (Some(test), _) => test,
        (None, None) => return Err(Place::file(name).error(Fault::NoTestSplit { looked_for })),
        (None, Some(portion)) => hold_out(&mut train, portion)?,
    };
    if test.labels.is_empty() {
        return Err(test.place.error(Fault::Empty { what: "test images" }));
    }
    if test.shape != train.shape {
        return Err(test.place.error(Fault::MixedSizes {
            height: test.shape.height,
            width: test.shape.width,
            first: train.place.to_string(),
            first_height: train.shape.height,
            first_width: train.shape.width,
        }));
    }
    let mut budget = Budget::new(&options.limits);
    let mut set = |split: Split, classes| -> Result<ImageSet, DataError> {
        let split = resized(split, options.size, &mut budget)?;
        Ok(ImageSet {
            name: name.to_owned(),
            images: split.images,
            labels: split.labels,
            classes,
            channels: split.shape.channels,
            height: split.shape.height,
            width: split.shape.width,
        })
    };
    Ok(DataSet { train: set(train, classes.clone())?, test: set(test, classes)? })
}

/// Images at the size `to`, where one is wanted and they have another.
fn resized(
    split: Split,
    to: Option<(usize, usize)>,
    budget: &mut Budget,
) -> Result<Split, DataError> {
    let from = split.shape;
    let Some((height, width)) = to.filter(|&size| size != (from.height, from.width)) else {
        return Ok(split);
    };
    let to = Shape { height, width, ..from };
    let size = to.channels * to.height * to.width;
    budget.take(&[split.labels.len() as u64, size as u64], &split.place)?;
    let mut images = vec![0; split.labels.len() * size];
    let (own, ratio) = ((from.width as u32, from.height as u32), width as f64 / height as f64);
    let look = View::WHOLE.look(own, ratio, (0, 0), 0);
    let source = split.images.chunks_exact((from.channels * from.height * from.width).max(1));
    for (image, out) in source.zip(images.chunks_exact_mut(size.max(1))) {
        render_planes(image, from, &look, to, out);
    }
    Ok(Split { images, shape: to, ..split })
}

fn hold_out(train: &mut Split, portion: f64) -> Result<Split, DataError> {
    let head = left_of(train.labels.len(), portion, &train.place)?;
    let Shape { channels, height, width } = train.shape;
    Ok(Split {
        place: train.place.clone(),
        images: train.images.split_off(head * channels * height * width),
        labels: train.labels.split_off(head),
        shape: train.shape,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn set(labels: Vec<u32>) -> ImageSet {
        ImageSet {
            name: "tiny".into(),
            images: (0..labels.len() * 2).map(|i| i as u8).collect(),
            labels,
            classes: vec!["a".into(), "b".into(), "c".into()],
            channels: 1,
            height: 1,
            width: 2,
        }
    }

    #[test]
    fn the_first_four_fifths_are_the_weight_part() {
        let parts = set(vec![0, 1, 2, 0, 1, 2, 0, 1, 2, 0]).parts(0.8).unwrap();
        assert_eq!(parts, Parts { weight: 0..8, generator: 8..10 });
    }

    #[test]
    fn a_portion_whose_product_rounds_down_is_not_one_image_short() {
        let labels = (0..100).map(|i| i % 3).collect();
        assert_eq!(set(labels).parts(0.29).unwrap().weight, 0..29);
    }

    #[test]
    fn a_portion_that_empties_a_part_is_refused() {
        for portion in [0.0, 0.05, 1.0, -1.0, 2.0, f64::NAN, f64::INFINITY] {
            let error = set(vec![0, 1, 2, 0, 1, 2, 0, 1, 2, 0]).parts(portion).unwrap_err();
            assert!(matches!(error.fault, Fault::Argument { .. }), "{portion}: {error}");
        }
    }

    #[test]
    fn a_set_sorted_by_class_is_not_split() {
        let error = set(vec![0, 0, 0, 0, 1, 1, 1, 1, 2, 2]).parts(0.8).unwrap_err();
        assert!(matches!(&error.fault, Fault::SortedByClass { class, .. } if class == "c"));
        assert!(set(vec![1, 1, 1, 1, 1]).parts(0.8).is_ok());
    }

    #[test]
    fn images_in_memory_are_brought_to_a_size_within_the_memory_limit() {
        let split = |count: usize| Split {
            place: Place::file("tiny"),
            images: [[10u8, 30, 200]; 2].concat().repeat(count),
            labels: vec![0; count],
            shape: Shape { channels: 1, height: 2, width: 3 },
        };
        let made = |size, resident_bytes| {
            let limits = Limits { resident_bytes, ..Limits::default() };
            let options = OpenOptions { size, limits, ..OpenOptions::default() };
            assemble("tiny", vec!["a".into()], split(2), Some(split(1)), &options, "test")
        };
        let set = made(Some((1, 1)), 3).unwrap();
        // The centre is as high as wide: two of three columns.
        assert_eq!((set.train.images, set.train.height, set.train.width), (vec![20, 20], 1, 1));
        assert_eq!(made(Some((4, 2)), 24).unwrap().test.images.len(), 8);
        assert!(matches!(made(Some((4, 2)), 23).unwrap_err().fault, Fault::Limit { .. }));
        assert_eq!(made(None, 0).unwrap().train.images, split(2).images);
    }

    #[test]
    fn an_image_past_the_end_is_none() {
        let set = set(vec![0, 1]);
        assert_eq!(set.image(1), Some(&[2u8, 3][..]));
        assert_eq!(set.image(2), None);
        assert_eq!(set.image(usize::MAX), None);
    }
}
