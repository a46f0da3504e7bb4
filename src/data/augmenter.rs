//! One dispatch of the augmentation kernel: from bytes on the GPU to normalised, varied images.
//! Where the bytes come from is the affair of `resident` and `streamed`.

use super::augment::{Augment, keys};
use super::statistics::Statistics;
use crate::gpu::shaders::data::augment::{Params, SHADER};
use crate::gpu::{Buffer, Dispatch, Gpu, GpuError, groups_1d};
use crate::tensor::Tensor;

/// What all images of a set share on the GPU.
#[derive(Debug)]
pub(super) struct Augmenter {
    /// The normalised value of each byte, C x 256: a look-up gives the same bits everywhere.
    table: Buffer,
    shape: [usize; 3],
}

/// Bytes on the GPU, and which images they are.
pub(super) struct Bytes<'a> {
    pub(super) pixels: &'a Buffer,
    /// Class numbers, in the order of `slots`.
    pub(super) labels: &'a Buffer,
    pub(super) slots: Slots,
}

/// Where an image stands in [`Bytes`].
#[derive(Clone, Copy)]
pub(super) enum Slots {
    /// At its number, less `first`; numbers outside `count` are left to another piece. Labels
    /// stand at the number itself.
    Numbered { first: u32, count: u32 },
    /// At its place in the batch, and so do labels.
    Packed,
}

pub(super) fn misfit(why: String) -> GpuError {
    GpuError::Shape { op: "data set", why }
}

/// The normalised value of each byte, C x 256.
pub(super) fn table(statistics: &Statistics) -> Vec<f32> {
    let channels = statistics.mean.iter().zip(&statistics.std);
    channels
        .flat_map(|(m, d)| (0..256).map(move |b| ((f64::from(b) / 255.0 - m) / d) as f32))
        .collect()
}

/// Copies bytes to the GPU. A write is a whole number of words.
pub(super) fn upload(gpu: &Gpu, bytes: &[u8]) -> Result<Buffer, GpuError> {
    let buffer = gpu.buffer(bytes.len() as u64)?;
    if bytes.len().is_multiple_of(4) {
        gpu.write(&buffer, bytes)?;
    } else {
        let mut words = bytes.to_vec();
        words.resize(bytes.len().next_multiple_of(4), 0);
        gpu.write(&buffer, &words)?;
    }
    Ok(buffer)
}

impl Augmenter {
    /// For images of C, H, W.
    ///
    /// # Errors
    /// Statistics of another number of channels, and memory.
    pub(super) fn new(
        gpu: &Gpu,
        shape: [usize; 3],
        statistics: &Statistics,
    ) -> Result<Self, GpuError> {
        let (mean, std) = (&statistics.mean, &statistics.std);
        let [channels, ..] = shape;
        let spread = std.iter().all(|d| *d > 0.0);
        if mean.len() != channels || std.len() != channels || !spread {
            let why = format!("{channels} channels need as many means and deviations above 0");
            return Err(misfit(why));
        }
        let table = upload(gpu, bytemuck::cast_slice(&table(statistics)))?;
        Ok(Augmenter { table, shape })
    }

    /// C, H, W.
    pub(super) fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// Images [N, C, H, W] and class numbers [N] of a batch, to be filled.
    pub(super) fn empty(&self, gpu: &Gpu, count: usize) -> Result<(Tensor, Tensor), GpuError> {
        let [channels, height, width] = self.shape;
        let x = Tensor::empty(gpu, [count, channels, height, width])?;
        Ok((x, Tensor::empty(gpu, [count])?))
    }

    /// Fills the slots of a batch whose images lie in `bytes`; `numbers` are the batch's images.
    pub(super) fn fill(
        &self,
        gpu: &Gpu,
        bytes: &Bytes<'_>,
        numbers: &Buffer,
        augment: &Augment,
        (seed, step): (u64, u64),
        (x, t): (&Tensor, &Tensor),
    ) -> Result<(), GpuError> {
        let [channels, height, width] = self.shape;
        let count = t.len();
        let [key0, key1] = keys(seed, step);
        let (piece_first, piece_count, packed) = match bytes.slots {
            Slots::Numbered { first, count } => (first, count, 0),
            Slots::Packed => (0, count as u32, 1),
        };
        let params = Params {
            count: count as u32,
            channels: channels as u32,
            height: height as u32,
            width: width as u32,
            pad: augment.pad,
            flip: u32::from(augment.flip),
            cutout: augment.cutout,
            key0,
            key1,
            piece_first,
            piece_count,
            packed,
        };
        // Of the pixels only those of the batch.
        let touched = 5 * x.len() as u64;
        gpu.dispatch_part(
            Dispatch {
                shader: &SHADER,
                constants: &[],
                params: bytemuck::bytes_of(&params),
                bindings: &[
                    bytes.pixels,
                    bytes.labels,
                    numbers,
                    &self.table,
                    x.buffer(),
                    t.buffer(),
                ],
                groups: groups_1d(count * channels * height, 64),
                work: x.len() as u64 * 4,
            },
            touched,
        )
    }
}
