//! The weighted sum in plain loops.

use crate::tensor::HostArray;

/// sum of p[b, k] z_k over the candidates with p > 0.01.
pub(super) fn mix(z: [&HostArray; 3], p: &HostArray) -> HostArray {
    let shape = z[0].shape;
    let [_, c, h, w] = shape.nchw();
    let block = c / (p.data.len() / 4) * h * w;
    let mut y = HostArray::zeros(shape);
    for (i, y) in y.data.iter_mut().enumerate() {
        let b = i % (c * h * w) / block;
        for (k, z) in z.iter().enumerate() {
            let chance = p.data[4 * b + k];
            // A NaN must show.
            if chance > 0.01 || chance.is_nan() {
                *y += chance * z.data[i];
            }
        }
    }
    y
}
