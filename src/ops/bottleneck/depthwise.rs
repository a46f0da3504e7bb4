//! The depthwise kernels of the block: norm and activation as the input is read, moments of the
//! output, and the whole way back in one pass.

use super::ranges::{Back, Places, Room, back_range, backward_cut, forward_range};
use super::tiles;
use crate::gpu::{Gpu, GpuError};
use crate::ops::mixed_depthwise::{Cut, Range};
use crate::ops::product::{Normed, sum_parts};
use crate::tensor::Tensor;

/// Records y = depthwise(act(norm(x))), each range with kernels of its own; gives the moments of y
/// [total, parts, 4], zeros where a range has fewer parts than another.
pub(super) fn forward(
    gpu: &Gpu,
    ranges: &[Range],
    x: &Tensor,
    norm: Normed<'_>,
    kernels: &[&Tensor],
    y: &Tensor,
) -> Result<Tensor, GpuError> {
    if tiles::serve(gpu, ranges) {
        return tiles::forward(gpu, ranges, x, norm, kernels, y);
    }
    let cuts: Vec<Cut> = ranges.iter().map(|range| range.forward_cut(gpu)).collect();
    let parts = |most| Tensor::empty(gpu, [y.shape().dim(1), most, 4]);
    let parts = common(gpu, ranges, &cuts, parts)?;
    for ((range, cut), w) in ranges.iter().zip(&cuts).zip(kernels) {
        forward_range(gpu, (range, cut), (x, norm), w, (y, &parts))?;
    }
    Ok(parts)
}

/// One tensor for the parts of all ranges, made for as many as the range with the most has, and zero
/// where others have fewer.
fn common(
    gpu: &Gpu,
    ranges: &[Range],
    cuts: &[Cut],
    made: impl FnOnce(usize) -> Result<Tensor, GpuError>,
) -> Result<Tensor, GpuError> {
    let counts = || ranges.iter().zip(cuts).map(|(range, cut)| range.parts(cut));
    let most = counts().max().unwrap_or(0);
    let parts = made(most)?;
    if counts().any(|count| count < most) {
        gpu.clear(parts.buffer());
    }
    Ok(parts)
}

/// Gradients by the kernels, and by scale and shift of the input's norm.
pub(super) struct Grads {
    /// As the kernels.
    pub(super) kernels: Vec<Tensor>,
    /// By scale and by shift, [total] each.
    pub(super) norm: [Tensor; 2],
}

/// Records g, the gradient by norm(z).
pub(super) fn backward(
    gpu: &Gpu,
    ranges: &[Range],
    of: &Back<'_>,
    kernels: &[Tensor],
    g: &Tensor,
) -> Result<Grads, GpuError> {
    let places = Places::of(ranges);
    let parts = if tiles::serve(gpu, ranges) {
        tiles::backward(gpu, ranges, of, kernels, g, &places)?
    } else {
        backward_ranges(gpu, ranges, of, kernels, g, &places)?
    };
    let all = Tensor::empty(gpu, [places.pitch])?;
    sum_parts(gpu, &parts, parts.shape().dim(0), places.pitch, &all)?;
    let kernels = kernels.iter().zip(&places.kernels);
    let channels = [g.shape().dim(1)];
    Ok(Grads {
        kernels: kernels.map(|(w, &at)| all.view(at, *w.shape())).collect::<Result<_, _>>()?,
        norm: [all.view(places.scale, channels)?, all.view(places.shift, channels)?],
    })
}

/// Records g range by range; gives what adds up to the gradients, [parts, pitch].
fn backward_ranges(
    gpu: &Gpu,
    ranges: &[Range],
    of: &Back<'_>,
    kernels: &[Tensor],
    g: &Tensor,
    places: &Places,
) -> Result<Tensor, GpuError> {
    // Small strips of large maps leave many parts: bands grow until one buffer holds them.
    let most = gpu.largest_buffer() as usize / (4 * places.pitch);
    let fitting = |range: &Range| {
        let mut cut = backward_cut(gpu, range);
        let [h, _] = range.input;
        let height = if range.stride == 2 { h.div_ceil(2) } else { h };
        while cut.bands > 1 && range.parts(&cut) > most {
            cut.rows = height.div_ceil(cut.bands.div_ceil(2));
            cut.bands = height.div_ceil(cut.rows);
        }
        cut
    };
    let cuts: Vec<Cut> = ranges.iter().map(fitting).collect();
    let parts = |most| Tensor::empty(gpu, [most, places.pitch]);
    let parts = common(gpu, ranges, &cuts, parts)?;
    for (i, (range, cut)) in ranges.iter().zip(&cuts).enumerate() {
        let room = Room {
            pitch: places.pitch,
            taps: places.kernels[i],
            shift: places.shift + range.offset,
            scale: places.scale + range.offset,
        };
        back_range(gpu, (range, cut), of, &kernels[i], (g, &parts), room)?;
    }
    Ok(parts)
}
