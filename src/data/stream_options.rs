//! What a stream of images is asked for, and the ranges of it.

use std::ops::RangeInclusive;

use super::error::{DataError, Fault, Place};
use super::limits::Limits;

/// Which window of an image is seen.
#[derive(Debug, Clone, PartialEq)]
pub enum View {
    /// The largest centred window of the target's aspect ratio, both sides times `fraction`:
    /// 0.875 is "resize to 256, crop 224".
    Centre {
        /// Above 0, at most 1.
        fraction: f64,
    },
    /// Random-resized-crop and mirroring.
    Random {
        /// Share of the image's area, within 0 to 1.
        scale: RangeInclusive<f64>,
        /// Width by height, above 0.
        ratio: RangeInclusive<f64>,
        /// Probability of mirroring left and right, 0 to 1.
        flip: f64,
    },
}

/// The order of an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// As listed.
    Listed,
    /// A permutation drawn from seed and epoch.
    Shuffled,
}

/// How a stream reads.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamOptions {
    /// Seed of order, windows and mirroring.
    pub seed: u64,
    /// Order of an epoch.
    pub order: Order,
    /// Window of an image.
    pub view: View,
    /// Images a batch; the last batch of an epoch may be smaller.
    pub batch: usize,
    /// 1 (grey) or 3 (colour).
    pub channels: usize,
    /// Height of the images of a batch.
    pub height: usize,
    /// Width of the images of a batch.
    pub width: usize,
    /// Decoding threads.
    pub threads: usize,
    /// Decoded images that each thread may be ahead.
    pub prefetch: usize,
    /// Caps on the files.
    pub limits: Limits,
}

impl StreamOptions {
    /// C x H x W.
    pub(super) fn image_bytes(&self) -> usize {
        self.channels * self.height * self.width
    }

    /// Ranges of the arguments.
    pub(super) fn check(&self, place: &Place) -> Result<(), DataError> {
        let refuse = |name, value: String, accepted| {
            Err(place.error(Fault::Argument { name, value, accepted }))
        };
        let within = |range: &RangeInclusive<f64>, low: f64, high: f64| {
            range.start() <= range.end() && *range.start() > low && *range.end() <= high
        };
        for (name, value, most, accepted) in [
            ("the batch size", self.batch, 65_536, "1 to 65536"),
            ("the image height", self.height, 4096, "1 to 4096"),
            ("the image width", self.width, 4096, "1 to 4096"),
            ("the number of decoding threads", self.threads, 256, "1 to 256"),
            ("the number of images to prefetch", self.prefetch, 4096, "1 to 4096"),
        ] {
            if !(1..=most).contains(&value) {
                return refuse(name, value.to_string(), accepted);
            }
        }
        if !matches!(self.channels, 1 | 3) {
            return refuse("the number of channels", self.channels.to_string(), "1 or 3");
        }
        match &self.view {
            View::Centre { fraction } if !(*fraction > 0.0 && *fraction <= 1.0) => {
                refuse("the centre's fraction", fraction.to_string(), "above 0 and at most 1")
            }
            View::Random { scale, .. } if !within(scale, 0.0, 1.0) => {
                refuse("the crop's scale", format!("{scale:?}"), "a range within 0 to 1, above 0")
            }
            View::Random { ratio, .. } if !within(ratio, 0.0, f64::MAX) => {
                refuse("the crop's ratio", format!("{ratio:?}"), "a range of numbers above 0")
            }
            View::Random { flip, .. } if !(0.0..=1.0).contains(flip) => {
                refuse("the probability of mirroring", flip.to_string(), "0 to 1")
            }
            _ => Ok(()),
        }
    }
}
