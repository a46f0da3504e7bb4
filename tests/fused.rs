//! Fused operators against the compositions that they replace, on the GPU: outputs, gradients and
//! running statistics, in every kernel style.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use sgnas::autodiff::{Tape, Var};
use sgnas::gpu::Gpu;
use sgnas::ops::Op;
use sgnas::ops::activation::Activation;
use sgnas::ops::batch_norm::{BatchNormTrain, Running};
use sgnas::ops::bottleneck::{Bottleneck, Norms};
use sgnas::ops::conv2d::Conv2d;
use sgnas::ops::mixed_depthwise::MixedDepthwise;
use sgnas::tensor::{HostArray, Tensor};

const POINTWISE: Conv2d = Conv2d { stride: 1, padding: 0, groups: 1 };
const EPS: f32 = 1e-5;
const ACT: Activation = Activation::Relu6;
const KERNELS: [usize; 3] = [3, 7, 5];

struct Sizes {
    x: [usize; 4],
    group: usize,
    out: usize,
    stride: usize,
}

/// Output, gradients of all inputs, running statistics.
type Results = Vec<HostArray>;

fn running(gpu: &Gpu, wide: usize) -> Running {
    let mean = Tensor::from_host(gpu, &HostArray::sample([wide], 40)).unwrap();
    Running {
        mean,
        var: Tensor::from_host(gpu, &HostArray::sample([wide], 41)).unwrap(),
        momentum: 0.3,
    }
}

/// Inputs of the op in its order: x, w1, w3, gamma1, beta1, gamma2, beta2, kernels.
fn inputs(s: &Sizes) -> Vec<HostArray> {
    let wide = s.group * KERNELS.len();
    let mut all = vec![
        HostArray::sample(s.x, 1),
        HostArray::sample([wide, s.x[1], 1, 1], 2),
        HostArray::sample([s.out, wide, 1, 1], 3),
    ];
    all.extend((4..8).map(|salt| HostArray::sample([wide], salt)));
    all.extend((8..).zip(KERNELS).map(|(salt, k)| HostArray::sample([s.group, 1, k, k], salt)));
    all
}

fn apply(tape: &Tape, op: impl Op + 'static, inputs: &[&Var]) -> Var {
    tape.apply(op, inputs).unwrap()
}

fn run(gpu: &Gpu, s: &Sizes, network: impl Fn(&Tape, &[Var], [Vec<Running>; 2]) -> Var) -> Results {
    let tape = Tape::new(gpu);
    let (mut vars, mut sinks) = (Vec::new(), Vec::new());
    for a in inputs(s) {
        let sink = Tensor::zeros(gpu, a.shape).unwrap();
        vars.push(tape.leaf(&Tensor::from_host(gpu, &a).unwrap(), &sink));
        sinks.push(sink);
    }
    let wide = s.group * KERNELS.len();
    let stats = [running(gpu, wide), running(gpu, wide)];
    let y = network(&tape, &vars, stats.clone().map(|r| vec![r]));
    let output = y.tensor().to_host(gpu).unwrap();
    let seed = Tensor::from_host(gpu, &HostArray::sample(output.shape, 50)).unwrap();
    tape.backward(&y, &seed).unwrap();
    let stats = stats.iter().flat_map(|r| [&r.mean, &r.var]);
    let rest = sinks.iter().chain(stats).map(|t| t.to_host(gpu).unwrap());
    std::iter::once(output).chain(rest).collect()
}

#[test]
fn the_bottleneck_equals_the_composition_it_replaces() {
    let gpu = common::gpu();
    let sizes = [
        Sizes { x: [4, 16, 16, 16], group: 16, out: 24, stride: 1 },
        Sizes { x: [3, 8, 14, 14], group: 8, out: 20, stride: 1 },
        Sizes { x: [5, 7, 15, 13], group: 7, out: 9, stride: 2 },
        Sizes { x: [4, 12, 16, 24], group: 12, out: 40, stride: 2 },
        Sizes { x: [8, 33, 4, 4], group: 33, out: 70, stride: 1 },
    ];
    for style in gpu.styles() {
        gpu.set_style(style);
        for s in &sizes {
            let stride = s.stride;
            let fused = run(&gpu, s, |tape, v, running| {
                let (kernels, norms) = (KERNELS.to_vec(), Norms::Batch(running));
                let op = Bottleneck { stride, kernels, eps: EPS, act: ACT, norms };
                apply(tape, op, &v.iter().collect::<Vec<_>>())
            });
            let composed = run(&gpu, s, |tape, v, [first, second]| {
                let norm = |running| BatchNormTrain { eps: EPS, act: ACT, running };
                let z = apply(tape, POINTWISE, &[&v[0], &v[1]]);
                let a = apply(tape, norm(first), &[&z, &v[3], &v[4]]);
                let op = MixedDepthwise { stride, kernels: KERNELS.to_vec() };
                let z = apply(tape, op, &[&a, &v[7], &v[8], &v[9]]);
                let a = apply(tape, norm(second), &[&z, &v[5], &v[6]]);
                apply(tape, POINTWISE, &[&a, &v[2]])
            });
            for (i, (f, c)) in fused.iter().zip(&composed).enumerate() {
                let scale = c.data.iter().fold(1.0, |m: f64, v| m.max(v.abs()));
                let worst = f.data.iter().zip(&c.data).map(|(f, c)| (f - c).abs() / scale);
                let worst = worst.fold(0.0, f64::max);
                assert!(
                    worst < 2e-5,
                    "{style:?} {:?} stride {stride}, result {i}: {worst:.1e}",
                    s.x
                );
            }
        }
    }
}
