//! Gradients by the weights and by the bias.

use super::dense3;
use super::geometry::{Geometry, Kernels};
use crate::gpu::shaders::conv::{bias_grad, dense_weights};
use crate::gpu::{Dispatch, Gpu, GpuError, groups_1d};
use crate::ops::product::{MAX_STEPS, Planes, pack_columns, product, product_nt, sum_parts};
use crate::tensor::{Shape, Tensor};

/// dw, a tensor of `shape`.
pub(super) fn weight_grad(
    gpu: &Gpu,
    g: &Geometry,
    x: &Tensor,
    dy: &Tensor,
    shape: Shape,
) -> Result<Tensor, GpuError> {
    match g.kernels() {
        // Maps of one place: the images are what is summed over, and x itself is a plane.
        Kernels::Pointwise(d) if d.plane == 1 => {
            let dw = Tensor::empty(gpu, shape)?;
            let a = pack_columns(gpu, dy, d.rows, d.images)?;
            let d = Planes { rows: d.rows, depth: d.images, images: 1, plane: d.depth };
            product(gpu, &a, x, None, &dw, d)?;
            Ok(dw)
        }
        Kernels::Pointwise(d) => product_nt(gpu, dy, x, d, shape),
        Kernels::Depthwise(range) => range.weight_grad(gpu, dy, x, shape),
        Kernels::Dense3 => dense3::weight_grad(gpu, g, x, dy, shape),
        Kernels::General => general(gpu, g, x, dy, shape),
    }
}

fn general(
    gpu: &Gpu,
    g: &Geometry,
    x: &Tensor,
    dy: &Tensor,
    shape: Shape,
) -> Result<Tensor, GpuError> {
    let len = shape.len();
    let pitch = len.next_multiple_of(4);
    let places = g.images * g.output[0] * g.output[1];
    // Enough sums for a GPU; not so many that a part holds next to nothing.
    let wanted = 16_384_usize.div_ceil(len).min(places.div_ceil(64));
    let a_split = places.div_ceil(wanted.max(places.div_ceil(MAX_STEPS)));
    let splits = places.div_ceil(a_split);
    let dw = Tensor::empty(gpu, shape)?;
    let parts = Tensor::empty(gpu, [splits, pitch])?;
    gpu.dispatch(Dispatch {
        shader: &dense_weights::SHADER,
        constants: &[],
        params: bytemuck::bytes_of(&dense_weights::Params {
            depth: (g.inputs / g.groups) as u32,
            rows: (g.outputs / g.groups) as u32,
            groups: g.groups as u32,
            kh: g.kernel[0] as u32,
            kw: g.kernel[1] as u32,
            stride: g.stride as u32,
            pad: g.padding as i32,
            h: g.input[0] as u32,
            w: g.input[1] as u32,
            ho: g.output[0] as u32,
            wo: g.output[1] as u32,
            places: places as u32,
            places_a_split: a_split as u32,
            splits: splits as u32,
            len: len as u32,
            pitch: pitch as u32,
        }),
        bindings: &[dy.buffer(), x.buffer(), parts.buffer()],
        groups: groups_1d(splits * len, 64),
        work: (places * len) as u64,
    })?;
    sum_parts(gpu, &parts, splits, pitch, &dw)?;
    Ok(dw)
}

/// db [outputs].
pub(super) fn bias_grad(
    gpu: &Gpu,
    g: &Geometry,
    dy: &Tensor,
    shape: Shape,
) -> Result<Tensor, GpuError> {
    let wanted = 256_usize.div_ceil(g.outputs).min(g.images).max(g.images.div_ceil(MAX_STEPS));
    let a_split = g.images.div_ceil(wanted);
    let splits = g.images.div_ceil(a_split);
    let pitch = g.outputs.next_multiple_of(4);
    let db = Tensor::empty(gpu, shape)?;
    let parts = Tensor::empty(gpu, [splits, pitch])?;
    gpu.dispatch(Dispatch {
        shader: &bias_grad::SHADER,
        constants: &[],
        params: bytemuck::bytes_of(&bias_grad::Params {
            channels: g.outputs as u32,
            height: g.output[0] as u32,
            width: g.output[1] as u32,
            images: g.images as u32,
            images_a_split: a_split as u32,
            splits: splits as u32,
            pitch: pitch as u32,
        }),
        bindings: &[dy.buffer(), parts.buffer()],
        groups: groups_1d(splits * g.outputs, 64),
        work: dy.len() as u64,
    })?;
    sum_parts(gpu, &parts, splits, pitch, &db)?;
    Ok(db)
}
