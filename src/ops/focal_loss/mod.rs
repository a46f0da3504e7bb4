//! Sigmoid focal loss over anchors and classes. With s = sigmoid(x):
//! alpha (1 - s)^gamma (-ln s) for the class of the label, (1 - alpha) s^gamma (-ln(1 - s)) for the
//! others; the sum over valid anchors and classes, divided by the average factor.

use super::arithmetic::{Binary, combine, sum_to};
use super::{Case, Cost, Forward, Op, Vjp};
use crate::gpu::shaders::loss::{focal, focal_grad};
use crate::gpu::{Dispatch, Gpu, GpuError, groups_1d};
use crate::tensor::{HostArray, Shape, Tensor};

/// Sigmoid focal loss. Inputs: x [A, K], labels [A] (whole numbers; one that is no class is the
/// background), valid [A] (a weight: 1, or 0 for anchors to leave out), average factor [1] (number
/// of positive anchors). Gradients flow to x. Output: [1]; saved: the loss by element [A, K].
#[derive(Clone, Copy, Debug)]
pub struct SigmoidFocal {
    /// Weight of the class of the label; the others have 1 - alpha.
    pub alpha: f32,
    /// How much what is already right counts for less.
    pub gamma: f32,
}

impl Op for SigmoidFocal {
    fn name(&self) -> &'static str {
        "sigmoid_focal_loss"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, GpuError> {
        let [x, labels, valid, factor] = [inputs[0], inputs[1], inputs[2], inputs[3]];
        let anchors = x.dim(0);
        if x.rank() != 2 || [labels.len(), valid.len(), factor.len()] != [anchors, anchors, 1] {
            let why = format!("{x} wants {anchors} labels and weights and one factor: {inputs:?}");
            return Err(GpuError::Shape { op: self.name(), why });
        }
        Ok(Shape::new(&[1]))
    }

    fn forward(&self, gpu: &Gpu, inputs: &[&Tensor]) -> Result<Forward, GpuError> {
        let shapes: Vec<&Shape> = inputs.iter().map(|t| t.shape()).collect();
        let one = self.shape(&shapes)?;
        let x = inputs[0];
        let losses = Tensor::empty(gpu, *x.shape())?;
        gpu.dispatch(Dispatch {
            shader: &focal::SHADER,
            constants: &[],
            params: bytemuck::bytes_of(&focal::Params {
                n: x.len() as u32,
                classes: x.shape().dim(1) as u32,
                alpha: self.alpha,
                gamma: self.gamma,
            }),
            bindings: &[x, inputs[1], inputs[2], &losses].map(Tensor::buffer),
            groups: groups_1d(x.len(), 64),
            work: 16 * x.len() as u64,
        })?;
        let sum = sum_to(gpu, &losses, None, losses.shape(), &one, 1.0)?;
        let output = combine(gpu, Binary::Quotient, &sum, inputs[3])?;
        Ok(Forward { output, saved: vec![losses] })
    }

    fn vjp(&self, gpu: &Gpu, ctx: &Vjp<'_>) -> Result<Vec<Option<Tensor>>, GpuError> {
        let [x, labels, valid, factor] = ctx.inputs else {
            return Err(GpuError::MissingRule(self.name()));
        };
        let dx = Tensor::empty(gpu, *x.shape())?;
        gpu.dispatch(Dispatch {
            shader: &focal_grad::SHADER,
            constants: &[],
            params: bytemuck::bytes_of(&focal_grad::Params {
                n: x.len() as u32,
                classes: x.shape().dim(1) as u32,
                alpha: self.alpha,
                gamma: self.gamma,
            }),
            bindings: &[x, labels, valid, factor, ctx.grad, &dx].map(Tensor::buffer),
            groups: groups_1d(x.len(), 64),
            work: 16 * x.len() as u64,
        })?;
        Ok(vec![Some(dx), None, None, None])
    }

    fn twin(&self, inputs: &[HostArray]) -> HostArray {
        let [x, labels, valid, factor] = [&inputs[0], &inputs[1], &inputs[2], &inputs[3]];
        let (alpha, gamma) = (f64::from(self.alpha), f64::from(self.gamma));
        let classes = x.shape.dim(1);
        let loss = |(i, v): (usize, &f64)| {
            let hit = labels.data[i / classes] == (i % classes) as f64;
            let chance = 1.0 / (1.0 + (-v).exp());
            let (right, weight) = if hit { (chance, alpha) } else { (1.0 - chance, 1.0 - alpha) };
            -weight * (1.0 - right).powf(gamma) * right.ln() * valid.data[i / classes]
        };
        let sum: f64 = x.data.iter().enumerate().map(loss).sum();
        HostArray::new([1], vec![sum / factor.data[0]])
    }

    fn cost(&self, inputs: &[&Shape]) -> Cost {
        Cost { macs: 0, bytes: 12 * inputs[0].len() as u64 }
    }
}

/// Test cases: labels among the classes and background, anchors left out, integer and other gamma.
pub(super) fn cases() -> Vec<Case> {
    let case = |(anchors, classes, gamma): (usize, usize, f32)| {
        let mut x = HostArray::sample([anchors, classes], 1);
        x.data.iter_mut().for_each(|v| *v *= 2.0);
        let labels = (0..anchors).map(|i| (i % (classes + 1)) as f64).collect();
        let valid = (0..anchors).map(|i| f64::from(u8::from(i % 5 != 3))).collect();
        let inputs = vec![
            x,
            HostArray::new([anchors], labels),
            HostArray::new([anchors], valid),
            HostArray::new([1], vec![7.0]),
        ];
        let label = format!("sigmoid_focal_loss [{anchors}, {classes}] gamma {gamma}");
        let op = SigmoidFocal { alpha: 0.25, gamma };
        Case::new(label, op, inputs).constant(1).constant(2).constant(3)
    };
    [(40, 5, 2.0), (1, 1, 2.0), (7, 3, 1.5)].map(case).into()
}
