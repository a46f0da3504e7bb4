//! Loss of a cost against its target (section 5 of the specification): with d = cost - target,
//! lambda w d^2, where w is the over-target penalty for d > dead zone, 1 for d < -dead zone, and 0
//! between. Gradient: 2 lambda w d dloss.

use super::{Case, Cost, Forward, Op, Vjp};
use crate::gpu::shaders::loss::{hardware, hardware_grad};
use crate::gpu::{Dispatch, Gpu, GpuError, groups_1d};
use crate::tensor::{HostArray, Shape, Tensor};

/// Hardware constraint loss. Inputs: cost [n], target [n] or [1], in one unit. Gradients flow to
/// the cost. Output: as the cost.
#[derive(Clone, Copy, Debug)]
pub struct HardwareLoss {
    /// Weight, per squared unit of cost.
    pub lambda: f32,
    /// Weight of what exceeds the target, relative to what stays below.
    pub over_penalty: f32,
    /// Deviations up to this cost nothing.
    pub dead_zone: f32,
}

impl HardwareLoss {
    /// The plain square, lambda d^2.
    pub fn square(lambda: f32) -> Self {
        HardwareLoss { lambda, over_penalty: 1.0, dead_zone: 0.0 }
    }

    fn weight(&self, d: f64) -> f64 {
        let (over, zone) = (f64::from(self.over_penalty), f64::from(self.dead_zone));
        let weight = if d > zone { over } else { f64::from(u8::from(d < -zone)) };
        f64::from(self.lambda) * weight
    }
}

impl Op for HardwareLoss {
    fn name(&self) -> &'static str {
        "hardware_loss"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, GpuError> {
        let (cost, target) = (inputs[0], inputs[1]);
        if target.len() != 1 && target.len() != cost.len() {
            let why = format!("costs {cost}, targets {target}: want one target or as many");
            return Err(GpuError::Shape { op: self.name(), why });
        }
        Ok(*cost)
    }

    fn forward(&self, gpu: &Gpu, inputs: &[&Tensor]) -> Result<Forward, GpuError> {
        let (cost, target) = (inputs[0], inputs[1]);
        let loss = Tensor::empty(gpu, self.shape(&[cost.shape(), target.shape()])?)?;
        gpu.dispatch(Dispatch {
            shader: &hardware::SHADER,
            constants: &[],
            params: bytemuck::bytes_of(&hardware::Params {
                n: cost.len() as u32,
                targets: target.len() as u32,
                lambda: self.lambda,
                over: self.over_penalty,
                dead_zone: self.dead_zone,
            }),
            bindings: &[cost, target, &loss].map(Tensor::buffer),
            groups: groups_1d(cost.len(), 64),
            work: cost.len() as u64,
        })?;
        Ok(loss.into())
    }

    fn vjp(&self, gpu: &Gpu, ctx: &Vjp<'_>) -> Result<Vec<Option<Tensor>>, GpuError> {
        let (cost, target) = (&ctx.inputs[0], &ctx.inputs[1]);
        let dcost = Tensor::empty(gpu, *cost.shape())?;
        gpu.dispatch(Dispatch {
            shader: &hardware_grad::SHADER,
            constants: &[],
            params: bytemuck::bytes_of(&hardware_grad::Params {
                n: cost.len() as u32,
                targets: target.len() as u32,
                lambda: self.lambda,
                over: self.over_penalty,
                dead_zone: self.dead_zone,
            }),
            bindings: &[cost, target, ctx.grad, &dcost].map(Tensor::buffer),
            groups: groups_1d(cost.len(), 64),
            work: cost.len() as u64,
        })?;
        Ok(vec![Some(dcost), None])
    }

    fn twin(&self, inputs: &[HostArray]) -> HostArray {
        let targets = &inputs[1].data;
        let loss = |(i, cost): (usize, &f64)| {
            let d = cost - targets[i % targets.len()];
            self.weight(d) * d * d
        };
        HostArray::new(inputs[0].shape, inputs[0].data.iter().enumerate().map(loss).collect())
    }

    fn cost(&self, inputs: &[&Shape]) -> Cost {
        Cost { macs: 0, bytes: 8 * inputs[0].len() as u64 }
    }
}

/// Test cases: deviations above, below and inside the dead zone; one target and many.
pub(super) fn cases() -> Vec<Case> {
    let costs = HostArray::new([5], vec![3.0, 2.0625, 2.0, 1.9375, -4.0]);
    let case = |label: &str, op: HardwareLoss, targets: Vec<f64>| {
        let inputs = vec![costs.clone(), HostArray::new([targets.len()], targets)];
        Case::new(format!("hardware_loss {label}"), op, inputs).constant(1)
    };
    let asymmetric = HardwareLoss { lambda: 0.3, over_penalty: 1.2, dead_zone: 0.1 };
    vec![
        case("asymmetric", asymmetric, vec![2.0]),
        case("asymmetric, many targets", asymmetric, vec![1.0, 2.0, 3.0, 4.0, 5.0]),
        case("square", HardwareLoss::square(0.3), vec![2.0]),
    ]
}
