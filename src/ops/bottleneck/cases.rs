//! Test cases: kernels and strides, maps of whole vec4s, of even and of odd width, of one place, of an
//! odd height at stride 2; statistics of the batch and given ones; with and without a residual, which
//! there is where the output has the input's shape.

use super::{Bottleneck, Norms};
use crate::ops::activation::Activation;
use crate::ops::{Case, Op};
use crate::tensor::HostArray;

/// A case of these kernels: N, c, H, W of x, channels a group, channels of the output.
fn case(
    stride: usize,
    kernels: &[usize],
    x: [usize; 4],
    [group, out]: [usize; 2],
    act: Activation,
    given: bool,
) -> Case {
    let wide = group * kernels.len();
    let mut inputs = vec![
        HostArray::sample(x, 1),
        HostArray::sample([wide, x[1], 1, 1], 2),
        HostArray::sample([out, wide, 1, 1], 3),
    ];
    let mut constant = Vec::new();
    for (salt, channels) in [(10, wide), (20, wide), (25, out)] {
        inputs.push(HostArray::sample([channels], salt));
        inputs.push(HostArray::sample([channels], salt + 1));
        if given {
            constant.extend([inputs.len(), inputs.len() + 1]);
            inputs.push(HostArray::sample([channels], salt + 2));
            let mut var = HostArray::sample([channels], salt + 3);
            var.data.iter_mut().for_each(|v| *v = f64::from((v.abs() + 0.5) as f32));
            inputs.push(var);
        }
    }
    for (salt, &k) in (30..).zip(kernels) {
        inputs.push(HostArray::sample([group, 1, k, k], salt));
    }
    let norms = if given { Norms::Given } else { Norms::Batch(Default::default()) };
    let residual = stride == 1 && x[1] == out;
    let label = format!("bottleneck {kernels:?} s{stride} {x:?} {} given {given}", Op::name(&act));
    let op = Bottleneck { stride, kernels: kernels.to_vec(), eps: 1e-3, act, norms, residual };
    constant.into_iter().fold(Case::new(label, op, inputs), Case::constant)
}

pub(in crate::ops) fn cases() -> Vec<Case> {
    use Activation::{Hswish, Identity, Relu6, Swish};
    vec![
        case(1, &[3], [2, 2, 4, 8], [3, 2], Relu6, false),
        case(1, &[3, 5, 7], [2, 3, 5, 7], [2, 5], Hswish, false),
        case(1, &[5], [3, 1, 9, 4], [1, 1], Relu6, false),
        case(1, &[3], [1, 1, 3, 20], [2, 3], Swish, true),
        case(1, &[3, 5, 7], [2, 2, 3, 6], [2, 3], Relu6, false),
        case(1, &[7], [1, 1, 4, 22], [1, 2], Swish, false),
        case(1, &[7], [5, 2, 1, 1], [3, 2], Identity, false),
        case(1, &[3, 5], [2, 3, 5, 7], [2, 3], Relu6, false),
        case(1, &[5, 3], [2, 2, 4, 4], [2, 2], Hswish, true),
        case(1, &[3], [2, 3, 4, 4], [2, 2], Relu6, false),
        case(2, &[3], [2, 2, 8, 8], [3, 2], Relu6, false),
        case(2, &[3, 5, 7], [2, 1, 7, 5], [2, 3], Hswish, false),
        case(2, &[7], [1, 2, 9, 16], [1, 2], Relu6, true),
        case(2, &[3, 7], [1, 2, 5, 14], [2, 2], Relu6, false),
        case(2, &[5], [2, 1, 4, 12], [2, 3], Swish, false),
    ]
}
