//! The depthwise kernels of the block for GPUs: all groups of channels in one dispatch there and one
//! back, through workgroup memory.

use super::ranges::{Back, Places};
use crate::gpu::shaders::block::{
    depthwise_tiles, depthwise_tiles_back, depthwise_tiles_back_odd, depthwise_tiles_odd,
};
use crate::gpu::{Buffer, Dispatch, Gpu, GpuError, KernelStyle, groups_1d};
use crate::ops::mixed_depthwise::Range;
use crate::ops::product::Normed;
use crate::tensor::Tensor;

/// Groups that a kernel has room for.
const MOST_GROUPS: usize = 6;
/// Invocations of a workgroup: `LANES`. At stride 2 a convolution reads four values for each that it
/// gives, so that the workgroup's memory holds those of fewer.
const LANES: [usize; 2] = [128, 64];
/// Vec4s of the input that a workgroup holds: `tile`.
const TILE: usize = 512;
/// Vec4s of a strip at most, by stride.
const WIDEST: [usize; 2] = [16, 8];

/// Whether these kernels serve the groups here.
pub(super) fn serve(gpu: &Gpu, ranges: &[Range]) -> bool {
    gpu.style() == KernelStyle::Tiles && ranges.len() <= MOST_GROUPS
}

/// How planes are cut into pieces, and images into chunks, of which a workgroup has one a channel.
#[derive(Clone, Copy, Debug)]
struct Cut {
    /// Vec4s of a strip.
    width: usize,
    strips: usize,
    /// Rows of a band, or pairs of rows.
    rows: usize,
    bands: usize,
    /// Images of a chunk.
    chunk: usize,
    chunks: usize,
    lanes: usize,
}

impl Cut {
    /// Of planes of `width4` vec4s by `pairs` pairs of rows, an invocation each of both; so many pairs
    /// need `rows_in(pairs)` rows of `pitch(width)` vec4s in the workgroup's memory.
    fn of(
        (width4, pairs, images): (usize, usize, usize),
        (widest, lanes): (usize, usize),
        rows_in: impl Fn(usize) -> usize,
        pitch: impl Fn(usize) -> usize,
    ) -> Self {
        let strips = width4.div_ceil(widest);
        let width = width4.div_ceil(strips);
        let fits = |pairs: usize| pairs * width <= lanes && rows_in(pairs) * pitch(width) <= TILE;
        let most = (1..=pairs).rev().find(|&pairs| fits(pairs)).unwrap_or(1);
        let bands = pairs.div_ceil(most);
        let rows = pairs.div_ceil(bands);
        // Small planes share a workgroup.
        let whole = strips == 1 && bands == 1;
        let room = (lanes / (rows * width)).min(TILE / (rows_in(rows) * pitch(width)));
        let chunk = if whole { room.clamp(1, images) } else { 1 };
        let chunks = images.div_ceil(chunk);
        Cut { width, strips, rows, bands, chunk: images.div_ceil(chunks), chunks, lanes }
    }

    fn forward(range: &Range, reach: usize) -> Self {
        let (stride, [h, _], [ho, wo]) = (range.stride, range.input, range.output);
        let size = (wo.div_ceil(4), ho.div_ceil(2), range.images);
        let rows_in = |pairs: usize| ((2 * pairs - 1) * stride + 2 * reach + 1).min(h);
        let of = (WIDEST[stride - 1], LANES[stride - 1]);
        Self::of(size, of, rows_in, |width| width * stride + 2)
    }

    fn backward(range: &Range, reach: usize) -> Self {
        let ([h, _], [ho, wo]) = (range.input, range.output);
        let size = (wo.div_ceil(4), h.div_ceil(2), range.images);
        let rows_in = |pairs: usize| match range.stride {
            1 => (2 * pairs + 2 * reach).min(ho),
            _ => (pairs + 3).min(ho),
        };
        Self::of(size, (WIDEST[0], LANES[0]), rows_in, |width| width + 2)
    }

    /// Parts of a channel's sums.
    fn parts(&self) -> usize {
        self.chunks * self.strips * self.bands
    }

    fn groups(&self, range: &Range) -> [u32; 3] {
        groups_1d(self.parts() * range.total, 1)
    }

