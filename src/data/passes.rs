//! Passes over a split in its order, before any training: measuring it, and loading it whole.

use std::ops::Range;
use std::sync::Arc;

use super::crop::View;
use super::error::DataError;
use super::pictures::Pictures;
use super::set::ImageSet;
use super::statistics::{Statistics, Sums};
use super::stream::{ImageStream, Selection};

/// Images of files that are measured for normalisation: the error of a mean is then about a
/// hundredth of the deviation.
const MEASURED: usize = 4096;
/// Images of a batch where batches are of no consequence.
const BATCH: usize = 64;

/// Mean and deviation of the images of `range`; of files, of its first 4,096.
///
/// # Errors
/// A range outside the set, and what reading meets.
pub fn measure(
    pictures: &Arc<Pictures>,
    range: Range<usize>,
    view: View,
    threads: usize,
) -> Result<Statistics, DataError> {
    if let Pictures::Memory(set) = &**pictures {
        return set.statistics(range);
    }
    let [channels, ..] = pictures.shape();
    let mut sums = Sums::new(channels);
    let end = range.end.min(range.start.saturating_add(MEASURED));
    for batch in ImageStream::start(pictures, view, threads, in_order(range.start..end))? {
        batch?.pixels.chunks_exact(pictures.image_bytes()).for_each(|image| sums.add(image));
    }
    Ok(sums.statistics())
}

/// All images in memory as `view` sees them.
///
/// # Errors
/// What reading meets.
pub fn load(pictures: &Arc<Pictures>, view: View, threads: usize) -> Result<ImageSet, DataError> {
    let [channels, height, width] = pictures.shape();
    let mut images = Vec::with_capacity(pictures.len() * pictures.image_bytes());
    for batch in ImageStream::start(pictures, view, threads, in_order(0..pictures.len()))? {
        images.extend_from_slice(&batch?.pixels);
    }
    Ok(ImageSet {
        name: pictures.name().to_owned(),
        images,
        labels: (0..pictures.len()).filter_map(|number| pictures.label(number)).collect(),
        classes: pictures.classes().to_vec(),
        channels,
        height,
        width,
    })
}

/// The images of a range in their order, with nothing to draw.
fn in_order(range: Range<usize>) -> impl Iterator<Item = Selection> {
    let end = range.end;
    range.step_by(BATCH).map(move |at| Selection {
        numbers: (at as u32..(at + BATCH).min(end) as u32).collect(),
        seed_and_step: (0, 0),
    })
}
