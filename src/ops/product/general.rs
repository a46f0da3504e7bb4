//! The product whose right factor is gathered from an image batch as it is read: a convolution of
//! any form, forward or towards its input.

use super::{Planes, check_steps, row_blocks};
use crate::gpu::shaders::conv::{dense, dense_tiles};
use crate::gpu::{Dispatch, Gpu, GpuError, KernelStyle, groups_1d};
use crate::tensor::Tensor;

/// Extents of the gathered product; see `shaders/conv/dense.wgsl`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Convolution {
    /// Output channels a group.
    pub(crate) rows: usize,
    /// Input channels a group.
    pub(crate) depth: usize,
    pub(crate) groups: usize,
    pub(crate) images: usize,
    /// Extents of the kernel.
    pub(crate) kernel: [usize; 2],
    pub(crate) stride: usize,
    /// Zeros between the input's values count as places: the stride, where this is a gradient.
    pub(crate) dilate: usize,
    pub(crate) pad: [i32; 2],
    /// Height and width of the input.
    pub(crate) input: [usize; 2],
    /// Height and width of the output.
    pub(crate) output: [usize; 2],
}

impl Convolution {
    /// The plain product of planes.
    pub(crate) fn pointwise(d: Planes) -> Self {
        Convolution {
            rows: d.rows,
            depth: d.depth,
            groups: 1,
            images: d.images,
            kernel: [1, 1],
            stride: 1,
            dilate: 1,
            pad: [0, 0],
            input: [1, d.plane],
            output: [1, d.plane],
        }
    }
}

/// Records the convolution of `x` with the packed kernels `a`.
pub(crate) fn convolution(
    gpu: &Gpu,
    a: &Tensor,
    x: &Tensor,
    bias: Option<&Tensor>,
    y: &Tensor,
    c: &Convolution,
) -> Result<(), GpuError> {
    check_steps("convolution", c.depth * c.kernel[0] * c.kernel[1])?;
    let (block, blocks) = row_blocks(gpu.style(), c.rows);
    let places = c.images * c.output[0] * c.output[1];
    let params = dense::Params {
        rows: c.rows as u32,
        depth: c.depth as u32,
        groups: c.groups as u32,
        pitch4: c.rows.div_ceil(4) as u32,
        blocks: blocks as u32,
        kh: c.kernel[0] as u32,
        kw: c.kernel[1] as u32,
        stride: c.stride as u32,
        dilate: c.dilate as u32,
        pad_y: c.pad[0],
        pad_x: c.pad[1],
        h: c.input[0] as u32,
        w: c.input[1] as u32,
        ho: c.output[0] as u32,
        wo: c.output[1] as u32,
        places: places as u32,
        bias: u32::from(bias.is_some()),
    };
    let (shader, name, width) = match gpu.style() {
        KernelStyle::Registers | KernelStyle::Subgroups => (&dense::SHADER, "MB", 16 * 8),
        KernelStyle::Tiles => (&dense_tiles::SHADER, "TM", 64),
    };
    // Without a bias the kernels stand in for it and are not read.
    let bias = bias.unwrap_or(a);
    gpu.dispatch(Dispatch {
        shader,
        constants: &[(name, block as f64)],
        params: bytemuck::bytes_of(&params),
        bindings: &[a.buffer(), x.buffer(), bias.buffer(), y.buffer()],
        groups: groups_1d(places.div_ceil(width) * blocks * c.groups, 1),
        work: (places * c.groups * c.rows * c.depth * c.kernel[0] * c.kernel[1]) as u64,
    })
}
