//! Cross-entropy with label smoothing, mean over the batch: with p = softmax(x) and
//! q = (1 - smoothing) onehot(label) + smoothing / K, loss = mean over rows of -sum q ln p.
//! Gradient: dx = (p - q) dloss / N.

use super::arithmetic::sum_to;
use super::softmax::{Rows, softmax_row};
use super::{Case, Cost, Forward, Op, Vjp};
use crate::gpu::shaders::loss::{cross_entropy, cross_entropy_grad};
use crate::gpu::{Dispatch, Gpu, GpuError, groups_1d};
use crate::tensor::{HostArray, Shape, Tensor};

/// Cross-entropy. Inputs: logits [N, K], labels [N] (whole numbers below K; another value makes the
/// loss NaN). Gradients flow to the logits. Output: [1].
#[derive(Clone, Copy, Debug, Default)]
pub struct CrossEntropy {
    /// Share of the target that is spread evenly over the classes: 0.1 as a rule.
    pub smoothing: f32,
}

impl Op for CrossEntropy {
    fn name(&self) -> &'static str {
        "cross_entropy"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, GpuError> {
        let (x, labels) = (inputs[0], inputs[1]);
        if x.rank() != 2 || x.dim(0) != labels.len() {
            let why = format!("logits {x} want [N, K], labels {labels} one value a row");
            return Err(GpuError::Shape { op: self.name(), why });
        }
        Ok(Shape::new(&[1]))
    }

    fn forward(&self, gpu: &Gpu, inputs: &[&Tensor]) -> Result<Forward, GpuError> {
        let (x, labels) = (inputs[0], inputs[1]);
        self.shape(&[x.shape(), labels.shape()])?;
        let rows = Rows::new(self.name(), gpu, x.shape())?;
        let n = rows.rows as usize;
        let (losses, parts) = (Tensor::empty(gpu, [n])?, Tensor::empty(gpu, [n, 2])?);
        gpu.dispatch(Dispatch {
            shader: &cross_entropy::SHADER,
            constants: &[rows.constant()],
            params: bytemuck::bytes_of(&cross_entropy::Params {
                rows: rows.rows,
                columns: rows.columns,
                smoothing: self.smoothing,
                nan: f32::NAN.to_bits(),
            }),
            bindings: &[x.buffer(), labels.buffer(), losses.buffer(), parts.buffer()],
            groups: rows.groups(),
            work: rows.work(),
        })?;
        let share = 1.0 / n as f32;
        let output = sum_to(gpu, &losses, None, losses.shape(), &Shape::new(&[1]), share)?;
        Ok(Forward { output, saved: vec![parts] })
    }

    fn vjp(&self, gpu: &Gpu, ctx: &Vjp<'_>) -> Result<Vec<Option<Tensor>>, GpuError> {
        let (x, labels) = (&ctx.inputs[0], &ctx.inputs[1]);
        let dx = Tensor::empty(gpu, *x.shape())?;
        gpu.dispatch(Dispatch {
            shader: &cross_entropy_grad::SHADER,
            constants: &[],
            params: bytemuck::bytes_of(&cross_entropy_grad::Params {
                rows: x.shape().dim(0) as u32,
                columns: x.shape().dim(1) as u32,
                smoothing: self.smoothing,
            }),
            bindings: &[x, labels, &ctx.saved[0], ctx.grad, &dx].map(Tensor::buffer),
            groups: groups_1d(x.len(), 64),
            work: 4 * x.len() as u64,
        })?;
        Ok(vec![Some(dx), None])
    }

    fn twin(&self, inputs: &[HostArray]) -> HostArray {
        let (x, labels) = (&inputs[0], &inputs[1]);
        let (n, k) = (x.shape.dim(0), x.shape.dim(1));
        let smoothing = f64::from(self.smoothing);
        let mut loss = 0.0;
        for (row, label) in x.data.chunks_exact(k).zip(&labels.data) {
            if !(0.0..k as f64).contains(label) {
                loss = f64::NAN;
            }
            for (i, p) in softmax_row(row).into_iter().enumerate() {
                let hit = if i as f64 == *label { 1.0 - smoothing } else { 0.0 };
                loss -= (hit + smoothing / k as f64) * p.ln();
            }
        }
        HostArray::new([1], vec![loss / n as f64])
    }

    fn cost(&self, inputs: &[&Shape]) -> Cost {
        Cost { macs: 0, bytes: 4 * inputs[0].len() as u64 }
    }
}

/// Test cases: one row, more rows than a workgroup, more classes than a workgroup.
pub(super) fn cases() -> Vec<Case> {
    let case = |(n, k, smoothing): (usize, usize, f32)| {
        let labels = (0..n).map(|i| (i * 7 % k) as f64).collect();
        let inputs = vec![HostArray::sample([n, k], 4), HostArray::new([n], labels)];
        let label = format!("cross_entropy [{n}, {k}] smoothing {smoothing}");
        Case::new(label, CrossEntropy { smoothing }, inputs).constant(1)
    };
    [(4, 10, 0.0), (1, 3, 0.1), (67, 5, 0.1), (3, 101, 0.1), (2, 1, 0.0)].map(case).into()
}
