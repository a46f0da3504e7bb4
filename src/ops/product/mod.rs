//! Matrix products as the convolutions and the linear layer use them: not ops, they know no
//! gradient. A left factor is packed (rows fastest), the right factor and the result are the planes
//! of an image batch, [images, channels, plane].

mod general;
mod nt;
mod shared;
mod tiles;

pub(crate) use general::{Convolution, convolution};
pub(crate) use nt::{product_nt, product_nt_normed};

use crate::gpu::shaders::matmul::{pack, pack_rows, product, sum_parts};
use crate::gpu::{Buffer, Dispatch, Gpu, GpuError, KernelStyle, groups_1d};
use crate::ops::activation::Activation;
use crate::tensor::Tensor;

/// Loops of the software driver end after 65,535 rounds; sums beyond this are split.
pub(crate) const MAX_STEPS: usize = 32_768;

/// Where the values of a packed left factor lie in their tensor, in values:
/// start + g step_g + t step_t + k step_k + m step_m.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Packing {
    pub(crate) start: i32,
    pub(crate) step_g: i32,
    pub(crate) step_t: i32,
    pub(crate) step_k: i32,
    pub(crate) step_m: i32,
    pub(crate) groups: usize,
    pub(crate) taps: usize,
    pub(crate) depth: usize,
    pub(crate) rows: usize,
}

/// Extents of a product: [rows, depth] by [images, depth, plane] gives [images, rows, plane].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Planes {
    pub(crate) rows: usize,
    pub(crate) depth: usize,
    pub(crate) images: usize,
    pub(crate) plane: usize,
}

/// What a kernel reads in place of a tensor with this many channels: act(norm(.)) of it, made as it
/// is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Normed<'a> {
    /// By channel (mean, 1/std, scale, shift).
    pub(crate) coefficients: &'a Tensor,
    pub(crate) act: Activation,
}

fn flag(on: bool) -> f64 {
    f64::from(u8::from(on))
}

/// Tells a kernel whether it reads act(norm(.)).
fn normed(norm: Option<Normed<'_>>) -> (&'static str, f64) {
    ("NORM", flag(norm.is_some()))
}

/// Tells it which activation.
fn act(norm: Option<Normed<'_>>) -> (&'static str, f64) {
    norm.map_or(Activation::Identity, |norm| norm.act).constant()
}

/// What it reads the norm from; without one `other` stands in.
fn coefficients<'a>(norm: Option<Normed<'a>>, other: &'a Tensor) -> &'a Tensor {
    norm.map_or(other, |norm| norm.coefficients)
}

/// What a kernel takes beside the factors, where it takes it.
#[derive(Clone, Copy, Default)]
struct Beside<'a> {
    /// Added by row.
    bias: Option<&'a Tensor>,
    /// The right factor is act(norm(.)) of what is read.
    norm: Option<Normed<'a>>,
    /// Added value by value: of the shape of the result.
    plus: Option<&'a Tensor>,
}

/// A left factor as the products read it: [groups, taps, depth, rows rounded up to 4].
pub(crate) fn pack(gpu: &Gpu, from: &Tensor, p: &Packing) -> Result<Tensor, GpuError> {
    let pitch = p.rows.next_multiple_of(4);
    let to = Tensor::empty(gpu, [p.groups, p.taps, p.depth, pitch])?;
    gpu.dispatch(Dispatch {
        shader: &pack::SHADER,
        constants: &[],
        params: bytemuck::bytes_of(&pack::Params {
            start: p.start,
            step_g: p.step_g,
            step_t: p.step_t,
            step_k: p.step_k,
            step_m: p.step_m,
            taps: p.taps as u32,
            depth: p.depth as u32,
            rows: p.rows as u32,
            pitch: pitch as u32,
            len4: to.len() as u32 / 4,
        }),
        bindings: &[from.buffer(), to.buffer()],
        groups: groups_1d(to.len() / 4, 64),
        work: to.len() as u64,
    })?;
    Ok(to)
}

/// The left factor that a tensor [rows, depth] is.
pub(crate) fn pack_rows(
    gpu: &Gpu,
    from: &Tensor,
    rows: usize,
    depth: usize,
) -> Result<Tensor, GpuError> {
    if !depth.is_multiple_of(4) {
        let (step_k, step_m) = (1, depth as i32);
        let p = Packing { step_k, step_m, depth, rows, ..Packing::PLAIN };
        return pack(gpu, from, &p);
    }
    let to = Tensor::empty(gpu, [1, 1, depth, rows.next_multiple_of(4)])?;
    let (depth4, pitch4) = (depth as u32 / 4, rows.div_ceil(4) as u32);
    gpu.dispatch(Dispatch {
        shader: &pack_rows::SHADER,
        constants: &[],
        params: bytemuck::bytes_of(&pack_rows::Params { depth4, rows: rows as u32, pitch4 }),
        bindings: &[from.buffer(), to.buffer()],
        groups: groups_1d(to.len() / 16, 64),
        work: to.len() as u64,
    })?;
    Ok(to)
}

