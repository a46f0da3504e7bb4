//! The depthwise kernels of the block on a range of channels, and where what they leave for sums lies.

use crate::gpu::shaders::block::{
    depthwise_back, depthwise_back_even, depthwise_back_odd, depthwise_back_up,
    depthwise_back_up_even, depthwise_back_up_odd, depthwise_normed, depthwise_normed_even,
    depthwise_normed_odd,
};
use crate::gpu::{Dispatch, Gpu, GpuError};
use crate::ops::mixed_depthwise::{Cut, Range};
use crate::ops::product::Normed;
use crate::tensor::Tensor;

/// Records y = depthwise(act(norm(x))) with the moments of y in `parts` [total, parts, 4].
pub(super) fn forward_range(
    gpu: &Gpu,
    (range, cut): (&Range, &Cut),
    (x, norm): (&Tensor, Normed<'_>),
    w: &Tensor,
    (y, parts): (&Tensor, &Tensor),
) -> Result<(), GpuError> {
    let params = depthwise_normed::Params {
        planes: range.runs(cut),
        images: range.images as u32,
        run: cut.run as u32,
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
            shader: range.choose(
                range.output[1],
                [
                    &depthwise_normed::SHADER,
                    &depthwise_normed_even::SHADER,
                    &depthwise_normed_odd::SHADER,
                ],
            ),
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
            groups: range.groups(cut),
            work: range.work(),
        },
        range.bytes(1, 1, &[w]) + (16 * range.count * range.parts(cut)) as u64,
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
}

/// Where values lie in a part: the gradients by the kernels of each range, then those by shift and by
/// scale of all channels, each where a tensor can begin.
pub(super) struct Places {
    pub(super) kernels: Vec<usize>,
    pub(super) shift: usize,
    pub(super) scale: usize,
    pub(super) pitch: usize,
}

impl Places {
    pub(super) fn of(ranges: &[Range]) -> Self {
        let mut end = 0;
        let mut kernels = Vec::with_capacity(ranges.len());
        for range in ranges {
            kernels.push(end);
            let taps = range.count * range.kernel * range.kernel;
            // A tensor within another begins at a multiple of 64 values.
            end += taps.next_multiple_of(64);
        }
        let channels: usize = ranges.iter().map(|range| range.count).sum();
        let scale = end + channels.next_multiple_of(64);
        Places { kernels, shift: end, scale, pitch: (scale + channels).next_multiple_of(4) }
    }
}

/// Where a range's values lie in a part.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Room {
    /// Values of a part.
    pub(super) pitch: usize,
    /// The first gradient by the kernels.
    pub(super) taps: usize,
    /// The first gradient by shift.
    pub(super) shift: usize,
    /// The first by scale.
    pub(super) scale: usize,
}

/// How the way back cuts planes.
pub(super) fn backward_cut(gpu: &Gpu, range: &Range) -> Cut {
    let ([h, w], [_, wo]) = (range.input, range.output);
    match (range.stride, range.kernel) {
        (1, 3) => range.cut(gpu, 4, w.div_ceil(4), h),
        (1, _) => range.cut(gpu, 2, w.div_ceil(4), h),
        _ => range.cut(gpu, 1, wo.div_ceil(4), h.div_ceil(2)),
    }
}

/// Records the gradient by norm(z) to g, and what the gradients by kernels and norm are summed from to
/// `parts`.
pub(super) fn back_range(
    gpu: &Gpu,
    (range, cut): (&Range, &Cut),
    of: &Back<'_>,
    kernels: &Tensor,
    (g, parts): (&Tensor, &Tensor),
    room: Room,
) -> Result<(), GpuError> {
    let ([h, w], [ho, wo]) = (range.input, range.output);
    let up = range.stride == 2;
    let params = depthwise_back::Params {
        planes: range.runs(cut),
        images: range.images as u32,
        run: cut.run as u32,
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
        pitch: room.pitch as u32,
        taps_at: room.taps as u32,
        shift_at: room.shift as u32,
        scale_at: room.scale as u32,
    };
    let common = [
        ("K", range.kernel as f64),
        ("WG", f64::from(cut.workgroup)),
        cut.alone(),
        of.norm.act.constant(),
        ("S", cut.vec4s as f64),
    ];
    let (kernels_of, constants) = if up {
        let of = [
            &depthwise_back_up::SHADER,
            &depthwise_back_up_even::SHADER,
            &depthwise_back_up_odd::SHADER,
        ];
        // One vec4 of zo a strip: S says nothing.
        (of, &common[..4])
    } else {
        let of =
            [&depthwise_back::SHADER, &depthwise_back_even::SHADER, &depthwise_back_odd::SHADER];
        (of, &common[..])
    };
    gpu.dispatch_part(
        Dispatch {
            shader: range.choose(w, kernels_of),
            constants,
            params: bytemuck::bytes_of(&params),
            bindings: &[of.dao, of.zo, of.terms, of.z, of.norm.coefficients, kernels, g, parts]
                .map(Tensor::buffer),
            groups: range.groups(cut),
            work: 2 * range.work(),
        },
        range.bytes(2, 2, &[kernels])
            + (4 * range.parts(cut) * (kernels.len() + 2 * range.count)) as u64,
    )
}
