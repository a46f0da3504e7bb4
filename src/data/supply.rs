//! Where batches come from: a set that lies on the GPU, or one that threads decode ahead. Both
//! make the same batch of the same selection.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::augment::Augment;
use super::augmenter::{Augmenter, Bytes, Slots, misfit, upload};
use super::crop::View;
use super::error::DataError;
use super::pictures::Pictures;
use super::resident::ResidentSet;
use super::statistics::Statistics;
use super::stream::{HostBatch, ImageStream, Selection};
use crate::gpu::{Gpu, GpuError};
use crate::tensor::Tensor;

/// A split of a data set, ready to give batches.
#[derive(Debug)]
pub enum Supply {
    /// On the GPU, in the one view that it was uploaded in.
    Resident(ResidentSet),
    /// On the host, decoded ahead in any view.
    Streamed(StreamedSet),
}

/// Images on the host and what normalises them on the GPU.
#[derive(Debug)]
pub struct StreamedSet {
    pictures: Arc<Pictures>,
    augmenter: Augmenter,
    threads: usize,
}

/// Batches on their way to the GPU, in the order of their selections.
pub enum Batches {
    /// Nothing is to be done for them on the host.
    Resident(Box<dyn Iterator<Item = Selection>>),
    /// Decoded by threads.
    Streamed(ImageStream),
}

impl fmt::Debug for Batches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resident(_) => f.write_str("Resident"),
            Self::Streamed(stream) => stream.fmt(f),
        }
    }
}

impl Iterator for Batches {
    type Item = Result<HostBatch, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Resident(selections) => {
                let selection = selections.next()?;
                Some(Ok(HostBatch { selection, pixels: Vec::new() }))
            }
            Self::Streamed(stream) => stream.next(),
        }
    }
}

impl Supply {
    /// Images that stay on the host; `threads` decode them.
    ///
    /// # Errors
    /// Statistics of another number of channels, and memory.
    pub fn streamed(
        gpu: &Gpu,
        pictures: Arc<Pictures>,
        statistics: &Statistics,
        threads: usize,
    ) -> Result<Self, GpuError> {
        let augmenter = Augmenter::new(gpu, pictures.shape(), statistics)?;
        Ok(Self::Streamed(StreamedSet { pictures, augmenter, threads }))
    }

    /// Starts to make the batches that `selections` want, as `view` sees images where the set is
    /// streamed.
    ///
    /// # Errors
    /// A view outside its range, or no thread to be had.
    pub fn batches(
        &self,
        view: View,
        selections: impl Iterator<Item = Selection> + 'static,
    ) -> Result<Batches, DataError> {
        Ok(match self {
            Self::Resident(_) => Batches::Resident(Box::new(selections)),
            Self::Streamed(StreamedSet { pictures, threads, .. }) => {
                Batches::Streamed(ImageStream::start(pictures, view, *threads, selections)?)
            }
        })
    }

    /// The images [N, C, H, W] and class numbers [N] at places `range` of a batch.
    ///
    /// # Errors
    /// A range past the end of the batch, a batch of another supply, and memory.
    pub fn batch(
        &self,
        gpu: &Gpu,
        batch: &HostBatch,
        range: Range<usize>,
        augment: &Augment,
    ) -> Result<(Tensor, Tensor), GpuError> {
        let Selection { numbers, seed_and_step } = &batch.selection;
        let outside = || misfit(format!("places {range:?} of a batch of {}", numbers.len()));
        let chosen = numbers.get(range.clone()).ok_or_else(outside)?;
        match self {
            Self::Resident(set) => set.batch(gpu, chosen, augment, *seed_and_step),
            Self::Streamed(set) => {
                let size = set.pictures.image_bytes();
                let pixels = batch.pixels.get(range.start * size..range.end * size);
                set.batch(gpu, chosen, pixels.ok_or_else(outside)?, augment, *seed_and_step)
            }
        }
    }
}

impl StreamedSet {
    fn batch(
        &self,
        gpu: &Gpu,
        numbers: &[u32],
        pixels: &[u8],
        augment: &Augment,
        seed_and_step: (u64, u64),
    ) -> Result<(Tensor, Tensor), GpuError> {
        if numbers.is_empty() {
            return Err(misfit("a batch of no image".to_owned()));
        }
        let labels: Vec<u32> =
            numbers.iter().filter_map(|&number| self.pictures.label(number as usize)).collect();
        let pixels = upload(gpu, pixels)?;
        let labels = upload(gpu, bytemuck::cast_slice(&labels))?;
        let list = upload(gpu, bytemuck::cast_slice(numbers))?;
        let (x, t) = self.augmenter.empty(gpu, numbers.len())?;
        let bytes = Bytes { pixels: &pixels, labels: &labels, slots: Slots::Packed };
        self.augmenter.fill(gpu, &bytes, &list, augment, seed_and_step, (&x, &t))?;
        Ok((x, t))
    }
}
