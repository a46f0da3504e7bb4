//! Test cases: strides, maps of whole vec4s, of even and of odd width, lower than the kernels, sub-blocks
//! of one channel and of several, candidates left out, all of them in one sub-block.

use super::{SIZES, SoftDepthwise};
use crate::ops::Case;
use crate::ops::activation::Activation;
use crate::tensor::{HostArray, Shape};

/// mean, 1/std, scale, shift by channel.
fn norm(channels: usize, salt: u64) -> HostArray {
    let mut all = HostArray::sample([channels, 4], salt);
    for of in all.data.chunks_exact_mut(4) {
        let deviation = of[1].abs() + 0.5;
        of[1] = f64::from((1.0 / deviation) as f32);
        of[2] = f64::from((of[2] / deviation) as f32);
    }
    all
}

fn case(stride: usize, x: [usize; 4], act: Activation, flat: bool) -> Case {
    let channels = x[1];
    let mut inputs = vec![HostArray::sample(x, 1), norm(channels, 2)];
    for (salt, size) in (10..).step_by(2).zip(SIZES) {
        inputs.push(HostArray::sample([channels, 1, size, size], salt));
        inputs.push(norm(channels, salt + 1));
    }
    let mut p = HostArray::sample([6, 4], 9);
    p.data.iter_mut().for_each(|v| *v = f64::from((0.05 + v.abs() / 4.0) as f32));
    // Far enough from the threshold for finite differences.
    p.data[5] = 0.004;
    p.data[8..11].fill(0.0);
    p.data[12] = 0.0;
    p.data[16] = 0.02;
    if flat {
        p.shape = Shape::new(&[24]);
    }
    inputs.push(p);
    let label = format!("soft_depthwise s{stride} {x:?}");
    // Only x and p have gradients.
    (1..8).fold(Case::new(label, SoftDepthwise { stride, act }, inputs), Case::constant)
}

pub(in crate::ops) fn cases() -> Vec<Case> {
    use Activation::{Identity, Relu6, Swish};
    vec![
        case(1, [2, 6, 4, 8], Relu6, false),
        case(1, [1, 18, 5, 7], Swish, true),
        case(1, [2, 12, 3, 3], Relu6, false),
        case(1, [1, 6, 1, 1], Identity, false),
        case(1, [1, 6, 2, 4], Relu6, false),
        case(1, [1, 6, 3, 20], Relu6, false),
        case(1, [1, 12, 3, 14], Swish, false),
        case(2, [2, 12, 8, 8], Relu6, true),
        case(2, [1, 6, 1, 8], Relu6, false),
        case(2, [1, 6, 2, 2], Swish, false),
        case(2, [1, 6, 4, 14], Relu6, false),
        case(2, [1, 6, 3, 12], Swish, false),
        case(2, [1, 6, 7, 5], Swish, false),
        case(2, [1, 6, 9, 16], Relu6, false),
    ]
}
