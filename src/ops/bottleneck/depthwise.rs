//! The depthwise kernels of the block: norm and activation as the input is read, moments of the
//! output, and the whole way back in one pass.

use crate::gpu::shaders::block::{
    depthwise_back, depthwise_back_odd, depthwise_back_up, depthwise_back_up_odd, depthwise_normed,
    depthwise_normed_odd,
};
use crate::gpu::{Dispatch, Gpu, GpuError, groups_1d};
use crate::ops::mixed_depthwise::Range;
use crate::ops::product::{Normed, sum_parts};
use crate::tensor::{Shape, Tensor};

/// Records y = depthwise(act(norm(x))) on the range; gives the moments of y [count, parts, 4].
pub(super) fn forward(
    gpu: &Gpu,
    range: &Range,
    x: &Tensor,
    norm: Normed<'_>,
    w: &Tensor,
    y: &Tensor,
) -> Result<Tensor, GpuError> {
    let cut = range.forward_cut(gpu.style());
    let parts = Tensor::empty(gpu, [range.count, range.images * cut.bands * cut.strips, 4])?;
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
            bindings: &[x, norm.coefficients, w, y, &parts].map(Tensor::buffer),
            groups: groups_1d(range.planes() * cut.strips * cut.bands, cut.workgroup),
            work: range.work(),
        },
        range.bytes(1, 1, &[w, &parts]),
    )?;
    Ok(parts)
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
    /// The kernels.
    pub(super) w: &'a Tensor,
}

/// Gradients by the kernels, and by shift and scale of the input's norm.
pub(super) struct Grads {
    /// As the kernels.
    pub(super) dw: Tensor,
    /// [count, 1, 2]: by shift, by scale.
    pub(super) sums: Tensor,
}

/// Records g, the gradient by norm(z), on the range.
pub(super) fn backward(
    gpu: &Gpu,
    range: &Range,
    of: &Back<'_>,
    g: &Tensor,
) -> Result<Grads, GpuError> {
    let ([h, w], [ho, wo]) = (range.input, range.output);
    let up = range.stride == 2;
    let cut = match (range.stride, range.kernel) {
        (1, 3) => range.cut(gpu.style(), 4, w.div_ceil(4), h),
        (1, _) => range.cut(gpu.style(), 2, w.div_ceil(4), h),
        _ => range.cut(gpu.style(), 1, wo.div_ceil(4), h.div_ceil(2)),
    };
    let taps = range.count * range.kernel * range.kernel;
    // A tensor within another begins at a multiple of 64 values.
    let sums = taps.next_multiple_of(64);
    let pitch = (sums + 2 * range.count).next_multiple_of(4);
    let count = range.images * cut.bands * cut.strips;
    let parts = Tensor::empty(gpu, [count, pitch])?;
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
        pitch: pitch as u32,
        sums: sums as u32,
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
            bindings: &[of.dao, of.zo, of.terms, of.z, of.norm.coefficients, of.w, g, &parts]
                .map(Tensor::buffer),
            groups: groups_1d(range.planes() * cut.strips * cut.bands, cut.workgroup),
            work: 2 * range.work(),
        },
        range.bytes(2, 2, &[of.w, &parts]),
    )?;
    let all = Tensor::empty(gpu, [pitch])?;
    sum_parts(gpu, &parts, count, pitch, &all)?;
    let dw = all.view(0, *of.w.shape())?;
    Ok(Grads { dw, sums: all.view(sums, Shape::new(&[range.count, 1, 2]))? })
}