    fn lanes(&self) -> (&'static str, f64) {
        ("LANES", self.lanes as f64)
    }
}

/// What kernels of one dispatch have in common, from the first of the ranges.
fn first(ranges: &[Range]) -> Result<(Range, usize), GpuError> {
    let why = || GpuError::Shape { op: "bottleneck", why: "no kernel sizes".into() };
    let range = ranges.first().ok_or_else(why)?;
    let reach = ranges.iter().map(|range| range.kernel / 2).max().unwrap_or(0);
    Ok((*range, reach))
}

/// Kernel sizes 3, 5, 7 of the groups, two bits each.
fn sizes(ranges: &[Range]) -> u32 {
    let code = |(i, range): (usize, &Range)| ((range.kernel as u32 - 3) / 2) << (2 * i);
    ranges.iter().enumerate().map(code).sum()
}

/// For each group a number, and zeros.
fn table(of: impl Iterator<Item = usize>) -> [u32; MOST_GROUPS] {
    let mut all = [0; MOST_GROUPS];
    for (slot, number) in all.iter_mut().zip(of) {
        *slot = number as u32;
    }
    all
}

/// One buffer with the kernels of all groups, and where each group's begin: what they lie in already,
/// as a network's parameters do, or a copy.
fn together<'a>(
    gpu: &Gpu,
    kernels: impl Iterator<Item = &'a Tensor> + Clone,
) -> Result<(Buffer, [u32; MOST_GROUPS]), GpuError> {
    let mut arenas = kernels.clone().map(Tensor::arena);
    if let Some((first, _)) = arenas.next()
        && arenas.all(|(arena, _)| arena.is_same(&first))
    {
        return Ok((first, table(kernels.map(|w| w.arena().1))));
    }
    let room = |w: &Tensor| w.len().next_multiple_of(64);
    let all = Tensor::empty(gpu, [kernels.clone().map(room).sum::<usize>()])?;
    let mut end = 0;
    let mut starts = Vec::new();
    for w in kernels {
        let to = all.view(end, *w.shape())?;
        gpu.copy(w.buffer(), to.buffer(), w.len() as u64 * 4);
        starts.push(end);
        end += room(w);
    }
    Ok((all.buffer().clone(), table(starts.into_iter())))
}

/// Records y = depthwise(act(norm(x))); gives the moments of y [total, parts, 4].
pub(super) fn forward(
    gpu: &Gpu,
    ranges: &[Range],
    x: &Tensor,
    norm: Normed<'_>,
    kernels: &[&Tensor],
    y: &Tensor,
) -> Result<Tensor, GpuError> {
    let (range, reach) = first(ranges)?;
    let cut = Cut::forward(&range, reach);
    let parts = Tensor::empty(gpu, [range.total, cut.parts(), 4])?;
    let (arena, [taps0, taps1, taps2, taps3, taps4, taps5]) =
        together(gpu, kernels.iter().copied())?;
    let params = depthwise_tiles::Params {
        images: range.images as u32,
        total: range.total as u32,
        count: range.count as u32,
        sizes: sizes(ranges),
        h: range.input[0] as u32,
        w: range.input[1] as u32,
        ho: range.output[0] as u32,
        wo: range.output[1] as u32,
        width: cut.width as u32,
        strips: cut.strips as u32,
        rows: 2 * cut.rows as u32,
        bands: cut.bands as u32,
        chunk: cut.chunk as u32,
        chunks: cut.chunks as u32,
        parts: cut.parts() as u32,
        taps0,
        taps1,
        taps2,
        taps3,
        taps4,
        taps5,
    };
    let [whole, odd] = [&depthwise_tiles::SHADER, &depthwise_tiles_odd::SHADER];
    let bytes: u64 = ranges.iter().map(|range| range.bytes(1, 1, &[])).sum();
    gpu.dispatch_part(
        Dispatch {
            shader: range.choose(range.output[1], [whole, odd, odd]),
            constants: &[("STRIDE", range.stride as f64), cut.lanes(), norm.act.constant()],
            params: bytemuck::bytes_of(&params),
            bindings: &[x.buffer(), norm.coefficients.buffer(), &arena, y.buffer(), parts.buffer()],
            groups: cut.groups(&range),
            work: ranges.iter().map(Range::work).sum(),
        },
        bytes + 4 * (parts.len() + kernels.iter().map(|w| w.len()).sum::<usize>()) as u64,
    )?;
    Ok(parts)
}

