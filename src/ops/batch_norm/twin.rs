//! Batch norm in f64, in two passes.

use crate::ops::activation::{Activation, value};
use crate::tensor::HostArray;

/// The values of channel c.
fn channel(x: &HostArray, c: usize) -> impl Iterator<Item = f64> + Clone + '_ {
    let [n, cs, h, w] = x.shape.nchw();
    let plane = h * w;
    (0..n).flat_map(move |i| {
        let at = (i * cs + c) * plane;
        x.data[at..at + plane].iter().copied()
    })
}

/// Mean and biased variance by channel.
pub(super) fn moments(x: &HostArray) -> (Vec<f64>, Vec<f64>) {
    let statistics = |c| {
        let values = channel(x, c);
        let n = values.clone().count() as f64;
        let mean = values.clone().sum::<f64>() / n;
        (mean, values.map(|v| (v - mean).powi(2)).sum::<f64>() / n)
    };
    (0..x.shape.dim(1)).map(statistics).unzip()
}

/// act(gamma (x - mean) / sqrt(var + eps) + beta).
pub(super) fn apply(
    x: &HostArray,
    [gamma, beta, mean, var]: [&[f64]; 4],
    eps: f32,
    act: Activation,
) -> HostArray {
    let [_, cs, h, w] = x.shape.nchw();
    let y = x.data.iter().enumerate().map(|(i, v)| {
        let c = i / (h * w) % cs;
        value(act, gamma[c] * (v - mean[c]) / (var[c] + f64::from(eps)).sqrt() + beta[c])
    });
    HostArray::new(x.shape, y.collect())
}
