//! The product with the transposed: what the weight gradient of a pointwise convolution is.

use super::{MAX_STEPS, Normed, Planes, sum_parts};
use crate::gpu::shaders::matmul::{product_nt, product_nt_shared, product_nt_tiles};
use crate::gpu::{Dispatch, Gpu, GpuError, KernelStyle, groups_1d};
use crate::ops::activation::Activation;
use crate::tensor::{Shape, Tensor};

/// Number of splits and steps a split, so that `blocks` times as many items fill the device and
/// every split has something to do.
pub(crate) fn splits(style: KernelStyle, blocks: usize, steps: usize) -> (usize, usize) {
    let (items, least): (usize, usize) = match style {
        KernelStyle::Registers => (128, 16),
        KernelStyle::Subgroups => (24, 32),
        KernelStyle::Tiles => (512, 64),
    };
    let wanted = items.div_ceil(blocks.max(1)).min(steps.div_ceil(least)).max(1);
    let a_split = steps.div_ceil(wanted.max(steps.div_ceil(MAX_STEPS))).max(1);
    (steps.div_ceil(a_split).max(1), a_split)
}

/// y[m, c] = sum over n, p of a[n, m, p] b[n, c, p], with `d.depth` the number of c; `shape` is
/// that of the result.
pub(crate) fn product_nt(
    gpu: &Gpu,
    a: &Tensor,
    b: &Tensor,
    d: Planes,
    shape: Shape,
) -> Result<Tensor, GpuError> {
    product_nt_of(gpu, a, b, None, d, shape)
}

/// [`product_nt`] of a and act(norm(b)), where [`super::norms`] says so.
pub(crate) fn product_nt_normed(
    gpu: &Gpu,
    a: &Tensor,
    b: &Tensor,
    norm: Normed<'_>,
    d: Planes,
    shape: Shape,
) -> Result<Tensor, GpuError> {
    product_nt_of(gpu, a, b, Some(norm), d, shape)
}

fn product_nt_of(
    gpu: &Gpu,
    a: &Tensor,
    b: &Tensor,
    norm: Option<Normed<'_>>,
    d: Planes,
    shape: Shape,
) -> Result<Tensor, GpuError> {
    if gpu.style() == KernelStyle::Subgroups {
        return product_nt_shared(gpu, a, b, norm, d, shape);
    }
    let side = if gpu.style() == KernelStyle::Registers { 8 } else { 32 };
    let (blocks_m, blocks_c) = (d.rows.div_ceil(side), d.depth.div_ceil(side));
    let plane4 = d.plane.div_ceil(4);
    let steps = d.images * plane4;
    let (splits, a_split) = splits(gpu.style(), blocks_m * blocks_c, steps);
    let pitch = (d.rows * d.depth).next_multiple_of(4);
    let y = Tensor::empty(gpu, shape)?;
    let parts = if splits == 1 { y.clone() } else { Tensor::empty(gpu, [splits, pitch])? };
    let params = product_nt::Params {
        rows: d.rows as u32,
        cols: d.depth as u32,
        plane: d.plane as u32,
        plane4: plane4 as u32,
        steps: steps as u32,
        steps_a_split: a_split as u32,
        splits: splits as u32,
        blocks_m: blocks_m as u32,
        blocks_c: blocks_c as u32,
        pitch: pitch as u32,
    };
    let items = splits * blocks_m * blocks_c;
    let odd = ("ODD", f64::from(u8::from(!d.plane.is_multiple_of(4))));
    let act = norm.map_or(Activation::Identity, |norm| norm.act).constant();
    // Without a norm the left factor stands in and is not read.
    let coefficients = norm.map_or(a, |norm| norm.coefficients);
    let tiled = [odd, ("NORM", f64::from(u8::from(norm.is_some()))), act];
    let bindings = [a, a, b, b, coefficients, &parts].map(Tensor::buffer);
    let plain = [a, a, b, b, &parts].map(Tensor::buffer);
    let (shader, constants, bindings, groups) = match gpu.style() {
        KernelStyle::Tiles => {
            (&product_nt_tiles::SHADER, &tiled[..], &bindings[..], groups_1d(items, 1))
        }
        _ => (&product_nt::SHADER, &tiled[..1], &plain[..], groups_1d(items, 8)),
    };
    gpu.dispatch(Dispatch {
        shader,
        constants,
        params: bytemuck::bytes_of(&params),
        bindings,
        groups,
        work: (d.rows * d.depth * steps * 4) as u64,
    })?;
    if splits > 1 {
        sum_parts(gpu, &parts, splits, pitch, &y)?;
    }
    Ok(y)
}

