//! The mixed depthwise convolution in f64.

use crate::tensor::HostArray;

/// y[n, c, oy, ox] = sum over ky, kx of w_i[c mod, ky, kx] x[n, c, oy s + ky - k/2, ...].
pub(super) fn mixed_depthwise(stride: usize, x: &HostArray, weights: &[HostArray]) -> HostArray {
    let [n, channels, h, w] = x.shape.nchw();
    let count = channels / weights.len();
    let (ho, wo) = ((h - 1) / stride + 1, (w - 1) / stride + 1);
    let mut y = HostArray::zeros([n, channels, ho, wo]);
    for (i, out) in y.data.iter_mut().enumerate() {
        let (ox, oy) = (i % wo, i / wo % ho);
        let (c, image) = (i / (wo * ho) % channels, i / (wo * ho * channels));
        let weight = &weights[c / count];
        let k = weight.shape.dim(3);
        for ky in 0..k {
            for kx in 0..k {
                let (sy, sx) = (oy * stride + ky, ox * stride + kx);
                // A zero of the padding counts like any other: NaN with an infinite weight.
                let outside = sy < k / 2 || sx < k / 2 || sy - k / 2 >= h || sx - k / 2 >= w;
                let v = if outside { 0.0 } else { x.at([image, c, sy - k / 2, sx - k / 2]) };
                *out += weight.at([c % count, 0, ky, kx]) * v;
            }
        }
    }
    y
}