/// The left factor that a tensor [depth, rows] is: itself where its rows are whole vec4s.
pub(crate) fn pack_columns(
    gpu: &Gpu,
    from: &Tensor,
    rows: usize,
    depth: usize,
) -> Result<Tensor, GpuError> {
    if rows.is_multiple_of(4) {
        return Ok(from.clone());
    }
    let p = Packing { step_k: rows as i32, step_m: 1, depth, rows, ..Packing::PLAIN };
    pack(gpu, from, &p)
}

impl Packing {
    /// One group, one tap, nothing in it.
    const PLAIN: Packing = Packing {
        start: 0,
        step_g: 0,
        step_t: 0,
        step_k: 0,
        step_m: 0,
        groups: 1,
        taps: 1,
        depth: 0,
        rows: 0,
    };
}

/// Rows of a block of the kernels, in vec4s, with the number of blocks.
pub(crate) fn row_blocks(style: KernelStyle, rows: usize) -> (usize, usize) {
    let rows4 = rows.div_ceil(4);
    let block = match style {
        // Loads of a step against its sums: the block that wastes the least time.
        KernelStyle::Registers | KernelStyle::Subgroups => {
            (1..=4).min_by_key(|&mb| (rows4.div_ceil(mb) * (9 * mb + 20), 4 - mb)).unwrap_or(4)
        }
        KernelStyle::Tiles if rows4 > 8 => 16,
        KernelStyle::Tiles if rows4 > 4 => 8,
        KernelStyle::Tiles => 4,
    };
    (block, rows4.div_ceil(block))
}

/// y[n, m, p] = bias[m] + sum over k of a[k, m] b[n, k, p], where `a` is packed. Records the best
/// kernel for the planes.
pub(crate) fn product(
    gpu: &Gpu,
    a: &Tensor,
    b: &Tensor,
    bias: Option<&Tensor>,
    y: &Tensor,
    d: Planes,
) -> Result<(), GpuError> {
    let beside = Beside { bias, ..Beside::default() };
    match gpu.style() {
        KernelStyle::Subgroups => shared::product_shared(gpu, a, b, beside, y, d),
        _ if !d.plane.is_multiple_of(4) => {
            convolution(gpu, a, b, bias, y, &Convolution::pointwise(d))
        }
        KernelStyle::Tiles => tiles::product_tiles(gpu, a, b, beside, y, d),
        KernelStyle::Registers => product_registers(gpu, a, b, bias, y, d),
    }
}

/// [`product`] in blocks of registers, for planes of a multiple of four values.
fn product_registers(
    gpu: &Gpu,
    a: &Tensor,
    b: &Tensor,
    bias: Option<&Tensor>,
    y: &Tensor,
    d: Planes,
) -> Result<(), GpuError> {
    check_steps("product", d.depth)?;
    let (block, blocks) = row_blocks(gpu.style(), d.rows);
    let columns4 = d.images * d.plane / 4;
    gpu.dispatch(Dispatch {
        shader: &product::SHADER,
        constants: &[("MB", block as f64)],
        params: bytemuck::bytes_of(&product::Params {
            rows: d.rows as u32,
            depth: d.depth as u32,
            plane4: (d.plane / 4) as u32,
            columns4: columns4 as u32,
            pitch4: d.rows.div_ceil(4) as u32,
            blocks: blocks as u32,
            bias: u32::from(bias.is_some()),
        }),
        // A binding must hold something: without a bias the left factor stands in and is not read.
        bindings: &[a, b, bias.unwrap_or(a), y].map(Tensor::buffer),
        groups: groups_1d(columns4.div_ceil(4 * 8) * blocks, 1),
        work: (d.rows * d.depth * columns4 * 4) as u64,
    })
}

/// Whether [`product_normed`], [`product_onto`] and [`product_nt_normed`] read such planes here.
pub(crate) fn reads_more(gpu: &Gpu, d: Planes) -> bool {
    match gpu.style() {
        KernelStyle::Subgroups => true,
        KernelStyle::Tiles => d.plane.is_multiple_of(4),
        KernelStyle::Registers => false,
    }
}

/// Whether [`product_moments`] counts such planes here.
pub(crate) fn counts(gpu: &Gpu, d: Planes) -> bool {
    gpu.style() != KernelStyle::Registers && d.plane.is_multiple_of(4)
}