/// [`product_nt`] with rows shared in subgroups: blocks of 32 of one factor by 16 of the other.
fn product_nt_shared(
    gpu: &Gpu,
    a: &Tensor,
    b: &Tensor,
    norm: Option<Normed<'_>>,
    d: Planes,
    shape: Shape,
) -> Result<Tensor, GpuError> {
    let waste = |m: usize, c: usize| m.next_multiple_of(32) * c.next_multiple_of(16);
    let swap = waste(d.depth, d.rows) < waste(d.rows, d.depth);
    let (rows, cols, step_m, step_c) =
        if swap { (d.depth, d.rows, 1, d.depth) } else { (d.rows, d.depth, d.depth, 1) };
    let (a, b) = if swap { (b, a) } else { (a, b) };
    // Which of the kernel's factors is normed; without one the first stands in for what is not read.
    let normed = match (norm, swap) {
        (None, _) => 0.0,
        (Some(_), true) => 1.0,
        (Some(_), false) => 2.0,
    };
    let coefficients = norm.map_or(a, |n| n.coefficients);
    let (blocks_m, blocks_c) = (rows.div_ceil(32), cols.div_ceil(16));
    let plane4 = d.plane.div_ceil(4);
    let steps = d.images * plane4;
    let (splits, a_split) = splits(gpu.style(), blocks_m * blocks_c, steps);
    let pitch = (rows * cols).next_multiple_of(4);
    let y = Tensor::empty(gpu, shape)?;
    let parts = if splits == 1 { y.clone() } else { Tensor::empty(gpu, [splits, pitch])? };
    gpu.dispatch(Dispatch {
        shader: &product_nt_shared::SHADER,
        constants: &[
            ("ODD", f64::from(u8::from(!d.plane.is_multiple_of(4)))),
            ("NORM", normed),
            norm.map_or(Activation::Identity, |n| n.act).constant(),
        ],
        params: bytemuck::bytes_of(&product_nt_shared::Params {
            rows: rows as u32,
            cols: cols as u32,
            plane: d.plane as u32,
            plane4: plane4 as u32,
            steps: steps as u32,
            steps_a_split: a_split as u32,
            splits: splits as u32,
            blocks_m: blocks_m as u32,
            blocks_c: blocks_c as u32,
            pitch: pitch as u32,
            step_m: step_m as u32,
            step_c: step_c as u32,
        }),
        bindings: &[a, a, b, b, coefficients, &parts].map(Tensor::buffer),
        groups: groups_1d(splits * blocks_m * blocks_c, 1),
        work: (rows * cols * steps * 4) as u64,
    })?;
    if splits > 1 {
        sum_parts(gpu, &parts, splits, pitch, &y)?;
    }
    Ok(y)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_cover_every_step_and_no_loop_is_too_long() {
        for style in [KernelStyle::Registers, KernelStyle::Subgroups, KernelStyle::Tiles] {
            for blocks in [1, 3, 700] {
                for steps in [1, 15, 16, 17, 1000, 65_536, 1_000_003] {
                    let (count, each) = splits(style, blocks, steps);
                    assert!(count * each >= steps && (count - 1) * each < steps);
                    assert!(each <= MAX_STEPS);
                }
            }
        }
    }
}
