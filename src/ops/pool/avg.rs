//! Average pooling. Gradient: dy spread evenly over the window.

use super::Window;
use crate::gpu::shaders::pool::{avg_pool, avg_pool_grad};
use crate::gpu::{Dispatch, Gpu, GpuError, groups_1d};
use crate::ops::{Cost, Forward, Op, Vjp};
use crate::tensor::{HostArray, Shape, Tensor};

/// Mean over windows. Input: x [N, C, H, W]. Output: [N, C, H', W'] with
/// H' = floor((H + 2 padding - kernel) / stride) + 1.
#[derive(Clone, Copy, Debug)]
pub struct AvgPool2d {
    /// Rows and columns of a window.
    pub kernel: usize,
    /// Places from one window to the next.
    pub stride: usize,
    /// Rows and columns of padding on each side, at most half a kernel.
    pub padding: usize,
    /// Whether padding counts as zeros; else the mean is over the values inside the image.
    pub count_include_pad: bool,
}

impl AvgPool2d {
    fn window(&self) -> Window {
        Window { kernel: self.kernel, stride: self.stride, padding: self.padding }
    }
}

impl Op for AvgPool2d {
    fn name(&self) -> &'static str {
        "avg_pool2d"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, GpuError> {
        self.window().output(self.name(), inputs[0])
    }

    fn forward(&self, gpu: &Gpu, inputs: &[&Tensor]) -> Result<Forward, GpuError> {
        let x = inputs[0];
        let y = Tensor::empty(gpu, self.shape(&[x.shape()])?)?;
        gpu.dispatch(Dispatch {
            shader: &avg_pool::SHADER,
            constants: &[],
            params: bytemuck::bytes_of(&avg_pool::Params {
                n: y.len() as u32,
                h: x.shape().dim(2) as u32,
                w: x.shape().dim(3) as u32,
                oh: y.shape().dim(2) as u32,
                ow: y.shape().dim(3) as u32,
                kernel: self.kernel as u32,
                stride: self.stride as u32,
                padding: self.padding as u32,
                count_padding: u32::from(self.count_include_pad),
            }),
            bindings: &[x.buffer(), y.buffer()],
            groups: groups_1d(y.len(), 64),
            work: (y.len() * self.kernel * self.kernel) as u64,
        })?;
        Ok(y.into())
    }

    fn vjp(&self, gpu: &Gpu, ctx: &Vjp<'_>) -> Result<Vec<Option<Tensor>>, GpuError> {
        let (x, y) = (&ctx.inputs[0], ctx.output);
        let dx = Tensor::empty(gpu, *x.shape())?;
        gpu.dispatch(Dispatch {
            shader: &avg_pool_grad::SHADER,
            constants: &[],
            params: bytemuck::bytes_of(&avg_pool_grad::Params {
                n: dx.len() as u32,
                h: x.shape().dim(2) as u32,
                w: x.shape().dim(3) as u32,
                oh: y.shape().dim(2) as u32,
                ow: y.shape().dim(3) as u32,
                kernel: self.kernel as u32,
                stride: self.stride as u32,
                padding: self.padding as u32,
                count_padding: u32::from(self.count_include_pad),
            }),
            bindings: &[ctx.grad.buffer(), dx.buffer()],
            groups: groups_1d(dx.len(), 64),
            work: (y.len() * self.kernel * self.kernel) as u64,
        })?;
        Ok(vec![Some(dx)])
    }

    fn twin(&self, inputs: &[HostArray]) -> HostArray {
        let whole = self.kernel * self.kernel;
        self.window().twin(self.name(), &inputs[0], |values| {
            let count = if self.count_include_pad { whole } else { values.len() };
            values.iter().sum::<f64>() / count as f64
        })
    }

    fn cost(&self, inputs: &[&Shape]) -> Cost {
        Cost { macs: 0, bytes: 4 * inputs[0].len() as u64 }
    }
}
