//! The convolution in f64.

use super::Conv2d;
use crate::tensor::{HostArray, Shape};

/// y[n, o, oy, ox] = b[o] + sum over c, ky, kx of w[o, c, ky, kx] x[n, g + c, oy s + ky - p, ...].
pub(super) fn conv2d(op: &Conv2d, shape: Shape, inputs: &[HostArray]) -> HostArray {
    let (x, weight, bias) = (&inputs[0], &inputs[1], inputs.get(2));
    let [_, outputs, ho, wo] = shape.nchw();
    let [_, _, h, w] = x.shape.nchw();
    let [_, depth, kh, kw] = weight.shape.nchw();
    let (s, p) = (op.stride, op.padding);
    let mut y = HostArray::zeros(shape);
    for (i, out) in y.data.iter_mut().enumerate() {
        let (ox, oy) = (i % wo, i / wo % ho);
        let (o, image) = (i / (wo * ho) % outputs, i / (wo * ho * outputs));
        let first = o / (outputs / op.groups) * depth;
        *out = bias.map_or(0.0, |b| b.data[o]);
        for c in 0..depth {
            for ky in 0..kh {
                for kx in 0..kw {
                    let (sy, sx) = (oy * s + ky, ox * s + kx);
                    // A zero of the padding counts like any other: NaN with an infinite weight.
                    let outside = sy < p || sx < p || sy - p >= h || sx - p >= w;
                    let v = if outside { 0.0 } else { x.at([image, first + c, sy - p, sx - p]) };
                    *out += weight.at([o, c, ky, kx]) * v;
                }
            }
        }
    }
    y
}
