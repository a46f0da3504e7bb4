//! Measured mean and standard deviation of each channel, for normalisation.

use std::ops::Range;

use super::error::{DataError, Fault, Place};
use super::set::ImageSet;

/// Mean and standard deviation of each channel, in units of 1 (a byte of 255 is 1.0).
#[derive(Debug, Clone, PartialEq)]
pub struct Statistics {
    /// Mean by channel.
    pub mean: Vec<f64>,
    /// Standard deviation of all pixels (not the mean of per-image deviations) by channel, at
    /// least 1/255, so that a constant channel can be divided by it.
    pub std: Vec<f64>,
}

impl ImageSet {
    /// Measures the images of `range`, usually the weight part. The sums are taken in integers
    /// and are exact; only the last division and root round, in f64.
    ///
    /// # Errors
    /// `range` must hold images of this set.
    pub fn statistics(&self, range: Range<usize>) -> Result<Statistics, DataError> {
        let plane = self.height * self.width;
        let bytes = range
            .start
            .checked_mul(self.image_bytes())
            .zip(range.end.checked_mul(self.image_bytes()))
            .and_then(|(start, end)| self.images.get(start..end))
            .filter(|bytes| !bytes.is_empty() && plane > 0)
            .ok_or_else(|| {
                Place::file(&self.name).error(Fault::Argument {
                    name: "the range of images to measure",
                    value: format!("{}..{}", range.start, range.end),
                    accepted: "a range of at least one image inside the set",
                })
            })?;
        let mut sums = Sums::new(self.channels);
        bytes.chunks_exact(self.image_bytes()).for_each(|image| sums.add(image));
        Ok(sums.statistics())
    }
}

/// What is summed over images: values and their squares by channel.
pub(super) struct Sums {
    channels: Vec<(u64, u64)>,
    pixels: u64,
}

impl Sums {
    pub(super) fn new(channels: usize) -> Self {
        Self { channels: vec![(0, 0); channels], pixels: 0 }
    }

    /// Counts an image of C x H x W bytes.
    pub(super) fn add(&mut self, image: &[u8]) {
        let plane = image.len() / self.channels.len().max(1);
        let planes = image.chunks_exact(plane.max(1));
        for ((sum, squares), plane) in self.channels.iter_mut().zip(planes) {
            *sum += plane.iter().map(|&b| u64::from(b)).sum::<u64>();
            *squares += plane.iter().map(|&b| u64::from(b) * u64::from(b)).sum::<u64>();
        }
        self.pixels += plane as u64;
    }

    /// Of at least one image.
    pub(super) fn statistics(&self) -> Statistics {
        let of = |&(sum, squares): &(u64, u64)| moments(self.pixels, sum, squares);
        let (mean, std) = self.channels.iter().map(of).unzip();
        Statistics { mean, std }
    }
}

/// mean = S / n, variance = (n Q - S^2) / n^2, with the difference taken in integers, where
/// nothing cancels.
fn moments(count: u64, sum: u64, squares: u64) -> (f64, f64) {
    let difference = u128::from(count) * u128::from(squares) - u128::from(sum) * u128::from(sum);
    let std = (difference as f64).sqrt() / count as f64 / 255.0;
    (sum as f64 / count as f64 / 255.0, std.max(1.0 / 255.0))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn set(channels: usize, images: Vec<u8>) -> ImageSet {
        let labels = vec![0; images.len() / (channels * 2)];
        ImageSet {
            name: "tiny".into(),
            images,
            labels,
            classes: vec!["a".into()],
            channels,
            height: 1,
            width: 2,
        }
    }

    #[test]
    fn channels_are_measured_apart_and_only_in_the_range() {
        let set = set(2, vec![0, 255, 10, 10, 255, 0, 20, 20, 9, 9, 9, 9]);
        let measured = set.statistics(0..2).unwrap();
        assert_eq!(measured.mean, vec![0.5, 15.0 / 255.0]);
        assert_eq!(measured.std, vec![0.5, 5.0 / 255.0]);
    }

    #[test]
    fn a_constant_channel_can_still_be_divided_by() {
        let measured = set(1, vec![255; 8]).statistics(0..4).unwrap();
        assert_eq!((measured.mean[0], measured.std[0]), (1.0, 1.0 / 255.0));
    }

    #[test]
    fn a_small_deviation_beside_a_large_mean_is_exact() {
        let images: Vec<u8> = (0..200_000).map(|i| 250 + 4 * (i % 2) as u8).collect();
        let measured = set(1, images).statistics(0..100_000).unwrap();
        assert_eq!((measured.mean[0], measured.std[0]), (252.0 / 255.0, 2.0 / 255.0));
    }

    #[test]
    fn a_range_outside_the_set_is_an_error() {
        let set = set(1, vec![1; 8]);
        #[allow(clippy::reversed_empty_ranges)]
        for range in [0..5, 2..2, 3..1, 0..usize::MAX] {
            assert!(matches!(set.statistics(range).unwrap_err().fault, Fault::Argument { .. }));
        }
    }
}
