//! The linear layer in f64.

use crate::tensor::HostArray;

/// y[n, o] = b[o] + sum over i of w[o, i] x[n, i].
pub(super) fn linear(x: &HostArray, w: &HostArray, b: Option<&HostArray>) -> HostArray {
    let (rows, depth, outputs) = (x.shape.dim(0), x.shape.dim(1), w.shape.dim(0));
    let mut y = HostArray::zeros([rows, outputs]);
    for n in 0..rows {
        for o in 0..outputs {
            let products = (0..depth).map(|i| w.data[o * depth + i] * x.data[n * depth + i]);
            y.data[n * outputs + o] = b.map_or(0.0, |b| b.data[o]) + products.sum::<f64>();
        }
    }
    y
}
