//! The depthwise kernels of the block on a range of channels, as a block in training records them and
//! as a soft block does.

use crate::gpu::shaders::block::{
    depthwise_back, depthwise_back_even, depthwise_back_odd, depthwise_back_up,
    depthwise_back_up_even, depthwise_back_up_odd, depthwise_normed, depthwise_normed_even,
    depthwise_normed_odd,
};
use crate::gpu::{Dispatch, Gpu, GpuError};
use crate::ops::mixed_depthwise::{Cut, Range};
use crate::ops::product::Normed;
use crate::tensor::Tensor;

/// What else a kernel leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ops) enum Way {
    /// Moments of the output; on the way back gradients by kernels and norm.
    Trained,
    /// Nothing: norms are given, and a channel is left out where its norm has 0 for 1/std. On the way
    /// back scale is applied, and what is there is added to.
    Soft {
        /// Added to, not overwritten.
        more: bool,
    },
}

impl Way {
    fn soft(self) -> (&'static str, f64) {
        ("SOFT", f64::from(u8::from(self != Way::Trained)))
    }

    fn more(self) -> (&'static str, f64) {
        ("MORE", f64::from(u8::from(self == Way::Soft { more: true })))
    }
}

/// Records y = depthwise(act(norm(x))) with the moments of y in `parts` [total, parts, 4], where they
/// are wanted.
pub(in crate::ops) fn forward_range(
    gpu: &Gpu,
    (range, cut): (&Range, &Cut),
    way: Way,
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
                way.soft(),
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
pub(in crate::ops) struct Back<'a> {
    /// Gradient by act(norm(zo)), where zo is the convolution's output.
    pub(in crate::ops) dao: &'a Tensor,
    /// The convolution's output.
    pub(in crate::ops) zo: &'a Tensor,
    /// Its norm and what its gradient needs: `grad_terms` of batch norm.
    pub(in crate::ops) terms: &'a Tensor,
    /// What was normed to become the convolution's input.
    pub(in crate::ops) z: &'a Tensor,
    /// How.
    pub(in crate::ops) norm: Normed<'a>,
}

/// Where a range's values lie in a part.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::ops) struct Room {
    /// Values of a part.
    pub(in crate::ops) pitch: usize,
    /// The first gradient by the kernels.
    pub(in crate::ops) taps: usize,
    /// The first sum.
    pub(in crate::ops) sums: usize,
}

/// How the way back cuts planes.
pub(in crate::ops) fn backward_cut(gpu: &Gpu, range: &Range) -> Cut {
    let ([h, w], [_, wo]) = (range.input, range.output);
    match (range.stride, range.kernel) {
        (1, 3) => range.cut(gpu, 4, w.div_ceil(4), h),
        (1, _) => range.cut(gpu, 2, w.div_ceil(4), h),
        _ => range.cut(gpu, 1, wo.div_ceil(4), h.div_ceil(2)),
    }
}

/// Records the gradient by norm(z), or by z on the soft way, to g, and where it is wanted what the
/// gradients by kernels and norm are summed from to `parts`.
pub(in crate::ops) fn back_range(
    gpu: &Gpu,
    (range, cut): (&Range, &Cut),
    way: Way,
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
        sums_at: room.sums as u32,
    };
    let common = [
        ("K", range.kernel as f64),
        ("WG", f64::from(cut.workgroup)),
        cut.alone(),
        of.norm.act.constant(),
        way.soft(),
        way.more(),
        ("S", cut.vec4s as f64),
    ];
    let (kernels_of, constants) = if up {
        let of = [
            &depthwise_back_up::SHADER,
            &depthwise_back_up_even::SHADER,
            &depthwise_back_up_odd::SHADER,
        ];
        // One vec4 of zo a strip: S says nothing.
        (of, &common[..6])
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
