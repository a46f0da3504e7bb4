//! How exactly an adapter computes every case of every operator: results and gradients against the
//! twins. It waits for the GPU without blocking, so that it runs in a browser as well.

use crate::autodiff::{GradientCheck, rehearse_check};
use crate::gpu::{Gpu, GpuError};
use crate::ops::Case;
use crate::ops::table::OPS;
use crate::platform::turn::next_turn;
use crate::tensor::Tensor;

/// Largest errors that single precision explains, relative to the largest reference value (at least
/// 1): of results, and of gradients, whose reference is a difference of two values.
const TOLERANCE: f64 = 2e-5;
const OF_GRADIENTS: f64 = 1e-4;

/// The outcome on one adapter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OpCases {
    /// Operators.
    pub operators: usize,
    /// Their cases.
    pub cases: usize,
    /// Largest error of a result; infinite for NaN.
    pub result: f64,
    /// Largest error of a gradient.
    pub gradient: f64,
    /// The cases beyond the tolerances, with both errors.
    pub wrong: Vec<String>,
}

/// Computes every case forwards and backwards in the kernel style of `gpu`.
///
/// # Errors
/// A failure of the GPU; wrong numbers are no error but an outcome.
pub async fn op_cases(gpu: &Gpu) -> Result<OpCases, GpuError> {
    let mut outcome = OpCases { operators: OPS.len(), ..OpCases::default() };
    let cases = || OPS.iter().flat_map(|entry| (entry.cases)());
    gpu.prepare(|| cases().try_for_each(|case| rehearse_check(gpu, case))).await?;
    for case in cases() {
        let label = case.label.clone();
        let result = result_error(gpu, &case).await?;
        let gradient = GradientCheck::new(case).error(gpu).await?;
        outcome.cases += 1;
        outcome.result = outcome.result.max(result);
        outcome.gradient = outcome.gradient.max(gradient);
        if result > TOLERANCE || gradient > OF_GRADIENTS {
            outcome.wrong.push(format!("{label} ({result:.1e}, gradient {gradient:.1e})"));
        }
        next_turn().await;
    }
    Ok(outcome)
}

/// Largest difference of a result, relative to the largest value of its twin (at least 1).
async fn result_error(gpu: &Gpu, case: &Case) -> Result<f64, GpuError> {
    let inputs: Vec<Tensor> =
        case.inputs.iter().map(|array| Tensor::from_host(gpu, array)).collect::<Result<_, _>>()?;
    let result = case.op.forward(gpu, &inputs.iter().collect::<Vec<_>>())?;
    let (got, want) = (result.output.fetch(gpu).await?, case.op.twin(&case.inputs));
    let scale = want.data.iter().fold(1.0, |most: f64, value| most.max(value.abs()));
    let errors = got.iter().zip(&want.data).map(|(got, want)| (f64::from(*got) - want).abs());
    // A NaN must not pass as "not larger".
    let worst = |most: f64, e: f64| if e.is_nan() { f64::INFINITY } else { most.max(e) };
    Ok(errors.fold(0.0, worst) / scale)
}