/// Records g, the gradient by norm(z); gives parts of the gradients by the kernels and of the sums by
/// channel, [parts, pitch].
pub(super) fn backward(
    gpu: &Gpu,
    ranges: &[Range],
    of: &Back<'_>,
    kernels: &[Tensor],
    g: &Tensor,
    places: &Places,
) -> Result<Tensor, GpuError> {
    let (range, reach) = first(ranges)?;
    let cut = Cut::backward(&range, reach);
    let parts = Tensor::empty(gpu, [cut.parts(), places.pitch])?;
    let (arena, [taps0, taps1, taps2, taps3, taps4, taps5]) = together(gpu, kernels.iter())?;
    let [grads0, grads1, grads2, grads3, grads4, grads5] = table(places.kernels.iter().copied());
    let params = depthwise_tiles_back::Params {
        images: range.images as u32,
        total: range.total as u32,
        count: range.count as u32,
        sizes: sizes(ranges),
        h: range.input[0] as u32,
        w: range.input[1] as u32,
        ho: range.output[0] as u32,
        wo: range.output[1] as u32,
        width: cut.width as u32,
        strips: cut.strips as u32,
        rows: cut.rows as u32,
        bands: cut.bands as u32,
        chunk: cut.chunk as u32,
        chunks: cut.chunks as u32,
        pitch: places.pitch as u32,
        shift_at: places.shift as u32,
        scale_at: places.scale as u32,
        taps0,
        taps1,
        taps2,
        taps3,
        taps4,
        taps5,
        grads0,
        grads1,
        grads2,
        grads3,
        grads4,
        grads5,
    };
    let [whole, odd] = [&depthwise_tiles_back::SHADER, &depthwise_tiles_back_odd::SHADER];
    let bytes: u64 = ranges.iter().map(|range| range.bytes(2, 2, &[])).sum();
    let tensors = [of.dao, of.zo, of.terms, of.z, of.norm.coefficients].map(Tensor::buffer);
    let [dao, zo, terms, z, norm] = tensors;
    gpu.dispatch_part(
        Dispatch {
            shader: range.choose(range.input[1], [whole, odd, odd]),
            constants: &[("STRIDE", range.stride as f64), cut.lanes(), of.norm.act.constant()],
            params: bytemuck::bytes_of(&params),
            bindings: &[dao, zo, terms, z, norm, &arena, g.buffer(), parts.buffer()],
            groups: cut.groups(&range),
            work: 2 * ranges.iter().map(Range::work).sum::<u64>(),
        },
        bytes + 4 * (parts.len() + kernels.iter().map(|w| w.len()).sum::<usize>()) as u64,
    )?;
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_cover_all_and_fit_a_workgroup() {
        for (images, side, stride) in [1, 3, 64, 500]
            .into_iter()
            .flat_map(|n| [1, 4, 7, 8, 14, 33, 112, 300].map(|side| (n, side)))
            .flat_map(|(n, side)| [(n, side, 1), (n, side, 2)])
        {
            let out = (side - 1) / stride + 1;
            let (total, offset, count, kernel) = (6, 0, 6, 7);
            let (input, output) = ([side, side + 5], [out, (side + 4) / stride + 1]);
            let range = Range { images, total, offset, count, kernel, stride, input, output };
            let width4 = output[1].div_ceil(4);
            let of = [(Cut::forward(&range, 3), out), (Cut::backward(&range, 3), side)];
            for (cut, height) in of {
                let pairs = height.div_ceil(2);
                for (pieces, each, all) in [
                    (cut.strips, cut.width, width4),
                    (cut.bands, cut.rows, pairs),
                    (cut.chunks, cut.chunk, images),
                ] {
                    assert!(pieces * each >= all && (pieces - 1) * each < all, "{cut:?}");
                }
                assert!(cut.width * cut.rows * cut.chunk <= cut.lanes, "{cut:?}");
            }
        }
    }
}
