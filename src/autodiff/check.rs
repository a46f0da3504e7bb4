//! The gradient check: rules on the GPU against central differences of the f64 twin.

use std::rc::Rc;

use super::{Tape, Var};
use crate::gpu::{Gpu, GpuError};
use crate::ops::{Case, Op};
use crate::tensor::{HostArray, Tensor};

/// d(sum(seed * twin(inputs))) / d(input `which`), by central differences in f64.
pub fn twin_gradients(
    op: &dyn Op,
    inputs: &[HostArray],
    seed: &HostArray,
    which: usize,
) -> HostArray {
    const H: f64 = 1e-5;
    let loss = |inputs: &[HostArray]| -> f64 {
        op.twin(inputs).data.iter().zip(&seed.data).map(|(y, s)| y * s).sum()
    };
    let mut moved = inputs.to_vec();
    let mut grad = HostArray::zeros(inputs[which].shape);
    for i in 0..grad.data.len() {
        let x = inputs[which].data[i];
        moved[which].data[i] = x + H;
        let up = loss(&moved);
        moved[which].data[i] = x - H;
        let down = loss(&moved);
        moved[which].data[i] = x;
        grad.data[i] = (up - down) / (2.0 * H);
    }
    grad
}

/// A case with the gradients of its twin, which many variants of kernels can be held against.
pub struct GradientCheck {
    op: Rc<dyn Op>,
    inputs: Vec<HostArray>,
    differentiable: Vec<bool>,
    seed: HostArray,
    wanted: Vec<Option<HostArray>>,
}

impl GradientCheck {
    /// Takes the differences of the twin, for every differentiable input.
    pub fn new(case: Case) -> Self {
        let seed = HostArray::sample(case.op.twin(&case.inputs).shape, 99);
        let of = |i| twin_gradients(&*case.op, &case.inputs, &seed, i);
        let wanted = (case.differentiable.iter().enumerate())
            .map(|(i, differentiable)| differentiable.then(|| of(i)))
            .collect();
        let Case { op, inputs, differentiable, .. } = case;
        Self { op: op.into(), inputs, differentiable, seed, wanted }
    }

    /// The largest difference between the op's gradients on the GPU and those of its twin, relative to
    /// `max(1, largest reference value)`.
    ///
    /// # Errors
    /// A failure of the GPU; wrong numbers are no error.
    pub async fn error(&self, gpu: &Gpu) -> Result<f64, GpuError> {
        let sinks = gradients(gpu, &self.op, &self.inputs, &self.differentiable, &self.seed)?;
        let mut worst: f64 = 0.0;
        for (sink, want) in sinks.iter().zip(&self.wanted) {
            let Some(want) = want else { continue };
            let got = sink.fetch(gpu).await?;
            let scale = want.data.iter().fold(1.0, |m: f64, v| m.max(v.abs()));
            for (g, w) in got.iter().map(|g| f64::from(*g)).zip(&want.data) {
                // A NaN must not pass as "not larger".
                let e = (g - w).abs() / scale;
                worst = if e.is_nan() { f64::INFINITY } else { worst.max(e) };
            }
        }
        Ok(worst)
    }
}

/// Goes through what a case's check has the GPU do, forwards and backwards.
///
/// # Errors
/// A failure of the GPU.
pub fn rehearse_check(gpu: &Gpu, case: Case) -> Result<(), GpuError> {
    let shapes: Vec<_> = case.inputs.iter().map(|input| &input.shape).collect();
    let seed = HostArray::zeros(case.op.shape(&shapes)?);
    gradients(gpu, &case.op.into(), &case.inputs, &case.differentiable, &seed).map(drop)
}

/// An op's gradients by its inputs on the GPU, of sum(seed * output); zeros by those that have none.
fn gradients(
    gpu: &Gpu,
    op: &Rc<dyn Op>,
    inputs: &[HostArray],
    differentiable: &[bool],
    seed: &HostArray,
) -> Result<Vec<Tensor>, GpuError> {
    let tape = Tape::new(gpu);
    let (mut vars, mut sinks) = (Vec::new(), Vec::new());
    for (input, &diff) in inputs.iter().zip(differentiable) {
        let value = Tensor::from_host(gpu, input)?;
        let sink = Tensor::zeros(gpu, input.shape)?;
        vars.push(if diff { tape.leaf(&value, &sink) } else { Var::constant(&value) });
        sinks.push(sink);
    }
    let refs: Vec<&Var> = vars.iter().collect();
    let y = tape.apply_shared(op.clone(), &refs)?;
    tape.backward(&y, &Tensor::from_host(gpu, seed)?)?;
    Ok(sinks)
}
