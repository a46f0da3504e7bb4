//! The kernels of dense 3x3 convolutions with padding 1.

use super::geometry::Geometry;
use crate::gpu::shaders::conv::{
    dense3_shared, dense3_shared_odd, dense3_weights, dense3_weights_shared,
};
use crate::gpu::{Dispatch, Gpu, GpuError, KernelStyle, groups_1d};
use crate::ops::product::{Convolution, check_steps, sum_parts};
use crate::tensor::{Shape, Tensor};

fn odd(widths: [usize; 2]) -> bool {
    widths.iter().any(|w| !w.is_multiple_of(4))
}

/// Records the convolution of `x` with the packed kernels `a`; for subgroups of eight.
pub(super) fn rows(
    gpu: &Gpu,
    a: &Tensor,
    x: &Tensor,
    bias: Option<&Tensor>,
    y: &Tensor,
    c: &Convolution,
) -> Result<(), GpuError> {
    check_steps("convolution", c.depth)?;
    let ([h, w], [ho, wo]) = (c.input, c.output);
    let (blocks, strips) = (c.rows.div_ceil(16), wo.div_ceil(8));
    let params = dense3_shared::Params {
        rows: c.rows as u32,
        depth: c.depth as u32,
        pitch4: c.rows.div_ceil(4) as u32,
        blocks: blocks as u32,
        images: c.images as u32,
        h: h as u32,
        w: w as u32,
        ho: ho as u32,
        wo: wo as u32,
        strips: strips as u32,
    };
    gpu.dispatch(Dispatch {
        shader: if odd([w, wo]) { &dense3_shared_odd::SHADER } else { &dense3_shared::SHADER },
        constants: &[
            ("S", 2.0),
            ("STRIDE", c.stride as f64),
            ("BIAS", f64::from(u8::from(bias.is_some()))),
        ],
        params: bytemuck::bytes_of(&params),
        // Without a bias the kernels stand in for it and are not read.
        bindings: &[a.buffer(), x.buffer(), bias.unwrap_or(a).buffer(), y.buffer()],
        groups: groups_1d((c.images * ho * strips).div_ceil(8) * blocks, 1),
        work: (c.images * ho * wo * c.rows * c.depth * 9) as u64,
    })
}

/// dw, a tensor of `shape`.
pub(super) fn weight_grad(
    gpu: &Gpu,
    g: &Geometry,
    x: &Tensor,
    dy: &Tensor,
    shape: Shape,
) -> Result<Tensor, GpuError> {
    let [ho, wo] = g.output;
    // A subgroup takes eight input channels: with few of them most of it would idle.
    let shared = gpu.style() == KernelStyle::Subgroups && g.inputs > 2;
    let (blocks_o, blocks_c) =
        (g.outputs.div_ceil(8), if shared { g.inputs.div_ceil(8) } else { g.inputs });
    let (items, workgroup) = match gpu.style() {
        _ if shared => (24, 8),
        KernelStyle::Tiles => (8192, 64),
        _ => (128, 8),
    };
    // Bands of eight rows at least: a band reads the rows beside it again.
    let wanted = usize::div_ceil(items, blocks_o * blocks_c);
    let bands = wanted.div_ceil(g.images).clamp(1, ho.div_ceil(8));
    let band = ho.div_ceil(bands);
    let bands = ho.div_ceil(band);
    let a_split = (g.images * bands).div_ceil(wanted);
    check_steps("convolution", a_split)?;
    let splits = (g.images * bands).div_ceil(a_split);
    let pitch = shape.len().next_multiple_of(4);
    let params = dense3_weights::Params {
        rows: g.outputs as u32,
        depth: g.inputs as u32,
        images: g.images as u32,
        h: g.input[0] as u32,
        w: g.input[1] as u32,
        ho: ho as u32,
        wo: wo as u32,
        band: band as u32,
        bands: bands as u32,
        bands_a_split: a_split as u32,
        splits: splits as u32,
        blocks_o: blocks_o as u32,
        blocks_c: blocks_c as u32,
        pitch: pitch as u32,
    };
    let wg = f64::from(workgroup);
    let odd = f64::from(u8::from(odd([g.input[1], wo])));
    let constants = [("STRIDE", g.stride as f64), ("ODD", odd), ("WG", wg)];
    let (shader, constants, items_a_group) = match shared {
        true => (&dense3_weights_shared::SHADER, &constants[..2], 1),
        false => (&dense3_weights::SHADER, &constants[..], workgroup),
    };
    let dw = Tensor::empty(gpu, shape)?;
    let parts = Tensor::empty(gpu, [splits, pitch])?;
    gpu.dispatch(Dispatch {
        shader,
        constants,
        params: bytemuck::bytes_of(&params),
        bindings: &[x.buffer(), x.buffer(), dy.buffer(), dy.buffer(), parts.buffer()],
        groups: groups_1d(splits * blocks_o * blocks_c, items_a_group),
        work: (g.images * ho * wo * shape.len()) as u64,
    })?;
    sum_parts(gpu, &parts, splits, pitch, &dw)?;
    Ok(dw)
}
