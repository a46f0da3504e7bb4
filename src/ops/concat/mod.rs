//! Concatenation of tensors along an axis, one dispatch an input, or one in all for a few of one size.
//! Gradient: each input's part of dy.

mod equal;

use super::narrow::narrow;
use super::{Case, Cost, Forward, Op, Vjp};
use crate::gpu::shaders::copy::{concat, concat_scalar};
use crate::gpu::{Dispatch, Gpu, GpuError, groups_1d};
use crate::tensor::{HostArray, Shape, Tensor};

/// Concatenation along `dim`. Inputs: any number of tensors that differ along it alone.
#[derive(Clone, Copy, Debug)]
pub struct Concat {
    /// The axis: 1 for channels.
    pub dim: usize,
}

impl Concat {
    /// Values of a tensor in one step of the outer axes.
    fn row(&self, shape: &Shape) -> usize {
        shape.dims().iter().skip(self.dim).product()
    }

    /// Whether the inputs are a few of one size, one after the other.
    fn equal(&self, inputs: &[&Tensor], whole: &Shape) -> bool {
        let parts: Vec<usize> = inputs.iter().map(|x| self.row(x.shape())).collect();
        equal::serves(&parts, whole.len() / self.row(whole).max(1))
    }
}

impl Op for Concat {
    fn name(&self) -> &'static str {
        "concat"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, GpuError> {
        let op = self.name();
        let Some(first) = inputs.first().filter(|s| self.dim < s.rank()) else {
            let why = format!("no input, or one without an axis {}", self.dim);
            return Err(GpuError::Shape { op, why });
        };
        let mut dims = first.dims().to_vec();
        for other in &inputs[1..] {
            let fits = other.rank() == dims.len()
                && (0..dims.len()).all(|i| i == self.dim || other.dim(i) == dims[i]);
            if !fits {
                let why = format!("{first} and {other} differ off axis {}", self.dim);
                return Err(GpuError::Shape { op, why });
            }
            dims[self.dim] += other.dim(self.dim);
        }
        Ok(Shape::new(&dims))
    }

    fn forward(&self, gpu: &Gpu, inputs: &[&Tensor]) -> Result<Forward, GpuError> {
        let shapes: Vec<&Shape> = inputs.iter().map(|t| t.shape()).collect();
        let y = Tensor::empty(gpu, self.shape(&shapes)?)?;
        if self.equal(inputs, y.shape()) {
            equal::concat(gpu, inputs, &y)?;
            return Ok(y.into());
        }
        let whole = self.row(y.shape());
        let mut offset = 0;
        for x in inputs {
            let part = self.row(x.shape());
            let vec = [whole, offset, part].iter().all(|v| v.is_multiple_of(4));
            let by = if vec { 4 } else { 1 };
            let [n, part4, whole4, offset4] =
                [x.len(), part, whole, offset].map(|v| (v / by) as u32);
            let vector = concat::Params { n, part: part4, whole: whole4, offset: offset4 };
            let scalar = concat_scalar::Params { n, part: part4, whole: whole4, offset: offset4 };
            let (shader, params) = if vec {
                (&concat::SHADER, bytemuck::bytes_of(&vector))
            } else {
                (&concat_scalar::SHADER, bytemuck::bytes_of(&scalar))
            };
            gpu.dispatch(Dispatch {
                shader,
                constants: &[],
                params,
                bindings: &[x.buffer(), y.buffer()],
                groups: groups_1d(n as usize, 64),
                work: x.len() as u64,
            })?;
            offset += part;
        }
        Ok(y.into())
    }

    fn vjp(&self, gpu: &Gpu, ctx: &Vjp<'_>) -> Result<Vec<Option<Tensor>>, GpuError> {
        let inputs: Vec<&Tensor> = ctx.inputs.iter().collect();
        if ctx.needs.iter().all(|&needed| needed) && self.equal(&inputs, ctx.grad.shape()) {
            let parts = inputs.iter().map(|x| Tensor::empty(gpu, *x.shape()));
            let parts = parts.collect::<Result<Vec<_>, _>>()?;
            equal::split(gpu, ctx.grad, &parts)?;
            return Ok(parts.into_iter().map(Some).collect());
        }
        let mut start = 0;
        let parts = ctx.inputs.iter().zip(ctx.needs).map(|(x, &needed)| {
            let (at, len) = (start, x.shape().dim(self.dim));
            start += len;
            needed.then(|| narrow(gpu, ctx.grad, self.dim, at, len)).transpose()
        });
        parts.collect()
    }

    fn twin(&self, inputs: &[HostArray]) -> HostArray {
        let shapes: Vec<&Shape> = inputs.iter().map(|a| &a.shape).collect();
        let shape = self.shape(&shapes).unwrap_or(inputs[0].shape);
        let outer: usize = shape.dims().iter().take(self.dim).product();
        let mut data = Vec::with_capacity(shape.len());
        for o in 0..outer {
            for x in inputs {
                let row = self.row(&x.shape);
                data.extend_from_slice(&x.data[o * row..(o + 1) * row]);
            }
        }
        HostArray::new(shape, data)
    }

    fn cost(&self, inputs: &[&Shape]) -> Cost {
        Cost { macs: 0, bytes: 8 * inputs.iter().map(|s| s.len() as u64).sum::<u64>() }
    }
}

/// Test cases: one input and several, uneven channels, planes that are multiples of four or not, a
/// few of one size and one more than that.
pub(super) fn cases() -> Vec<Case> {
    let lists: [(usize, &[&[usize]]); 9] = [
        (1, &[&[2, 3, 4, 5], &[2, 1, 4, 5], &[2, 5, 4, 5]]),
        (1, &[&[3, 2, 3, 3], &[3, 5, 3, 3]]),
        (1, &[&[2, 3, 7, 1]]),
        (0, &[&[5], &[3], &[4]]),
        (0, &[&[1, 3, 2], &[2, 3, 2]]),
        (0, &[&[5], &[5]]),
        (0, &[&[3], &[3], &[3], &[3], &[3], &[3]]),
        (0, &[&[4], &[4], &[4], &[4], &[4], &[4], &[4]]),
        (1, &[&[1, 3, 5, 1], &[1, 3, 5, 1], &[1, 3, 5, 1]]),
    ];
    let case = |(dim, shapes): (usize, &[&[usize]])| {
        let inputs = shapes.iter().zip(0..).map(|(s, salt)| HostArray::sample(Shape::new(s), salt));
        Case::new(format!("concat {dim} {shapes:?}"), Concat { dim }, inputs.collect())
    };
    lists.into_iter().map(case).collect()
}
