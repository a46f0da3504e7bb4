//! The depthwise kernels of the block: norm and activation as the input is read, moments of the
//! output, and the whole way back in one pass.

use crate::gpu::shaders::block::{
    depthwise_back, depthwise_back_odd, depthwise_back_up, depthwise_back_up_odd, depthwise_normed,
    depthwise_normed_odd,
};
use crate::gpu::{Dispatch, Gpu, GpuError, groups_1d};
use crate::ops::mixed_depthwise::{Cut, Range};
use crate::ops::product::{Normed, sum_parts};
use crate::tensor::{Shape, Tensor};

/// Records y = depthwise(act(norm(x))) range by range, each with kernels of its own; gives the moments
/// of y [total, parts, 4], zeros where a range has fewer parts than another.
pub(super) fn forward(
    gpu: &Gpu,
    ranges: &[Range],
    x: &Tensor,
    norm: Normed<'_>,
    kernels: &[&Tensor],
    y: &Tensor,
) -> Result<Tensor, GpuError> {
    let cuts: Vec<Cut> = ranges.iter().map(|range| range.forward_cut(gpu.style())).collect();
    let parts = |most| Tensor::empty(gpu, [y.shape().dim(1), most, 4]);
    let parts = common(gpu, ranges, &cuts, parts)?;
    for ((range, cut), w) in ranges.iter().zip(&cuts).zip(kernels) {
        forward_range(gpu, (range, cut), x, norm, w, y, &parts)?;
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
    let counts = || ranges.iter().zip(cuts).map(|(range, cut)| range.images * cut.pieces());
    let most = counts().max().unwrap_or(0);
    let parts = made(most)?;
    if counts().any(|count| count < most) {
        gpu.clear(parts.buffer());
    }
    Ok(parts)
}

fn forward_range(
    gpu: &Gpu,
    (range, cut): (&Range, &Cut),
    x: &Tensor,
    norm: Normed<'_>,
    w: &Tensor,
    y: &Tensor,
    parts: &Tensor,
) -> Result<(), GpuError> {
    let params = depthwise_normed::Params {
        planes: range.planes() as u32,
        count: range.count as u32,
        total: range.total as u32,
        offset: range.offset as u32,
        h: range.input[0] as u32,
        w: range.input[1] as u32,
        ho: range.output[0] as u32,
        wo: range.output[1] as u32,
        strips: cut.strips as u32,
        bands: cut.bands as u32,
        rows: cut.rows as u32,
        parts: parts.shape().dim(1) as u32,
    };
    gpu.dispatch_part(
        Dispatch {
            shader: if range.odd() {
                &depthwise_normed_odd::SHADER
            } else {
                &depthwise_normed::SHADER
            },
            constants: &[
                ("K", range.kernel as f64),
                ("STRIDE", range.stride as f64),
                ("S", cut.vec4s as f64),
                ("WG", f64::from(cut.workgroup)),
                cut.alone(),
                norm.act.constant(),
            ],
            params: bytemuck::bytes_of(&params),
            bindings: &[x, norm.coefficients, w, y, parts].map(Tensor::buffer),
            groups: groups_1d(range.planes() * cut.pieces(), cut.workgroup),
            work: range.work(),
        },
        range.bytes(1, 1, &[w]) + (16 * range.planes() * cut.pieces()) as u64,
    )
}

/// What the way back reads.
pub(super) struct Back<'a> {
    /// Gradient by act(norm(zo)), where zo is the convolution's output.
    pub(super) dao: &'a Tensor,
    /// The convolution's output.
    pub(super) zo: &'a Tensor,
    /// Its norm and what its gradient needs: `grad_terms` of batch norm.
    pub(super) terms: &'a Tensor,
    /// What was normed to become the convolution's input.
    pub(super) z: &'a Tensor,
    /// How.
    pub(super) norm: Normed<'a>,
    /// The kernels of each range.
    pub(super) kernels: &'a [Tensor],
}

/// Gradients by the kernels, and by shift and scale of the input's norm.
pub(super) struct Grads {
    /// As the kernels.
    pub(super) kernels: Vec<Tensor>,
    /// [total, 1, 2]: by shift, by scale.
    pub(super) sums: Tensor,
}

/// Where values lie in a part: the gradients by the kernels of each range, then the sums of all
/// channels.
struct Places {
    kernels: Vec<usize>,
    sums: usize,
    pitch: usize,
}

