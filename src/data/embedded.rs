//! The data set inside the program: a tenth of Fashion-MNIST (assets/fashion-mnist-12k).

use super::error::{DataError, Fault, Place};
use super::idx::IdxSet;
use super::set::{DataSet, OpenOptions};
use crate::platform::assets;

/// Name by which the embedded set is opened.
pub const EMBEDDED: &str = "fashion-mnist-12k";

#[rustfmt::skip]
const CLASSES: [&str; 10] = [
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
    "Ankle boot",
];

pub(super) fn open(options: &OpenOptions) -> Result<DataSet, DataError> {
    let place = Place::file(EMBEDDED);
    let mut set = IdxSet::new(options);
    for (role, name) in assets::IMAGES.iter().enumerate() {
        let bytes = assets::images(role).map_err(|e| place.entry(name).error(Fault::Read(e)))?;
        set.read(role, &place, &mut &*bytes)?;
    }
    set.finish(EMBEDDED, &place, Some(&CLASSES))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_embedded_set_is_balanced_and_of_the_stated_size() {
        let set = open(&OpenOptions::default()).unwrap();
        for (split, count) in [(&set.train, 10_000), (&set.test, 2_000)] {
            assert_eq!(
                (split.len(), split.channels, split.height, split.width),
                (count, 1, 28, 28)
            );
            assert_eq!(split.images.len(), count * 784);
            for class in 0..10 {
                assert_eq!(split.labels.iter().filter(|&&l| l == class).count(), count / 10);
            }
        }
        assert_eq!(set.train.classes[9], "Ankle boot");
        let parts = set.train.parts(0.8).unwrap();
        let measured = set.train.statistics(parts.weight).unwrap();
        assert!((measured.mean[0] - 0.286).abs() < 0.01, "{measured:?}");
        assert!((measured.std[0] - 0.353).abs() < 0.01, "{measured:?}");
    }
}
