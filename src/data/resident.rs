//! A data set on the GPU, as bytes, and the batches that one dispatch makes of it.

use super::augment::Augment;
use super::augmenter::{Augmenter, Bytes, Slots, misfit, table, upload};
use super::set::ImageSet;
use super::statistics::Statistics;
use crate::gpu::{Buffer, Gpu, GpuError};
use crate::tensor::Tensor;

/// A data set on the GPU: a quarter of the memory that it would take as f32. A set larger than a
/// binding may be lies in several pieces.
#[derive(Debug)]
pub struct ResidentSet {
    pieces: Vec<Piece>,
    labels: Buffer,
    augmenter: Augmenter,
    len: usize,
}

#[derive(Debug)]
struct Piece {
    pixels: Buffer,
    first: u32,
    count: u32,
}

impl ResidentSet {
    /// Copies a set to the GPU, in as few pieces as its limits allow; batches will be normalised by
    /// `statistics`.
    ///
    /// # Errors
    /// Sizes that do not fit together, and memory.
    pub fn upload(gpu: &Gpu, set: &ImageSet, statistics: &Statistics) -> Result<Self, GpuError> {
        // Byte numbers are u32 in the kernel.
        Self::upload_in_pieces(gpu, set, statistics, gpu.largest_buffer().min(1 << 31))
    }

    /// Copies a set to the GPU in pieces of at most `piece` bytes, whole images each.
    ///
    /// # Errors
    /// Sizes that do not fit together, an image larger than a piece, and memory.
    pub fn upload_in_pieces(
        gpu: &Gpu,
        set: &ImageSet,
        statistics: &Statistics,
        piece: u64,
    ) -> Result<Self, GpuError> {
        let (n, size) = (set.len(), set.image_bytes());
        let shape = [set.channels, set.height, set.width];
        if size == 0 || n == 0 || set.images.len() != n * size {
            let bytes = set.images.len();
            return Err(misfit(format!("{bytes} bytes are not {n} images of {shape:?}")));
        }
        let augmenter = Augmenter::new(gpu, shape, statistics)?;
        let each = piece as usize / size;
        if each == 0 {
            return Err(misfit(format!("an image of {size} bytes exceeds a piece of {piece}")));
        }
        let mut pieces = Vec::new();
        for (at, chunk) in set.images.chunks(each * size).enumerate() {
            let (first, count) = ((at * each) as u32, (chunk.len() / size) as u32);
            pieces.push(Piece { pixels: upload(gpu, chunk)?, first, count });
        }
        let labels = upload(gpu, bytemuck::cast_slice(&set.labels))?;
        Ok(ResidentSet { pieces, labels, augmenter, len: n })
    }

    /// Number of images.
    pub fn len(&self) -> usize {
        self.len
    }

    /// A set on the GPU has images.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// C, H, W.
    pub fn shape(&self) -> [usize; 3] {
        self.augmenter.shape()
    }

    /// The images [N, C, H, W] and class numbers [N] of these numbers. The same seed and step
    /// change an image in the same way each time.
    ///
    /// # Errors
    /// No number, one past the end of the set, and memory.
    pub fn batch(
        &self,
        gpu: &Gpu,
        numbers: &[u32],
        augment: &Augment,
        seed_and_step: (u64, u64),
    ) -> Result<(Tensor, Tensor), GpuError> {
        if numbers.is_empty() {
            return Err(misfit("a batch of no image".to_owned()));
        }
        if let Some(bad) = numbers.iter().find(|&&i| i as usize >= self.len) {
            return Err(misfit(format!("there is no image {bad} among {}", self.len)));
        }
        let list = upload(gpu, bytemuck::cast_slice(numbers))?;
        let (x, t) = self.augmenter.empty(gpu, numbers.len())?;
        for Piece { pixels, first, count } in &self.pieces {
            let slots = Slots::Numbered { first: *first, count: *count };
            let bytes = Bytes { pixels, labels: &self.labels, slots };
            self.augmenter.fill(gpu, &bytes, &list, augment, seed_and_step, (&x, &t))?;
        }
        Ok((x, t))
    }

    /// What [`batch`](Self::batch) makes of image `number`, in plain loops on the host: the
    /// reference of the tests. Nothing where there is no such image.
    pub fn twin(
        set: &ImageSet,
        statistics: &Statistics,
        number: u32,
        augment: &Augment,
        seed_and_step: (u64, u64),
    ) -> Option<Vec<f32>> {
        let shape = [set.channels, set.height, set.width];
        let bytes = set.image(number as usize)?;
        Some(super::augment::twin(augment, seed_and_step, number, bytes, shape, &table(statistics)))
    }
}
