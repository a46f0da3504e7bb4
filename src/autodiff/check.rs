//! The gradient check: rules on the GPU against central differences of the f64 twin.

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

/// The largest difference between the op's gradients on the GPU and those of its twin, over all
/// differentiable inputs, relative to `max(1, largest reference value)`.
pub async fn gradient_error(gpu: &Gpu, case: Case) -> Result<f64, GpuError> {
    let output = case.op.twin(&case.inputs);
    let seed = HostArray::sample(output.shape, 99);
    let wanted: Vec<Option<HostArray>> = (0..case.inputs.len())
        .map(|i| case.differentiable[i].then(|| twin_gradients(&*case.op, &case.inputs, &seed, i)))
        .collect();
    let tape = Tape::new(gpu);
    let mut vars = Vec::new();
    let mut sinks = Vec::new();
    for (input, &diff) in case.inputs.iter().zip(&case.differentiable) {
        let value = Tensor::from_host(gpu, input)?;
        let sink = Tensor::zeros(gpu, input.shape)?;
        vars.push(if diff { tape.leaf(&value, &sink) } else { Var::constant(&value) });
        sinks.push(sink);
    }
    let refs: Vec<&Var> = vars.iter().collect();
    let y = tape.apply_shared(case.op.into(), &refs)?;
    tape.backward(&y, &Tensor::from_host(gpu, &seed)?)?;
    let mut worst: f64 = 0.0;
    for (sink, want) in sinks.iter().zip(&wanted) {
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
