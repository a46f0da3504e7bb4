//! Gumbel-softmax over the last axis with given noise: p = softmax((alpha + noise) / tau) over the
//! entries that a mask admits. Gradient: dalpha = p (dp - sum dp p) / tau.

use super::softmax::{Rows, gradient, softmax_row};
use super::{Case, Cost, Forward, Op, Vjp};
use crate::gpu::shaders::reduce::gumbel_softmax::{Params, SHADER};
use crate::gpu::{Dispatch, Gpu, GpuError};
use crate::tensor::{HostArray, Shape, Tensor};

/// Gumbel-softmax. Inputs: alpha [.., K], noise of the same shape (samples of -ln(-ln(uniform))),
/// and perhaps a mask [rows, K] of 1 (may be chosen) and 0 (may not: p is 0 there), whose rows
/// repeat where alpha has more of them. Gradients flow to alpha. Output: p as alpha.
#[derive(Clone, Copy, Debug)]
pub struct GumbelSoftmax {
    /// Temperature: the smaller, the closer p is to one-hot.
    pub tau: f32,
}

impl Op for GumbelSoftmax {
    fn name(&self) -> &'static str {
        "gumbel_softmax"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, GpuError> {
        let (alpha, noise) = (inputs[0], inputs[1]);
        let columns = |s: &Shape| s.dims().last().copied().unwrap_or(0);
        let masked = |mask: &&Shape| {
            mask.is_empty()
                || columns(mask) != columns(alpha)
                || !alpha.len().is_multiple_of(mask.len())
        };
        if noise.len() != alpha.len() || inputs.get(2).is_some_and(masked) {
            let why = format!("alpha {alpha}, then noise and mask {:?} do not fit", &inputs[1..]);
            return Err(GpuError::Shape { op: self.name(), why });
        }
        Ok(*alpha)
    }

    fn forward(&self, gpu: &Gpu, inputs: &[&Tensor]) -> Result<Forward, GpuError> {
        let shapes: Vec<&Shape> = inputs.iter().map(|t| t.shape()).collect();
        let shape = self.shape(&shapes)?;
        let rows = Rows::new(self.name(), gpu, &shape)?;
        let y = Tensor::empty(gpu, shape)?;
        let mask = inputs.get(2);
        let columns = rows.columns;
        let mask_rows = mask.map_or(1, |m| m.len() as u32 / columns);
        gpu.dispatch(Dispatch {
            shader: &SHADER,
            constants: &[rows.constant(), ("MASKED", f64::from(u8::from(mask.is_some())))],
            params: bytemuck::bytes_of(&Params {
                rows: rows.rows,
                columns,
                mask_rows,
                tau: self.tau,
            }),
            bindings: &[
                inputs[0].buffer(),
                inputs[1].buffer(),
                mask.unwrap_or(&inputs[0]).buffer(),
                y.buffer(),
            ],
            groups: rows.groups(),
            work: rows.work(),
        })?;
        Ok(y.into())
    }

    fn vjp(&self, gpu: &Gpu, ctx: &Vjp<'_>) -> Result<Vec<Option<Tensor>>, GpuError> {
        let mut all = vec![None; ctx.inputs.len()];
        all[0] = Some(gradient(self.name(), gpu, ctx, 1.0 / self.tau, false)?);
        Ok(all)
    }

    fn twin(&self, inputs: &[HostArray]) -> HostArray {
        let (alpha, noise) = (&inputs[0], &inputs[1]);
        let columns = alpha.shape.dims().last().copied().unwrap_or(1);
        let mut y = HostArray::zeros(alpha.shape);
        for at in (0..y.data.len()).step_by(columns) {
            let admitted =
                |k: &usize| inputs.get(2).is_none_or(|m| m.data[k % m.data.len()] != 0.0);
            let kept: Vec<usize> = (at..at + columns).filter(admitted).collect();
            let logit = |k: &usize| (alpha.data[*k] + noise.data[*k]) / f64::from(self.tau);
            let chances = softmax_row(&kept.iter().map(logit).collect::<Vec<f64>>());
            for (k, p) in kept.into_iter().zip(chances) {
                y.data[k] = p;
            }
        }
        y
    }

    fn cost(&self, inputs: &[&Shape]) -> Cost {
        Cost { macs: 0, bytes: 12 * inputs[0].len() as u64 }
    }
}

/// Test cases: the architecture parameters of a space with the masks that there are, and rows
/// longer than a workgroup, at high and low temperature.
pub(super) fn cases() -> Vec<Case> {
    let case = |shape: &[usize], tau: f32, mask: Option<(&[usize], &[f64])>| {
        let shape = Shape::new(shape);
        let mut inputs = vec![HostArray::sample(shape, 1), HostArray::sample(shape, 2)];
        let label = format!("gumbel_softmax {shape} tau {tau} mask {:?}", mask.map(|m| m.0));
        inputs.extend(mask.map(|(s, m)| HostArray::new(Shape::new(s), m.to_vec())));
        let masked = inputs.len() > 2;
        let case = Case::new(label, GumbelSoftmax { tau }, inputs).constant(1);
        if masked { case.constant(2) } else { case }
    };
    let mut layer = [1.0; 24];
    layer[3] = 0.0;
    layer[7] = 0.0;
    vec![
        case(&[6, 4], 5.0, None),
        case(&[1, 3], 0.405, None),
        case(&[5, 67], 1.0, None),
        case(&[30, 4], 0.7, Some((&[6, 4], &layer))),
        case(&[6, 4], 0.7, Some((&[6, 4], &layer))),
        case(&[3, 4], 2.0, Some((&[1, 4], &layer[..4]))),
    ]
}
