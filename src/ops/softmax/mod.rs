//! Softmax and its logarithm over the last axis, by the row's largest value so that nothing
//! overflows. Gradients: dx = y (dy - sum dy y), and dx = dy - exp(y) sum dy for the logarithm.

mod twin;

use super::{Case, Cost, Forward, Op, Vjp};
use crate::gpu::shaders::reduce::{softmax, softmax_grad};
use crate::gpu::{Dispatch, Gpu, GpuError, KernelStyle, groups_1d};
use crate::tensor::{HostArray, Shape, Tensor};

pub(super) use twin::softmax_row;

/// exp(x) / sum exp(x) over the last axis.
#[derive(Clone, Copy, Debug, Default)]
pub struct Softmax;

/// x - ln sum exp(x) over the last axis.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogSoftmax;

/// A tensor as a matrix of its last axis, and how kernels walk over its rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows {
    pub(super) rows: u32,
    pub(super) columns: u32,
    lanes: u32,
}

/// A driver may end a loop after 65,535 rounds.
const MOST_COLUMNS: usize = 65_535;

impl Rows {
    pub(super) fn new(op: &'static str, gpu: &Gpu, shape: &Shape) -> Result<Self, GpuError> {
        let columns = shape.dims().last().copied().unwrap_or(0);
        if columns == 0 || columns > MOST_COLUMNS || shape.is_empty() {
            let why = format!("{shape}: the last axis must have 1 to {MOST_COLUMNS} places");
            return Err(GpuError::Shape { op, why });
        }
        // A workgroup a row pays where rows are long; software drivers suffer from barriers.
        let shared = gpu.style() == KernelStyle::Tiles && columns > 16;
        let rows = (shape.len() / columns) as u32;
        Ok(Rows { rows, columns: columns as u32, lanes: if shared { 64 } else { 1 } })
    }

    pub(super) fn constant(&self) -> (&'static str, f64) {
        ("LANES", f64::from(self.lanes))
    }

    pub(super) fn groups(&self) -> [u32; 3] {
        groups_1d(self.rows as usize * self.lanes as usize, 64)
    }

    pub(super) fn work(&self) -> u64 {
        u64::from(self.rows) * u64::from(self.columns) * 4
    }
}

fn forward(op: &'static str, gpu: &Gpu, x: &Tensor, log: bool) -> Result<Forward, GpuError> {
    let rows = Rows::new(op, gpu, x.shape())?;
    let y = Tensor::empty(gpu, *x.shape())?;
    let Rows { rows: r, columns, .. } = rows;
    gpu.dispatch(Dispatch {
        shader: &softmax::SHADER,
        constants: &[rows.constant(), ("LOG", f64::from(u8::from(log)))],
        params: bytemuck::bytes_of(&softmax::Params { rows: r, columns }),
        bindings: &[x.buffer(), y.buffer()],
        groups: rows.groups(),
        work: rows.work(),
    })?;
    Ok(y.into())
}

/// Gradient of y = softmax(factor x) by x, or of its logarithm (without a factor).
pub(super) fn gradient(
    op: &'static str,
    gpu: &Gpu,
    ctx: &Vjp<'_>,
    factor: f32,
    log: bool,
) -> Result<Tensor, GpuError> {
    let y = ctx.output;
    let rows = Rows::new(op, gpu, y.shape())?;
    let dx = Tensor::empty(gpu, *y.shape())?;
    let Rows { rows: r, columns, .. } = rows;
    gpu.dispatch(Dispatch {
        shader: &softmax_grad::SHADER,
        constants: &[rows.constant(), ("LOG", f64::from(u8::from(log)))],
        params: bytemuck::bytes_of(&softmax_grad::Params { rows: r, columns, scale: factor }),
        bindings: &[y.buffer(), ctx.grad.buffer(), dx.buffer()],
        groups: rows.groups(),
        work: rows.work(),
    })?;
    Ok(dx)
}

impl Op for Softmax {
    fn name(&self) -> &'static str {
        "softmax"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, GpuError> {
        Ok(*inputs[0])
    }

    fn forward(&self, gpu: &Gpu, inputs: &[&Tensor]) -> Result<Forward, GpuError> {
        forward(self.name(), gpu, inputs[0], false)
    }

    fn vjp(&self, gpu: &Gpu, ctx: &Vjp<'_>) -> Result<Vec<Option<Tensor>>, GpuError> {
        Ok(vec![Some(gradient(self.name(), gpu, ctx, 1.0, false)?)])
    }

    fn twin(&self, inputs: &[HostArray]) -> HostArray {
        twin::by_row(&inputs[0], softmax_row)
    }

    fn cost(&self, inputs: &[&Shape]) -> Cost {
        Cost { macs: 0, bytes: 8 * inputs[0].len() as u64 }
    }
}

impl Op for LogSoftmax {
    fn name(&self) -> &'static str {
        "log_softmax"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, GpuError> {
        Ok(*inputs[0])
    }

    fn forward(&self, gpu: &Gpu, inputs: &[&Tensor]) -> Result<Forward, GpuError> {
        forward(self.name(), gpu, inputs[0], true)
    }

    fn vjp(&self, gpu: &Gpu, ctx: &Vjp<'_>) -> Result<Vec<Option<Tensor>>, GpuError> {
        Ok(vec![Some(gradient(self.name(), gpu, ctx, 1.0, true)?)])
    }

    fn twin(&self, inputs: &[HostArray]) -> HostArray {
        twin::by_row(&inputs[0], |row| softmax_row(row).iter().map(|p| p.ln()).collect())
    }

    fn cost(&self, inputs: &[&Shape]) -> Cost {
        Cost { macs: 0, bytes: 8 * inputs[0].len() as u64 }
    }
}

/// Test cases: one column, few, more than a workgroup has invocations, and values whose exponential
/// overflows.
pub(super) fn cases() -> Vec<Case> {
    let shapes: [&[usize]; 5] = [&[1, 3], &[5, 7], &[3, 100], &[67, 17], &[4, 1]];
    let mut all = Vec::new();
    for (salt, shape) in shapes.into_iter().enumerate() {
        let mut x = HostArray::sample(Shape::new(shape), salt as u64);
        if salt == 1 {
            x.data.iter_mut().for_each(|v| *v = f64::from((*v * 100.0) as f32));
        }
        all.push(Case::new(format!("softmax {shape:?}"), Softmax, vec![x.clone()]));
        all.push(Case::new(format!("log_softmax {shape:?}"), LogSoftmax, vec![x]));
    }
    all
}
