//! The passes over the wide tensors: one there and one back.

use super::{Inputs, OPS, SIZES, SoftDepthwise};
use crate::gpu::shaders::block::{
    soft_back, soft_back_even, soft_back_odd, soft_back_up, soft_back_up_even, soft_back_up_odd,
    soft_forward, soft_forward_even, soft_forward_odd,
};
use crate::gpu::shaders::search::{soft_taps, soft_terms};
use crate::gpu::{Dispatch, Gpu, GpuError, KernelStyle, groups_1d};
use crate::ops::arithmetic::sum_to;
use crate::ops::mixed_depthwise::{Cut, Range};
use crate::tensor::{Shape, Tensor};

/// Values by channel of what the passes read: see `shaders/lib/soft_layout.wgsl`.
const TERMS: usize = 4 * 37;
/// Rows of taps of all candidates.
const ROWS: usize = 3 + 5 + 7;

/// Makes what the passes read by channel: [channels, [`TERMS`]].
pub(super) fn terms(gpu: &Gpu, i: &Inputs<'_, &Tensor>) -> Result<Tensor, GpuError> {
    let channels = i.x.shape().dim(1);
    let blocks = i.p.len() / OPS;
    let terms = Tensor::empty(gpu, [channels, TERMS])?;
    let [n3, n5, n7] = i.norms;
    gpu.dispatch(Dispatch {
        shader: &soft_terms::SHADER,
        constants: &[],
        params: bytemuck::bytes_of(&soft_terms::Params {
            channels: channels as u32,
            block: (channels / blocks) as u32,
        }),
        bindings: &[i.p, i.norm, n3, n5, n7, &terms].map(Tensor::buffer),
        groups: groups_1d(channels, 64),
        work: terms.len() as u64,
    })?;
    let [w3, w5, w7] = i.kernels;
    gpu.dispatch(Dispatch {
        shader: &soft_taps::SHADER,
        constants: &[],
        params: bytemuck::bytes_of(&soft_taps::Params { channels: channels as u32 }),
        bindings: &[w3, w5, w7, &terms].map(Tensor::buffer),
        groups: groups_1d(channels * ROWS, 64),
        work: terms.len() as u64,
    })?;
    Ok(terms)
}

/// All channels under the largest kernel.
fn range(op: &SoftDepthwise, x: &Shape) -> Option<Range> {
    op.of_size(SIZES[2]).ranges(x).next()
}

/// Arithmetic of the candidates.
fn work(range: &Range) -> u64 {
    let taps: usize = SIZES.iter().map(|size| size * size).sum();
    range.places() as u64 * taps as u64
}

/// How the way there cuts planes.
fn forward_cut(gpu: &Gpu, range: &Range) -> Cut {
    let widest = if range.stride == 1 { widest(gpu, 4) } else { 1 };
    range.cut(gpu, widest, range.output[1].div_ceil(4), range.output[0])
}

/// How the way back does: at stride 2 by the rows of dy, else in strips of four vec4s where that is a
/// whole row, with nothing beside it to make gradients of.
fn backward_cut(gpu: &Gpu, range: &Range) -> Cut {
    let width4 = range.output[1].div_ceil(4);
    let widest = match range.stride {
        1 if width4 <= 4 => widest(gpu, 4),
        1 => widest(gpu, 2),
        _ => 1,
    };
    range.cut(gpu, widest, width4, range.output[0])
}

/// Vec4s of a strip, but one for browsers' software adapters, whose compilers are slow: the code of all
/// candidates grows with the strip.
fn widest(gpu: &Gpu, most: usize) -> usize {
    if gpu.style() == KernelStyle::Registers { 1 } else { most }
}

/// Records y and gives the candidates' convolutions, each shaped as y.
pub(super) fn forward(
    gpu: &Gpu,
    op: &SoftDepthwise,
    (x, terms): (&Tensor, &Tensor),
    y: &Tensor,
) -> Result<[Tensor; 3], GpuError> {
    let new = || Tensor::empty(gpu, *y.shape());
    let z = [new()?, new()?, new()?];
    let Some(range) = range(op, x.shape()) else { return Ok(z) };
    let cut = forward_cut(gpu, &range);
    let ([h, w], [ho, wo]) = (range.input, range.output);
    let params = soft_forward::Params {
        planes: range.runs(&cut),
        images: range.images as u32,
        run: cut.run as u32,
        channels: range.total as u32,
        h: h as u32,
        w: w as u32,
        ho: ho as u32,
        wo: wo as u32,
        strips: cut.strips as u32,
        bands: cut.bands as u32,
        rows: cut.rows as u32,
    };
    let kernels = [&soft_forward::SHADER, &soft_forward_even::SHADER, &soft_forward_odd::SHADER];
    gpu.dispatch_part(
        Dispatch {
            shader: range.choose(wo, kernels),
            constants: &[
                ("STRIDE", range.stride as f64),
                ("S", cut.vec4s as f64),
                ("WG", f64::from(cut.workgroup)),
                cut.alone(),
                op.act.constant(),
            ],
            params: bytemuck::bytes_of(&params),
            bindings: &[x, terms, &z[0], &z[1], &z[2], y].map(Tensor::buffer),
            groups: range.groups(&cut),
            work: work(&range),
        },
        range.bytes(1, 4, &[terms]),
    )?;
    Ok(z)
}

/// Records the gradient by x and gives that by p, of shape `p`.
pub(super) fn backward(
    gpu: &Gpu,
    op: &SoftDepthwise,
    (x, z, terms): (&Tensor, [&Tensor; 3], &Tensor),
    dy: &Tensor,
    (dx, p): (&Tensor, &Shape),
) -> Result<Tensor, GpuError> {
    let Some(range) = range(op, x.shape()) else { return Tensor::zeros(gpu, *p) };
    let cut = backward_cut(gpu, &range);
    let ([h, w], [ho, wo]) = (range.input, range.output);
    let count = range.parts(&cut);
    let blocks = p.len() / OPS;
    let parts = Tensor::empty(gpu, [blocks, range.total / blocks * count, OPS])?;
    let params = soft_back::Params {
        planes: range.runs(&cut),
        images: range.images as u32,
        run: cut.run as u32,
        channels: range.total as u32,
        h: h as u32,
        w: w as u32,
        ho: ho as u32,
        wo: wo as u32,
        strips: cut.strips as u32,
        bands: cut.bands as u32,
        rows: cut.rows as u32,
        parts: count as u32,
    };
    let kernels = if range.stride == 2 {
        [&soft_back_up::SHADER, &soft_back_up_even::SHADER, &soft_back_up_odd::SHADER]
    } else {
        [&soft_back::SHADER, &soft_back_even::SHADER, &soft_back_odd::SHADER]
    };
    let [z3, z5, z7] = z;
    gpu.dispatch_part(
        Dispatch {
            shader: range.choose(w, kernels),
            constants: &[
                ("S", cut.vec4s as f64),
                ("WG", f64::from(cut.workgroup)),
                cut.alone(),
                op.act.constant(),
            ],
            params: bytemuck::bytes_of(&params),
            bindings: &[dy, z3, z5, z7, x, terms, dx, &parts].map(Tensor::buffer),
            groups: range.groups(&cut),
            work: work(&range),
        },
        range.bytes(2, 4, &[terms, &parts]),
    )?;
    let kept = Shape::new(&[blocks, 1, OPS]);
    sum_to(gpu, &parts, None, parts.shape(), &kept, 1.0)?.reshape(*p)
}