/// [`product`] of act(norm(b)), where [`reads_more`] says so.
pub(crate) fn product_normed(
    gpu: &Gpu,
    a: &Tensor,
    b: &Tensor,
    norm: Normed<'_>,
    y: &Tensor,
    d: Planes,
) -> Result<(), GpuError> {
    beside(gpu, a, b, Beside { norm: Some(norm), ..Beside::default() }, y, d)
}

/// [`product`] and `plus`, of the shape of y, together, where [`reads_more`] says so.
pub(crate) fn product_onto(
    gpu: &Gpu,
    a: &Tensor,
    b: &Tensor,
    plus: &Tensor,
    y: &Tensor,
    d: Planes,
) -> Result<(), GpuError> {
    beside(gpu, a, b, Beside { plus: Some(plus), ..Beside::default() }, y, d)
}

fn beside(
    gpu: &Gpu,
    a: &Tensor,
    b: &Tensor,
    beside: Beside<'_>,
    y: &Tensor,
    d: Planes,
) -> Result<(), GpuError> {
    match gpu.style() {
        KernelStyle::Tiles => tiles::product_tiles(gpu, a, b, beside, y, d),
        _ => shared::product_shared(gpu, a, b, beside, y, d),
    }
}

/// [`product`] of b or, where [`reads_more`] says so too, of act(norm(b)), with the moments of the rows
/// of y, where [`counts`] says so: [rows, parts, 4], (n, mean, sum of squared deviations, 0) each.
pub(crate) fn product_moments(
    gpu: &Gpu,
    a: &Tensor,
    b: &Tensor,
    norm: Option<Normed<'_>>,
    y: &Tensor,
    d: Planes,
) -> Result<Tensor, GpuError> {
    match gpu.style() {
        KernelStyle::Tiles => tiles::product_tiles_moments(gpu, a, b, norm, y, d),
        _ => shared::product_shared_moments(gpu, a, b, norm, y, d),
    }
}

/// Records y = a^T b for `a` [K, M], `b` [K, N] and `y` [M, N], with the best kernel there is for
/// large products: N must be a multiple of 4, M as well.
pub fn matrix_product(gpu: &Gpu, a: &Tensor, b: &Tensor, y: &Tensor) -> Result<(), GpuError> {
    let ([k, m, ..], [kb, n, ..]) = (a.shape().nchw(), b.shape().nchw());
    let fits = k == kb && *y.shape() == [m, n].into() && m % 4 == 0 && n % 4 == 0;
    if !fits {
        let why = format!("{} transposed by {} into {}", a.shape(), b.shape(), y.shape());
        return Err(GpuError::Shape { op: "matrix_product", why });
    }
    product(gpu, a, b, None, y, Planes { rows: m, depth: k, images: 1, plane: n })
}

/// Refuses a sum that one loop cannot hold.
pub(crate) fn check_steps(op: &'static str, steps: usize) -> Result<(), GpuError> {
    if steps > 65_535 {
        let why = format!("a sum over {steps} terms exceeds 65535; use a smaller batch");
        return Err(GpuError::Shape { op, why });
    }
    Ok(())
}

/// Sums `count` parts of `pitch` values each (a multiple of 4) into the first of them that `y`
/// holds, in a fixed order.
pub(crate) fn sum_parts(
    gpu: &Gpu,
    parts: &Tensor,
    count: usize,
    pitch: usize,
    y: &Tensor,
) -> Result<(), GpuError> {
    // Few sums of many parts each leave most of a device idle: they go in rounds.
    const CHUNK: usize = 64;
    let round = |from: &Buffer, to: &Buffer, count: usize, chunk: usize| {
        let len4 = pitch / 4 * count.div_ceil(chunk);
        gpu.dispatch(Dispatch {
            shader: &sum_parts::SHADER,
            constants: &[],
            params: bytemuck::bytes_of(&sum_parts::Params {
                n4: (pitch / 4) as u32,
                parts: count as u32,
                chunk: chunk as u32,
                len4: len4 as u32,
            }),
            bindings: &[from, to],
            groups: groups_1d(len4, 64),
            work: (count * pitch) as u64,
        })
    };
    let (mut parts, mut count) = (parts.clone(), count);
    while count > 2 * CHUNK {
        let to = Tensor::empty(gpu, [count.div_ceil(CHUNK), pitch])?;
        round(parts.buffer(), to.buffer(), count, CHUNK)?;
        (parts, count) = (to, count.div_ceil(CHUNK));
    }
    round(parts.buffer(), y.buffer(), count, count)
}
