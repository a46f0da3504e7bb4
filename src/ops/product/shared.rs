//! Products for subgroups of eight, whose invocations share the rows of the left factor: plain, of
//! act(norm(.)) made as it is read, and with the moments of what is stored.

use super::{Beside, Normed, Planes, act, check_steps, coefficients, flag, normed};
use crate::gpu::shaders::matmul::{product_moments, product_shared, product_shared_odd};
use crate::gpu::{Dispatch, Gpu, GpuError, groups_1d};
use crate::tensor::Tensor;

/// Items that a product is cut into, about: some for each thread of a software driver, which deals
/// them out evenly.
const ITEMS: usize = 128;
/// A software driver ends all loops of an item after 65,535 rounds together.
const MOST_ROUNDS: usize = 60_000;

/// How a product is cut: blocks of rows, and runs of blocks of columns.
struct Cut {
    /// Blocks of 32 rows by 32 columns, or of 16 by 64.
    tall: bool,
    blocks: usize,
    column_blocks: usize,
    run: usize,
}

impl Cut {
    fn of(d: Planes) -> Self {
        // Blocks of 32 rows are the faster ones where they waste less than a tenth more.
        let (tall_rows, flat_rows) = (d.rows.next_multiple_of(32), d.rows.next_multiple_of(16));
        let tall = tall_rows * 10 <= flat_rows * 11;
        let (blocks, vec4s) = if tall { (tall_rows / 32, 8) } else { (flat_rows / 16, 16) };
        let column_blocks = (d.images * d.plane.div_ceil(4)).div_ceil(vec4s);
        let rounds = d.depth.div_ceil(2) + 1;
        let run = column_blocks
            .div_ceil(ITEMS.div_ceil(blocks.max(1)))
            .clamp(1, (MOST_ROUNDS / rounds).max(1));
        Cut { tall, blocks, column_blocks, run }
    }

    /// Runs of a block of rows.
    fn runs(&self) -> usize {
        self.column_blocks.div_ceil(self.run)
    }

    fn tall(&self) -> (&'static str, f64) {
        ("TALL", flag(self.tall))
    }

    fn groups(&self) -> [u32; 3] {
        groups_1d(self.runs() * self.blocks, 1)
    }
}

/// The `Params` of one of these kernels.
macro_rules! params {
    ($kernel:ident, $cut:expr, $d:expr) => {{
        let (cut, d): (&Cut, Planes) = (&$cut, $d);
        let plane4 = d.plane.div_ceil(4);
        $kernel::Params {
            rows: d.rows as u32,
            depth: d.depth as u32,
            plane: d.plane as u32,
            plane4: plane4 as u32,
            columns4: (d.images * plane4) as u32,
            pitch4: d.rows.div_ceil(4) as u32,
            blocks: cut.blocks as u32,
            column_blocks: cut.column_blocks as u32,
            run: cut.run as u32,
        }
    }};
}

fn work(d: Planes) -> u64 {
    (d.rows * d.depth * d.images * d.plane.div_ceil(4) * 4) as u64
}

/// [`super::product`] with whatever there is beside the factors.
pub(super) fn product_shared(
    gpu: &Gpu,
    a: &Tensor,
    b: &Tensor,
    beside: Beside<'_>,
    y: &Tensor,
    d: Planes,
) -> Result<(), GpuError> {
    check_steps("product", d.depth)?;
    let Beside { bias, norm, plus } = beside;
    let cut = Cut::of(d);
    let even = d.plane.is_multiple_of(4);
    let (whole, odd) = (params!(product_shared, cut, d), params!(product_shared_odd, cut, d));
    let (shader, params) = if even {
        (&product_shared::SHADER, bytemuck::bytes_of(&whole))
    } else {
        (&product_shared_odd::SHADER, bytemuck::bytes_of(&odd))
    };
    gpu.dispatch(Dispatch {
        shader,
        constants: &[
            cut.tall(),
            ("BIAS", flag(bias.is_some())),
            ("PLUS", flag(plus.is_some())),
            normed(norm),
            act(norm),
        ],
        params,
        // For what there is not the left factor stands in, and is not read.
        bindings: &[a, b, bias.unwrap_or(a), coefficients(norm, a), plus.unwrap_or(a), y]
            .map(Tensor::buffer),
        groups: cut.groups(),
        work: work(d),
    })
}

/// [`super::product_moments`].
pub(super) fn product_shared_moments(
    gpu: &Gpu,
    a: &Tensor,
    b: &Tensor,
    norm: Option<Normed<'_>>,
    y: &Tensor,
    d: Planes,
) -> Result<Tensor, GpuError> {
    check_steps("product", d.depth)?;
    let cut = Cut::of(d);
    let parts = Tensor::empty(gpu, [d.rows, cut.runs(), 4])?;
    gpu.dispatch(Dispatch {
        shader: &product_moments::SHADER,
        constants: &[cut.tall(), normed(norm), act(norm)],
        params: bytemuck::bytes_of(&params!(product_moments, cut, d)),
        bindings: &[a, b, coefficients(norm, a), y, &parts].map(Tensor::buffer),
        groups: cut.groups(),
        work: work(d),
    })?;
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_cover_all_columns_and_no_item_has_too_many_rounds() {
        for (rows, depth) in [(1, 1), (16, 96), (32, 3), (96, 16), (320, 1280), (5000, 30_000)] {
            for (images, plane) in [(1, 1), (3, 49), (32, 1024), (64, 50_176), (512, 12_544)] {
                let cut = Cut::of(Planes { rows, depth, images, plane });
                let width = if cut.tall { 32 } else { 64 };
                assert!(cut.blocks * if cut.tall { 32 } else { 16 } >= rows);
                assert!(cut.column_blocks * width >= images * plane);
                assert!(cut.runs() * cut.run >= cut.column_blocks);
                assert!((cut.runs() - 1) * cut.run < cut.column_blocks);
                assert!(cut.run == 1 || cut.run * (depth.div_ceil(2) + 1) <= MOST_ROUNDS);
            }
        }
    }
}
