//! A data set on the GPU, as bytes, and the batches that one dispatch makes of it.

use std::borrow::Cow;
use std::ops::Range;

use super::augment::{Augment, keys};
use super::set::ImageSet;
use super::statistics::Statistics;
use crate::gpu::shaders::data::augment::{Params, SHADER};
use crate::gpu::{Buffer, Dispatch, Gpu, GpuError, groups_1d};
use crate::tensor::Tensor;

/// A data set on the GPU: a quarter of the memory that it would take as f32. A set larger than a
/// binding may be lies in several pieces.
#[derive(Debug)]
pub struct ResidentSet {
    pieces: Vec<Piece>,
    labels: Buffer,
    /// The normalised value of each byte, C x 256: a look-up gives the same bits everywhere.
    table: Buffer,
    shape: [usize; 3],
    len: usize,
}

#[derive(Debug)]
struct Piece {
    pixels: Buffer,
    images: Range<u32>,
}

/// A list of image numbers on the GPU: a permutation of a part, drawn once an epoch.
#[derive(Debug)]
pub struct IndexList {
    numbers: Buffer,
    len: usize,
}

impl IndexList {
    /// How many numbers it holds.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

fn misfit(why: String) -> GpuError {
    GpuError::Shape { op: "data set", why }
}

/// The normalised value of each byte, C x 256.
fn table(statistics: &Statistics) -> Vec<f32> {
    let channels = statistics.mean.iter().zip(&statistics.std);
    channels
        .flat_map(|(m, d)| (0..256).map(move |b| ((f64::from(b) / 255.0 - m) / d) as f32))
        .collect()
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
        let (mean, std) = (&statistics.mean, &statistics.std);
        let spread = std.iter().all(|d| *d > 0.0);
        if mean.len() != set.channels || std.len() != set.channels || !spread {
            let channels = set.channels;
            let why = format!("{channels} channels need as many means and deviations above 0");
            return Err(misfit(why));
        }
        let each = piece as usize / size;
        if each == 0 {
            return Err(misfit(format!("an image of {size} bytes exceeds a piece of {piece}")));
        }
        let mut pieces = Vec::new();
        for (at, chunk) in set.images.chunks(each * size).enumerate() {
            let first = (at * each) as u32;
            let pixels = gpu.buffer(chunk.len() as u64)?;
            // A write is a whole number of words.
            let mut words = Cow::from(chunk);
            if !chunk.len().is_multiple_of(4) {
                words.to_mut().resize(chunk.len().next_multiple_of(4), 0);
            }
            gpu.write(&pixels, &words)?;
            pieces.push(Piece { pixels, images: first..first + (chunk.len() / size) as u32 });
        }
        let labels = gpu.buffer(n as u64 * 4)?;
        gpu.write(&labels, bytemuck::cast_slice(&set.labels))?;
        let values = table(statistics);
        let table = gpu.buffer(values.len() as u64 * 4)?;
        gpu.write(&table, bytemuck::cast_slice(&values))?;
        Ok(ResidentSet { pieces, labels, table, shape, len: n })
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
        self.shape
    }

    /// Copies a list of image numbers of this set to the GPU.
    ///
    /// # Errors
    /// A number past the end of the set, and memory.
    pub fn order(&self, gpu: &Gpu, numbers: &[u32]) -> Result<IndexList, GpuError> {
        if let Some(bad) = numbers.iter().find(|&&i| i as usize >= self.len) {
            return Err(misfit(format!("there is no image {bad} among {}", self.len)));
        }
        let buffer = gpu.buffer(numbers.len() as u64 * 4)?;
        gpu.write(&buffer, bytemuck::cast_slice(numbers))?;
        Ok(IndexList { numbers: buffer, len: numbers.len() })
    }

    /// The images [N, C, H, W] and class numbers [N] at places `range` of `order`. The same seed and
    /// step change an image in the same way each time.
    ///
    /// # Errors
    /// A range past the end of the order, and memory.
    pub fn batch(
        &self,
        gpu: &Gpu,
        order: &IndexList,
        range: Range<usize>,
        augment: &Augment,
        (seed, step): (u64, u64),
    ) -> Result<(Tensor, Tensor), GpuError> {
        if range.start >= range.end || range.end > order.len {
            return Err(misfit(format!("places {range:?} of an order of {}", order.len)));
        }
        let [channels, height, width] = self.shape;
        let count = range.len();
        let x = Tensor::empty(gpu, [count, channels, height, width])?;
        let t = Tensor::empty(gpu, [count])?;
        let [key0, key1] = keys(seed, step);
        for piece in &self.pieces {
            let params = Params {
                first: range.start as u32,
                count: count as u32,
                channels: channels as u32,
                height: height as u32,
                width: width as u32,
                pad: augment.pad,
                flip: u32::from(augment.flip),
                cutout: augment.cutout,
                key0,
                key1,
                piece_first: piece.images.start,
                piece_count: piece.images.end - piece.images.start,
            };
            gpu.dispatch(Dispatch {
                shader: &SHADER,
                constants: &[],
                params: bytemuck::bytes_of(&params),
                bindings: &[
                    &piece.pixels,
                    &self.labels,
                    &order.numbers,
                    &self.table,
                    x.buffer(),
                    t.buffer(),
                ],
                groups: groups_1d(count * channels * height, 64),
                work: x.len() as u64 * 4,
            })?;
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
