//! Elementwise kernels of two operands, with broadcasting, and the multiple of one.

use super::axes::{Axes, broadcast_shape};
use crate::gpu::shaders::elementwise::{binary, broadcast, scale};
use crate::gpu::{Dispatch, Gpu, GpuError, groups_1d};
use crate::tensor::{Shape, Tensor};

/// The operations, numbered as in `shaders/lib/arithmetic.wgsl`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binary {
    Sum,
    Product,
    Quotient,
    First,
}

impl Binary {
    fn name(self) -> &'static str {
        match self {
            Binary::Sum => "add",
            Binary::Product => "mul",
            Binary::Quotient => "divide",
            Binary::First => "expand",
        }
    }
}

/// a op b with broadcasting.
pub(crate) fn combine(gpu: &Gpu, op: Binary, a: &Tensor, b: &Tensor) -> Result<Tensor, GpuError> {
    let shape = broadcast_shape(op.name(), a.shape(), b.shape())?;
    if a.len() != shape.len() || b.len() != shape.len() {
        return spread(gpu, op, a, b, &shape, 1.0);
    }
    let y = Tensor::empty(gpu, shape)?;
    let n4 = y.len().div_ceil(4);
    gpu.dispatch(Dispatch {
        shader: &binary::SHADER,
        constants: &[("OP", f64::from(op as u32))],
        params: bytemuck::bytes_of(&binary::Params { n4: n4 as u32 }),
        bindings: &[a.buffer(), b.buffer(), y.buffer()],
        groups: groups_1d(n4, 64),
        work: y.len() as u64,
    })?;
    Ok(y)
}

/// a + b, as many values each; in the shape of `a`.
pub(crate) fn add(gpu: &Gpu, a: &Tensor, b: &Tensor) -> Result<Tensor, GpuError> {
    combine(gpu, Binary::Sum, a, &b.reshape(*a.shape())?)
}

/// factor * x, repeated to `shape`.
pub(crate) fn expand(
    gpu: &Gpu,
    x: &Tensor,
    shape: &Shape,
    factor: f32,
) -> Result<Tensor, GpuError> {
    spread(gpu, Binary::First, x, x, shape, factor)
}

/// factor * (a op b), both repeated to `shape`.
fn spread(
    gpu: &Gpu,
    op: Binary,
    a: &Tensor,
    b: &Tensor,
    shape: &Shape,
    factor: f32,
) -> Result<Tensor, GpuError> {
    let y = Tensor::empty(gpu, *shape)?;
    let Axes { dims, strides: [sa, sb] } = Axes::new(shape, [a.shape(), b.shape()]);
    let n4 = y.len().div_ceil(4);
    let vec = dims[3].is_multiple_of(4);
    gpu.dispatch(Dispatch {
        shader: &broadcast::SHADER,
        constants: &[("OP", f64::from(op as u32)), ("VEC", f64::from(u8::from(vec)))],
        params: bytemuck::bytes_of(&broadcast::Params {
            n4: n4 as u32,
            scale: factor,
            d1: dims[1],
            d2: dims[2],
            d3: dims[3],
            a0: sa[0],
            a1: sa[1],
            a2: sa[2],
            a3: sa[3],
            b0: sb[0],
            b1: sb[1],
            b2: sb[2],
            b3: sb[3],
        }),
        bindings: &[a.buffer(), b.buffer(), y.buffer()],
        groups: groups_1d(n4, 64),
        work: y.len() as u64,
    })?;
    Ok(y)
}

/// factor * x.
pub(crate) fn multiple(gpu: &Gpu, x: &Tensor, factor: f32) -> Result<Tensor, GpuError> {
    let y = Tensor::empty(gpu, *x.shape())?;
    let n4 = y.len().div_ceil(4);
    gpu.dispatch(Dispatch {
        shader: &scale::SHADER,
        constants: &[],
        params: bytemuck::bytes_of(&scale::Params { n4: n4 as u32, factor }),
        bindings: &[x.buffer(), y.buffer()],
        groups: groups_1d(n4, 64),
        work: y.len() as u64,
    })?;
    Ok(y)
}
