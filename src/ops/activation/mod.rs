//! Elementwise activations: y = act(x). Gradient: dx = act'(x) dy.

mod twin;

pub(crate) use twin::value;

use crate::gpu::shaders::elementwise::{activation, activation_grad};
use crate::gpu::{Dispatch, Gpu, GpuError, groups_1d};
use crate::ops::{Case, Cost, Forward, Op, Vjp};
use crate::tensor::{HostArray, Shape, Tensor};

/// The activations, numbered as in `shaders/lib/activation.wgsl`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u32)]
pub enum Activation {
    /// x.
    #[default]
    Identity,
    /// max(x, 0); derivative 0 at 0.
    Relu,
    /// min(max(x, 0), 6); derivative 0 at 0 and 6.
    Relu6,
    /// x relu6(x + 3) / 6; derivative 0 at -3, 1 at 3.
    Hswish,
    /// relu6(x + 3) / 6; derivative 0 at -3 and 3.
    Hsigmoid,
    /// 1 / (1 + exp(-x)).
    Sigmoid,
    /// x sigmoid(x).
    Swish,
}

impl Activation {
    /// All but the identity.
    pub const ALL: [Activation; 6] = [
        Activation::Relu,
        Activation::Relu6,
        Activation::Hswish,
        Activation::Hsigmoid,
        Activation::Sigmoid,
        Activation::Swish,
    ];

    /// The override constant that selects it in a kernel.
    pub(crate) fn constant(self) -> (&'static str, f64) {
        ("ACT", f64::from(self as u32))
    }
}

impl Op for Activation {
    fn name(&self) -> &'static str {
        match self {
            Activation::Identity => "identity",
            Activation::Relu => "relu",
            Activation::Relu6 => "relu6",
            Activation::Hswish => "hswish",
            Activation::Hsigmoid => "hsigmoid",
            Activation::Sigmoid => "sigmoid",
            Activation::Swish => "swish",
        }
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, GpuError> {
        Ok(*inputs[0])
    }

    fn forward(&self, gpu: &Gpu, inputs: &[&Tensor]) -> Result<Forward, GpuError> {
        let y = Tensor::empty(gpu, *inputs[0].shape())?;
        let n4 = y.len().div_ceil(4);
        gpu.dispatch(Dispatch {
            shader: &activation::SHADER,
            constants: &[self.constant()],
            params: bytemuck::bytes_of(&activation::Params { n4: n4 as u32 }),
            bindings: &[inputs[0].buffer(), y.buffer()],
            groups: groups_1d(n4, 64),
            work: y.len() as u64,
        })?;
        Ok(y.into())
    }

    fn vjp(&self, gpu: &Gpu, ctx: &Vjp<'_>) -> Result<Vec<Option<Tensor>>, GpuError> {
        let x = &ctx.inputs[0];
        let dx = Tensor::empty(gpu, *x.shape())?;
        let n4 = x.len().div_ceil(4);
        gpu.dispatch(Dispatch {
            shader: &activation_grad::SHADER,
            constants: &[self.constant()],
            params: bytemuck::bytes_of(&activation_grad::Params { n4: n4 as u32 }),
            bindings: &[x.buffer(), ctx.grad.buffer(), dx.buffer()],
            groups: groups_1d(n4, 64),
            work: x.len() as u64,
        })?;
        Ok(vec![Some(dx)])
    }

    fn twin(&self, inputs: &[HostArray]) -> HostArray {
        let x = &inputs[0];
        HostArray::new(x.shape, x.data.iter().map(|&v| value(*self, v)).collect())
    }

    fn cost(&self, inputs: &[&Shape]) -> Cost {
        Cost { macs: 0, bytes: 8 * inputs[0].len() as u64 }
    }
}

/// Test cases: each activation over sizes that are not multiples of four.
pub(super) fn cases() -> Vec<Case> {
    let shapes: [&[usize]; 3] = [&[1], &[7, 11], &[2, 3, 5, 7]];
    let mut all = Vec::new();
    for act in Activation::ALL {
        for (salt, shape) in shapes.into_iter().enumerate() {
            let mut x = HostArray::sample(Shape::new(shape), salt as u64);
            // Wide enough to reach both ends of ReLU6.
            x.data.iter_mut().for_each(|v| *v *= 4.0);
            all.push(Case::new(format!("{} {}", act.name(), x.shape), act, vec![x]));
        }
    }
    all
}
