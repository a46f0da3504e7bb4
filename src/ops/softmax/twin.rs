//! Softmax in f64.

use crate::tensor::HostArray;

/// f of each row of the last axis.
pub(super) fn by_row(x: &HostArray, f: impl Fn(&[f64]) -> Vec<f64>) -> HostArray {
    let columns = x.shape.dims().last().copied().unwrap_or(1);
    HostArray::new(x.shape, x.data.chunks_exact(columns).flat_map(f).collect())
}

/// exp(x) / sum exp(x).
pub(crate) fn softmax_row(row: &[f64]) -> Vec<f64> {
    let most = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let exps = row.iter().map(|v| (v - most).exp());
    let sum: f64 = exps.clone().sum();
    exps.map(|e| e / sum).collect()
}
