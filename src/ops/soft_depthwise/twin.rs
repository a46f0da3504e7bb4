//! What the composition lacks, in plain loops: norms from their coefficients, and the weighted sum.

use crate::ops::activation::{Activation, value};
use crate::tensor::HostArray;

/// act((x - mean) * scale + shift), of (mean, 1/std, scale, shift) a channel.
pub(super) fn normed(x: &HostArray, norm: &HostArray, act: Activation) -> HostArray {
    let [_, c, h, w] = x.shape.nchw();
    let mut y = HostArray::zeros(x.shape);
    for (i, y) in y.data.iter_mut().enumerate() {
        let of = &norm.data[i / (h * w) % c * 4..][..4];
        *y = value(act, (x.data[i] - of[0]) * of[2] + of[3]);
    }
    y
}

/// z, but NaN in the channels whose kernels w [C, 1, k, k] are not all finite.
pub(super) fn spoilt(mut z: HostArray, w: &HostArray) -> HostArray {
    let [_, c, h, width] = z.shape.nchw();
    let taps = w.data.len() / c;
    for (i, z) in z.data.iter_mut().enumerate() {
        let channel = i / (h * width) % c;
        if w.data[channel * taps..][..taps].iter().any(|tap| !tap.is_finite()) {
            *z = f64::NAN;
        }
    }
    z
}

/// sum of p[b, k] a_k over the candidates with p > 0.01.
pub(super) fn mix(a: &[HostArray; 3], p: &HostArray) -> HostArray {
    let shape = a[0].shape;
    let [_, c, h, w] = shape.nchw();
    let block = c / (p.data.len() / 4) * h * w;
    let mut y = HostArray::zeros(shape);
    for (i, y) in y.data.iter_mut().enumerate() {
        let b = i % (c * h * w) / block;
        for (k, a) in a.iter().enumerate() {
            let chance = p.data[4 * b + k];
            // A NaN must show.
            if chance > 0.01 || chance.is_nan() {
                *y += chance * a.data[i];
            }
        }
    }
    y
}
