//! Nearest-neighbour resampling: y[r, c] = x[floor(r H / H'), floor(c W / W')] in each plane.
//! Gradient: the sum of dy over the copies.

use super::{Case, Cost, Forward, Op, Vjp};
use crate::gpu::shaders::pool::{upsample, upsample_grad};
use crate::gpu::{Dispatch, Gpu, GpuError, groups_1d};
use crate::tensor::{HostArray, Shape, Tensor};

/// Nearest-neighbour resampling. Input: x [N, C, H, W]. Output: [N, C, H', W'].
#[derive(Clone, Copy, Debug)]
pub struct UpsampleNearest {
    /// H', W'.
    pub out: [usize; 2],
}

impl Op for UpsampleNearest {
    fn name(&self) -> &'static str {
        "upsample_nearest"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, GpuError> {
        let (x, [oh, ow]) = (inputs[0], self.out);
        if x.rank() != 4 || x.is_empty() || oh == 0 || ow == 0 {
            let why = format!("{x} to {oh} x {ow}: want [N, C, H, W] and no empty extent");
            return Err(GpuError::Shape { op: self.name(), why });
        }
        Ok(Shape::new(&[x.dim(0), x.dim(1), oh, ow]))
    }

    fn forward(&self, gpu: &Gpu, inputs: &[&Tensor]) -> Result<Forward, GpuError> {
        let x = inputs[0];
        let y = Tensor::empty(gpu, self.shape(&[x.shape()])?)?;
        gpu.dispatch(Dispatch {
            shader: &upsample::SHADER,
            constants: &[],
            params: bytemuck::bytes_of(&upsample::Params {
                n: y.len() as u32,
                h: x.shape().dim(2) as u32,
                w: x.shape().dim(3) as u32,
                oh: self.out[0] as u32,
                ow: self.out[1] as u32,
            }),
            bindings: &[x.buffer(), y.buffer()],
            groups: groups_1d(y.len(), 64),
            work: y.len() as u64,
        })?;
        Ok(y.into())
    }

    fn vjp(&self, gpu: &Gpu, ctx: &Vjp<'_>) -> Result<Vec<Option<Tensor>>, GpuError> {
        let x = &ctx.inputs[0];
        let dx = Tensor::empty(gpu, *x.shape())?;
        gpu.dispatch(Dispatch {
            shader: &upsample_grad::SHADER,
            constants: &[],
            params: bytemuck::bytes_of(&upsample_grad::Params {
                n: dx.len() as u32,
                h: x.shape().dim(2) as u32,
                w: x.shape().dim(3) as u32,
                oh: self.out[0] as u32,
                ow: self.out[1] as u32,
            }),
            bindings: &[ctx.grad.buffer(), dx.buffer()],
            groups: groups_1d(dx.len(), 64),
            work: ctx.grad.len() as u64,
        })?;
        Ok(vec![Some(dx)])
    }

    fn twin(&self, inputs: &[HostArray]) -> HostArray {
        let x = &inputs[0];
        let [n, c, h, w] = x.shape.nchw();
        let [oh, ow] = self.out;
        let mut data = Vec::with_capacity(n * c * oh * ow);
        for plane in 0..n * c {
            for r in 0..oh {
                for q in 0..ow {
                    data.push(x.at([plane / c, plane % c, r * h / oh, q * w / ow]));
                }
            }
        }
        HostArray::new([n, c, oh, ow], data)
    }

    fn cost(&self, inputs: &[&Shape]) -> Cost {
        let [n, c, _, _] = inputs[0].nchw();
        Cost { macs: 0, bytes: 4 * (inputs[0].len() + n * c * self.out[0] * self.out[1]) as u64 }
    }
}

/// Test cases: to more places and to fewer, by whole factors and others.
pub(super) fn cases() -> Vec<Case> {
    let case = |(shape, out): ([usize; 4], [usize; 2])| {
        let x = HostArray::sample(shape, 5);
        Case::new(format!("upsample_nearest {shape:?} {out:?}"), UpsampleNearest { out }, vec![x])
    };
    let sizes = [
        ([1, 2, 4, 5], [7, 9]),
        ([2, 3, 3, 3], [6, 6]),
        ([1, 1, 1, 1], [3, 2]),
        ([1, 2, 7, 6], [3, 5]),
    ];
    sizes.map(case).into()
}
