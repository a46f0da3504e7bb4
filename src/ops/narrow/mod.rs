//! A slice of a tensor along an axis. Gradient: dy in its place, zero elsewhere.

use super::{Case, Cost, Forward, Op, Vjp};
use crate::gpu::shaders::copy::{narrow as forward, narrow_grad};
use crate::gpu::{Dispatch, Gpu, GpuError, groups_1d};
use crate::tensor::{HostArray, Shape, Tensor};

/// Places `start..start + len` of axis `dim`.
#[derive(Clone, Copy, Debug)]
pub struct Narrow {
    /// The axis: 1 for channels.
    pub dim: usize,
    /// First place.
    pub start: usize,
    /// Number of places.
    pub len: usize,
}

/// Values of a tensor, of the slice and before the slice in one step of the outer axes.
struct Rows {
    whole: usize,
    part: usize,
    offset: usize,
}

impl Narrow {
    fn rows(&self, x: &Shape) -> Rows {
        let inner: usize = x.dims().iter().skip(self.dim + 1).product();
        Rows { whole: x.dim(self.dim) * inner, part: self.len * inner, offset: self.start * inner }
    }
}

impl Rows {
    fn vec(&self) -> bool {
        [self.whole, self.part, self.offset].iter().all(|v| v.is_multiple_of(4))
    }
}

/// Places `start..start + len` of axis `dim` of x.
pub(crate) fn narrow(
    gpu: &Gpu,
    x: &Tensor,
    dim: usize,
    start: usize,
    len: usize,
) -> Result<Tensor, GpuError> {
    let op = Narrow { dim, start, len };
    let y = Tensor::empty(gpu, op.shape(&[x.shape()])?)?;
    let rows = op.rows(x.shape());
    let n4 = y.len().div_ceil(4);
    gpu.dispatch(Dispatch {
        shader: &forward::SHADER,
        constants: &[("VEC", f64::from(u8::from(rows.vec())))],
        params: bytemuck::bytes_of(&forward::Params {
            n4: n4 as u32,
            part: rows.part as u32,
            whole: rows.whole as u32,
            offset: rows.offset as u32,
        }),
        bindings: &[x.buffer(), y.buffer()],
        groups: groups_1d(n4, 64),
        work: y.len() as u64,
    })?;
    Ok(y)
}

impl Op for Narrow {
    fn name(&self) -> &'static str {
        "narrow"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, GpuError> {
        let x = inputs[0];
        let mut dims = x.dims().to_vec();
        match dims.get_mut(self.dim) {
            Some(d) if self.len > 0 && self.start + self.len <= *d => *d = self.len,
            _ => {
                let (dim, end) = (self.dim, self.start + self.len);
                let why = format!("{x} has no places {}..{end} along axis {dim}", self.start);
                return Err(GpuError::Shape { op: self.name(), why });
            }
        }
        Ok(Shape::new(&dims))
    }

    fn forward(&self, gpu: &Gpu, inputs: &[&Tensor]) -> Result<Forward, GpuError> {
        Ok(narrow(gpu, inputs[0], self.dim, self.start, self.len)?.into())
    }

    fn vjp(&self, gpu: &Gpu, ctx: &Vjp<'_>) -> Result<Vec<Option<Tensor>>, GpuError> {
        let x = &ctx.inputs[0];
        let dx = Tensor::empty(gpu, *x.shape())?;
        let rows = self.rows(x.shape());
        let n4 = dx.len().div_ceil(4);
        gpu.dispatch(Dispatch {
            shader: &narrow_grad::SHADER,
            constants: &[("VEC", f64::from(u8::from(rows.vec())))],
            params: bytemuck::bytes_of(&narrow_grad::Params {
                n4: n4 as u32,
                part: rows.part as u32,
                whole: rows.whole as u32,
                offset: rows.offset as u32,
            }),
            bindings: &[ctx.grad.buffer(), dx.buffer()],
            groups: groups_1d(n4, 64),
            work: dx.len() as u64,
        })?;
        Ok(vec![Some(dx)])
    }

    fn twin(&self, inputs: &[HostArray]) -> HostArray {
        let x = &inputs[0];
        let Rows { whole, part, offset } = self.rows(&x.shape);
        let slices = x.data.chunks_exact(whole).flat_map(|row| &row[offset..offset + part]);
        let data = slices.copied().collect();
        HostArray::new(self.shape(&[&x.shape]).unwrap_or(x.shape), data)
    }

    fn cost(&self, inputs: &[&Shape]) -> Cost {
        let rows = self.rows(inputs[0]);
        Cost { macs: 0, bytes: (8 * inputs[0].len() / rows.whole.max(1) * rows.part) as u64 }
    }
}

/// Test cases: beginning, middle, end and all of an axis, aligned to four and not.
pub(super) fn cases() -> Vec<Case> {
    let slices: [(&[usize], usize, usize, usize); 7] = [
        (&[2, 6, 2, 2], 1, 0, 2),
        (&[2, 6, 2, 2], 1, 3, 3),
        (&[3, 5, 3, 3], 1, 2, 1),
        (&[3, 5, 3, 3], 1, 0, 5),
        (&[5, 3], 0, 2, 3),
        (&[8, 4], 0, 4, 4),
        (&[11], 0, 3, 7),
    ];
    let case = |(shape, dim, start, len): (&[usize], usize, usize, usize)| {
        let x = HostArray::sample(Shape::new(shape), 3);
        Case::new(
            format!("narrow {shape:?} {dim} {start} {len}"),
            Narrow { dim, start, len },
            vec![x],
        )
    };
    slices.into_iter().map(case).collect()
}
