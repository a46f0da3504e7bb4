//! The numeric self-test of an adapter: one case of every op on the GPU against its twin, so that
//! a driver that computes wrong is found before a run relies on it.

use super::table::OPS;
use crate::gpu::{Gpu, GpuError};
use crate::tensor::{HostArray, Tensor};

/// Largest error that single precision explains, relative to the largest value of a result.
const TOLERANCE: f64 = 2e-5;

/// The outcome on one adapter.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct SelfTest {
    /// Cases computed.
    pub cases: usize,
    /// Largest error, relative to the largest value of the result (at least 1); infinite for NaN.
    pub max_error: f64,
    /// The case that it occurred in.
    pub worst: String,
    /// Whether every case stayed within the tolerance.
    pub passed: bool,
}

/// Computes the first case of every op of the table on `gpu` and compares it with its twin.
///
/// # Errors
/// A failure of the GPU; wrong numbers are no error but an outcome.
pub fn self_test(gpu: &Gpu) -> Result<SelfTest, GpuError> {
    let mut outcome = SelfTest { cases: 0, max_error: 0.0, worst: String::new(), passed: true };
    for case in OPS.iter().filter_map(|entry| (entry.cases)().into_iter().next()) {
        let inputs: Vec<Tensor> = case
            .inputs
            .iter()
            .map(|array| Tensor::from_host(gpu, array))
            .collect::<Result<_, _>>()?;
        let result = case.op.forward(gpu, &inputs.iter().collect::<Vec<_>>())?;
        let error = error(&result.output.to_host(gpu)?, &case.op.twin(&case.inputs));
        outcome.cases += 1;
        if error >= outcome.max_error {
            outcome.max_error = error;
            outcome.worst = case.label;
        }
    }
    outcome.passed = outcome.max_error <= TOLERANCE;
    Ok(outcome)
}

/// Largest difference, relative to the largest value of `want` (at least 1); infinite for NaN.
fn error(got: &HostArray, want: &HostArray) -> f64 {
    let scale = want.data.iter().fold(1.0, |max: f64, value| max.max(value.abs()));
    let errors = got.data.iter().zip(&want.data).map(|(got, want)| (got - want).abs() / scale);
    errors.fold(0.0, |max: f64, error| if error.is_nan() { f64::INFINITY } else { max.max(error) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_relative_to_the_largest_value_and_infinite_for_nan() {
        let want = HostArray::new([3], vec![0.5, -4.0, 2.0]);
        let near = HostArray::new([3], vec![0.5, -4.0, 2.2]);
        assert!((error(&near, &want) - 0.05).abs() < 1e-9);
        let bad = HostArray::new([3], vec![0.5, f64::NAN, 2.0]);
        assert_eq!(error(&bad, &want), f64::INFINITY);
    }
}