impl Places {
    fn of(ranges: &[Range]) -> Self {
        let mut sums = 0;
        let mut kernels = Vec::with_capacity(ranges.len());
        for range in ranges {
            kernels.push(sums);
            let taps = range.count * range.kernel * range.kernel;
            // A tensor within another begins at a multiple of 64 values.
            sums += taps.next_multiple_of(64);
        }
        let channels: usize = ranges.iter().map(|range| range.count).sum();
        Places { kernels, sums, pitch: (sums + 2 * channels).next_multiple_of(4) }
    }
}

/// Records g, the gradient by norm(z), range by range.
pub(super) fn backward(
    gpu: &Gpu,
    ranges: &[Range],
    of: &Back<'_>,
    g: &Tensor,
) -> Result<Grads, GpuError> {
    let places = Places::of(ranges);
    // Small strips of large maps leave many parts: bands grow until one buffer holds them.
    let most = gpu.largest_buffer() as usize / (4 * places.pitch);
    let fitting = |range: &Range| {
        let mut cut = backward_cut(gpu, range);
        let [h, _] = range.input;
        let height = if range.stride == 2 { h.div_ceil(2) } else { h };
        while cut.bands > 1 && range.images * cut.pieces() > most {
            cut.rows = height.div_ceil(cut.bands.div_ceil(2));
            cut.bands = height.div_ceil(cut.rows);
        }
        cut
    };
    let cuts: Vec<Cut> = ranges.iter().map(fitting).collect();
    let parts = |most| Tensor::empty(gpu, [most, places.pitch]);
    let parts = common(gpu, ranges, &cuts, parts)?;
    for (i, (range, cut)) in ranges.iter().zip(&cuts).enumerate() {
        backward_range(gpu, (range, cut), (of, i), g, (&parts, &places))?;
    }
    let all = Tensor::empty(gpu, [places.pitch])?;
    sum_parts(gpu, &parts, parts.shape().dim(0), places.pitch, &all)?;
    let kernels = of.kernels.iter().zip(&places.kernels);
    Ok(Grads {
        kernels: kernels.map(|(w, &at)| all.view(at, *w.shape())).collect::<Result<_, _>>()?,
        sums: all.view(places.sums, Shape::new(&[g.shape().dim(1), 1, 2]))?,
    })
}

fn backward_cut(gpu: &Gpu, range: &Range) -> Cut {
    let ([h, w], [_, wo]) = (range.input, range.output);
    match (range.stride, range.kernel) {
        (1, 3) => range.cut(gpu.style(), 4, w.div_ceil(4), h),
        (1, _) => range.cut(gpu.style(), 2, w.div_ceil(4), h),
        _ => range.cut(gpu.style(), 1, wo.div_ceil(4), h.div_ceil(2)),
    }
}

fn backward_range(
    gpu: &Gpu,
    (range, cut): (&Range, &Cut),
    (of, i): (&Back<'_>, usize),
    g: &Tensor,
    (parts, places): (&Tensor, &Places),
) -> Result<(), GpuError> {
    let ([h, w], [ho, wo]) = (range.input, range.output);
    let up = range.stride == 2;
    let kernels = &of.kernels[i];
    let params = depthwise_back::Params {
        planes: range.planes() as u32,
        count: range.count as u32,
        total: range.total as u32,
        offset: range.offset as u32,
        h: h as u32,
        w: w as u32,
        ho: ho as u32,
        wo: wo as u32,
        strips: cut.strips as u32,
        bands: cut.bands as u32,
        rows: cut.rows as u32,
        pitch: places.pitch as u32,
        taps_at: places.kernels[i] as u32,
        sums_at: (places.sums + 2 * range.offset) as u32,
    };
    let common = [
        ("K", range.kernel as f64),
        ("WG", f64::from(cut.workgroup)),
        cut.alone(),
        of.norm.act.constant(),
        ("S", cut.vec4s as f64),
    ];
    let (shader, constants) = match (up, range.odd()) {
        (false, false) => (&depthwise_back::SHADER, &common[..]),
        (false, true) => (&depthwise_back_odd::SHADER, &common[..]),
        // One vec4 of zo a strip: S says nothing.
        (true, false) => (&depthwise_back_up::SHADER, &common[..4]),
        (true, true) => (&depthwise_back_up_odd::SHADER, &common[..4]),
    };
    gpu.dispatch_part(
        Dispatch {
            shader,
            constants,
            params: bytemuck::bytes_of(&params),
            bindings: &[of.dao, of.zo, of.terms, of.z, of.norm.coefficients, kernels, g, parts]
                .map(Tensor::buffer),
            groups: groups_1d(range.planes() * cut.pieces(), cut.workgroup),
            work: 2 * range.work(),
        },
        range.bytes(2, 2, &[kernels])
            + (4 * range.images * cut.pieces() * (kernels.len() + 2 * range.count)) as u64,
    )
}
