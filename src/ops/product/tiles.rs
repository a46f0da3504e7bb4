//! Products through tiles in workgroup memory, for planes of a multiple of four values: plain, of
//! act(norm(.)) made as it is read, and with the moments of what is stored. For GPUs.

use super::{Beside, Normed, Planes, act, check_steps, coefficients, flag, normed, row_blocks};
use crate::gpu::shaders::matmul::{product_tiles, product_tiles_moments};
use crate::gpu::{Dispatch, Gpu, GpuError, KernelStyle, groups_1d};
use crate::tensor::Tensor;

/// Vec4s of columns of a tile.
const WIDTH4: usize = 16;

/// How a product is cut into tiles.
struct Cut {
    /// Rows of a tile, in vec4s.
    block: usize,
    blocks: usize,
    columns4: usize,
}

impl Cut {
    fn of(d: Planes) -> Result<Self, GpuError> {
        check_steps("product", d.depth)?;
        let (block, blocks) = row_blocks(KernelStyle::Tiles, d.rows);
        Ok(Cut { block, blocks, columns4: d.images * d.plane / 4 })
    }

    /// Tiles of columns.
    fn tiles(&self) -> usize {
        self.columns4.div_ceil(WIDTH4)
    }

    fn rows(&self) -> (&'static str, f64) {
        ("TM", self.block as f64)
    }

    fn groups(&self) -> [u32; 3] {
        groups_1d(self.tiles() * self.blocks, 1)
    }

    fn work(&self, d: Planes) -> u64 {
        (d.rows * d.depth * self.columns4 * 4) as u64
    }
}

/// [`super::product`] with whatever there is beside the factors.
pub(super) fn product_tiles(
    gpu: &Gpu,
    a: &Tensor,
    b: &Tensor,
    beside: Beside<'_>,
    y: &Tensor,
    d: Planes,
) -> Result<(), GpuError> {
    let Beside { bias, norm, plus } = beside;
    let cut = Cut::of(d)?;
    gpu.dispatch(Dispatch {
        shader: &product_tiles::SHADER,
        constants: &[cut.rows(), ("PLUS", flag(plus.is_some())), normed(norm), act(norm)],
        params: bytemuck::bytes_of(&product_tiles::Params {
            rows: d.rows as u32,
            depth: d.depth as u32,
            plane4: (d.plane / 4) as u32,
            columns4: cut.columns4 as u32,
            pitch4: d.rows.div_ceil(4) as u32,
            blocks: cut.blocks as u32,
            bias: u32::from(bias.is_some()),
        }),
        // For what there is not the left factor stands in, and is not read.
        bindings: &[a, b, bias.unwrap_or(a), coefficients(norm, a), plus.unwrap_or(a), y]
            .map(Tensor::buffer),
        groups: cut.groups(),
        work: cut.work(d),
    })
}

/// [`super::product_moments`].
pub(super) fn product_tiles_moments(
    gpu: &Gpu,
    a: &Tensor,
    b: &Tensor,
    norm: Option<Normed<'_>>,
    y: &Tensor,
    d: Planes,
) -> Result<Tensor, GpuError> {
    let cut = Cut::of(d)?;
    let parts = Tensor::empty(gpu, [d.rows, cut.tiles(), 4])?;
    gpu.dispatch(Dispatch {
        shader: &product_tiles_moments::SHADER,
        constants: &[cut.rows(), normed(norm), act(norm)],
        params: bytemuck::bytes_of(&product_tiles_moments::Params {
            rows: d.rows as u32,
            depth: d.depth as u32,
            plane4: (d.plane / 4) as u32,
            columns4: cut.columns4 as u32,
            pitch4: d.rows.div_ceil(4) as u32,
            blocks: cut.blocks as u32,
            tiles: cut.tiles() as u32,
        }),
        bindings: &[a, b, coefficients(norm, a), y, &parts].map(Tensor::buffer),
        groups: cut.groups(),
        work: cut.work(d),
    })?;
    Ok(parts)
}
