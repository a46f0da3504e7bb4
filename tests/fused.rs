//! Fused operators against the compositions that they replace, on the GPU: outputs, gradients and
//! running statistics, in every kernel style.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use sgnas::autodiff::{Tape, Var};
use sgnas::gpu::Gpu;
use sgnas::ops::Op;
use sgnas::ops::activation::Activation;
use sgnas::ops::arithmetic::{Add, Mul};
use sgnas::ops::batch_norm::{BatchNormEval, BatchNormTrain, Running, frozen};
use sgnas::ops::bottleneck::{Bottleneck, Norms};
use sgnas::ops::concat::Concat;
use sgnas::ops::conv2d::Conv2d;
use sgnas::ops::mixed_depthwise::MixedDepthwise;
use sgnas::ops::soft_depthwise::SoftDepthwise;
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

/// Inputs of the op in its order: x, w1, w3, gamma and beta of three norms, the second's by group, kernels.
fn inputs(s: &Sizes) -> Vec<HostArray> {
    let wide = s.group * KERNELS.len();
    let mut all = vec![
        HostArray::sample(s.x, 1),
        HostArray::sample([wide, s.x[1], 1, 1], 2),
        HostArray::sample([s.out, wide, 1, 1], 3),
    ];
    all.extend((4..6).map(|salt| HostArray::sample([wide], salt)));
    all.extend((6..12).map(|salt| HostArray::sample([s.group], salt)));
    all.extend((12..14).map(|salt| HostArray::sample([s.out], salt)));
    all.extend((14..).zip(KERNELS).map(|(salt, k)| HostArray::sample([s.group, 1, k, k], salt)));
    all
}

/// Tensors within one, which begin at multiples of 64 values.
fn in_one_arena(gpu: &Gpu, arrays: &[HostArray]) -> Vec<Tensor> {
    let (mut starts, mut values) = (Vec::new(), Vec::new());
    for a in arrays {
        starts.push(values.len());
        values.extend(&a.data);
        values.resize(values.len().next_multiple_of(64), 0.0);
    }
    let all = HostArray { shape: [values.len()].into(), data: values };
    let arena = Tensor::from_host(gpu, &all).unwrap();
    let view = |(&start, a): (&usize, &HostArray)| arena.view(start, a.shape).unwrap();
    starts.iter().zip(arrays).map(view).collect()
}

fn apply(tape: &Tape, op: impl Op + 'static, inputs: &[&Var]) -> Var {
    tape.apply(op, inputs).unwrap()
}

fn run(gpu: &Gpu, s: &Sizes, network: impl Fn(&Tape, &[Var], [Vec<Running>; 3]) -> Var) -> Results {
    let tape = Tape::new(gpu);
    let (mut vars, mut sinks) = (Vec::new(), Vec::new());
    let inputs = inputs(s);
    let (x, parameters) = inputs.split_at(1);
    let apart = |a: &HostArray| Tensor::from_host(gpu, a).unwrap();
    let mut tensors: Vec<Tensor> = x.iter().map(apart).collect();
    // As the parameters of a network, which lie in one arena, or each by itself.
    if s.group.is_multiple_of(2) {
        tensors.extend(in_one_arena(gpu, parameters));
    } else {
        tensors.extend(parameters.iter().map(apart));
    }
    for tensor in &tensors {
        let sink = Tensor::zeros(gpu, *tensor.shape()).unwrap();
        vars.push(tape.leaf(tensor, &sink));
        sinks.push(sink);
    }
    let wide = s.group * KERNELS.len();
    let stats = [running(gpu, wide), running(gpu, wide), running(gpu, s.out)];
    let y = network(&tape, &vars, stats.clone().map(|r| vec![r]));
    let output = y.tensor().to_host(gpu).unwrap();
    let seed = Tensor::from_host(gpu, &HostArray::sample(output.shape, 50)).unwrap();
    tape.backward(&y, &seed).unwrap();
    let stats = stats.iter().flat_map(|r| [&r.mean, &r.var]);
    let rest = sinks.iter().chain(stats).map(|t| t.to_host(gpu).unwrap());
    std::iter::once(output).chain(rest).collect()
}

/// Equal but for rounding, as a share of the largest value.
fn assert_equal(fused: &[f64], composed: &[f64], what: &str) {
    let scale = composed.iter().fold(1.0, |m: f64, v| m.max(v.abs()));
    let worst = fused.iter().zip(composed).map(|(f, c)| (f - c).abs() / scale);
    let worst = worst.fold(0.0, f64::max);
    assert!(fused.len() == composed.len() && worst < 2e-5, "{what}: {worst:.1e}");
}

#[test]
fn the_bottleneck_equals_the_composition_it_replaces() {
    let gpu = common::gpu();
    let sizes = [
        Sizes { x: [4, 16, 16, 16], group: 16, out: 24, stride: 1 },
        Sizes { x: [3, 8, 14, 14], group: 8, out: 20, stride: 1 },
        Sizes { x: [5, 7, 15, 13], group: 7, out: 9, stride: 2 },
        // With a residual, since the output has the input's shape.
        Sizes { x: [4, 16, 16, 16], group: 16, out: 16, stride: 1 },
        Sizes { x: [3, 7, 15, 13], group: 7, out: 7, stride: 1 },
        Sizes { x: [6, 36, 8, 8], group: 12, out: 36, stride: 1 },
        Sizes { x: [4, 12, 16, 24], group: 12, out: 40, stride: 2 },
        Sizes { x: [8, 33, 4, 4], group: 33, out: 70, stride: 1 },
        // Runs of several blocks of columns: of 32 rows, of 16.
        Sizes { x: [2, 4, 40, 40], group: 32, out: 6, stride: 2 },
        Sizes { x: [4, 4, 32, 40], group: 16, out: 6, stride: 2 },
        // Depthwise kernels that take several images in turn, in the last run fewer.
        Sizes { x: [25, 4, 4, 4], group: 96, out: 6, stride: 1 },
        Sizes { x: [13, 4, 7, 7], group: 200, out: 6, stride: 2 },
        // Strips and bands of tiles.
        Sizes { x: [2, 3, 38, 72], group: 2, out: 5, stride: 1 },
        Sizes { x: [1, 3, 37, 83], group: 3, out: 5, stride: 2 },
        Sizes { x: [1, 3, 33, 69], group: 4, out: 5, stride: 1 },
        Sizes { x: [1, 3, 70, 72], group: 2, out: 5, stride: 2 },
    ];
    for style in gpu.styles() {
        gpu.set_style(style);
        for s in &sizes {
            let stride = s.stride;
            let residual = stride == 1 && s.out == s.x[1];
            let fused = run(&gpu, s, |tape, v, running| {
                let (kernels, norms) = (KERNELS.to_vec(), Norms::Batch(running));
                let op = Bottleneck { stride, kernels, eps: EPS, act: ACT, norms, residual };
                apply(tape, op, &v.iter().collect::<Vec<_>>())
            });
            let composed = run(&gpu, s, |tape, v, [first, second, third]| {
                let norm =
                    |running| BatchNormTrain { eps: EPS, act: ACT, running, residual: false };
                let z = apply(tape, POINTWISE, &[&v[0], &v[1]]);
                let a = apply(tape, norm(first), &[&z, &v[3], &v[4]]);
                let op = MixedDepthwise { stride, kernels: KERNELS.to_vec() };
                let z = apply(tape, op, &[&a, &v[13], &v[14], &v[15]]);
                let joined = |groups: &[Var]| {
                    apply(tape, Concat { dim: 0 }, &groups.iter().collect::<Vec<_>>())
                };
                let (gamma, beta) = (joined(&v[5..8]), joined(&v[8..11]));
                let a = apply(tape, norm(second), &[&z, &gamma, &beta]);
                let z = apply(tape, POINTWISE, &[&a, &v[2]]);
                let last = BatchNormTrain { act: Activation::Identity, ..norm(third) };
                let y = apply(tape, last, &[&z, &v[11], &v[12]]);
                if residual { apply(tape, Add, &[&y, &v[0]]) } else { y }
            });
            for (i, (f, c)) in fused.iter().zip(&composed).enumerate() {
                let what = format!("{style:?} {:?} stride {stride}, result {i}", s.x);
                assert_equal(&f.data, &c.data, &what);
            }
        }
    }
}

/// gamma, beta, mean and variance of so many channels.
fn given(gpu: &Gpu, channels: usize, salt: u64) -> [Tensor; 4] {
    [0, 1, 2, 3].map(|i| {
        let mut values = HostArray::sample([channels], salt + i);
        if i == 3 {
            values.data.iter_mut().for_each(|v| *v = v.abs() + 0.5);
        }
        Tensor::from_host(gpu, &values).unwrap()
    })
}

/// Chances of six sub-blocks, some of them below the threshold, and in one all of them.
fn chances() -> HostArray {
    let mut p = HostArray::sample([6, 4], 90);
    p.data.iter_mut().for_each(|v| *v = 0.05 + v.abs() / 4.0);
    for left_out in [0, 5, 8, 9, 10, 22] {
        p.data[left_out] = 0.0;
    }
    p
}

#[test]
fn the_soft_block_equals_the_composition_it_replaces() {
    let gpu = common::gpu();
    let sizes = [
        ([4, 96, 16, 16], 1),
        ([3, 48, 14, 14], 1),
        ([5, 42, 15, 13], 2),
        ([4, 24, 16, 24], 2),
        ([2, 66, 7, 7], 1),
        ([3, 12, 2, 8], 1),
        // Several images in turn, in the last run fewer.
        ([25, 96, 4, 4], 1),
        ([13, 204, 7, 7], 1),
        ([13, 204, 8, 8], 2),
    ];
    let p = chances();
    for style in gpu.styles() {
        gpu.set_style(style);
        for (x, stride) in sizes {
            let channels = x[1];
            let constant = |a: &HostArray| Tensor::from_host(&gpu, a).unwrap();
            let kernels = [3, 5, 7].map(|k| {
                Var::constant(&constant(&HostArray::sample([channels, 1, k, k], k as u64)))
            });
            let norms = [10, 20, 30, 40].map(|salt| given(&gpu, channels, salt));
            let leaf = |tape: &Tape, a: &HostArray| {
                let sink = Tensor::zeros(&gpu, a.shape).unwrap();
                (tape.leaf(&constant(a), &sink), sink)
            };
            let input = HostArray::sample(x, 1);
            let back = |tape: &Tape, y: &Var| {
                let output = y.tensor().to_host(&gpu).unwrap();
                let seed = constant(&HostArray::sample(output.shape, 50));
                tape.backward(y, &seed).unwrap();
                output
            };

            let tape = Tape::new(&gpu);
            let ((vx, dx), (vp, dp)) = (leaf(&tape, &input), leaf(&tape, &p));
            let coefficients = norms
                .each_ref()
                .map(|of| Var::constant(&frozen(&gpu, of.each_ref(), EPS).unwrap()));
            let [n, n3, n5, n7] = &coefficients;
            let [w3, w5, w7] = &kernels;
            let op = SoftDepthwise { stride, act: ACT };
            let fused = back(&tape, &apply(&tape, op, &[&vx, n, w3, n3, w5, n5, w7, n7, &vp]));

            let composed = Tape::new(&gpu);
            let (cx, dcx) = leaf(&composed, &input);
            let norm = |z: &Var, of: &[Tensor; 4]| {
                let [gamma, beta, mean, var] = of.each_ref().map(Var::constant);
                let op = BatchNormEval { eps: EPS, act: ACT, residual: false };
                apply(&composed, op, &[z, &gamma, &beta, &mean, &var])
            };
            let a = norm(&cx, &norms[0]);
            let mut sum: Option<Var> = None;
            let mut by_channel = Vec::new();
            for (k, w) in kernels.iter().enumerate() {
                let z =
                    apply(&composed, MixedDepthwise { stride, kernels: vec![3 + 2 * k] }, &[&a, w]);
                let mut chance = HostArray::zeros([1, channels, 1, 1]);
                for (c, v) in chance.data.iter_mut().enumerate() {
                    *v = p.data[c / (channels / 6) * 4 + k];
                }
                let (chance, gradient) = leaf(&composed, &chance);
                by_channel.push(gradient);
                let part = apply(&composed, Mul, &[&norm(&z, &norms[1 + k]), &chance]);
                sum = Some(match sum {
                    None => part,
                    Some(sum) => apply(&composed, Add, &[&sum, &part]),
                });
            }
            let output = back(&composed, &sum.unwrap());

            let what = format!("{style:?} {x:?} stride {stride}");
            assert_equal(&fused.data, &output.data, &what);
            let host = |t: &Tensor| t.to_host(&gpu).unwrap().data;
            assert_equal(&host(&dx), &host(&dcx), &format!("{what}, by x"));
            let mut expected = vec![0.0; 24];
            for (k, of) in by_channel.iter().enumerate() {
                for (c, v) in host(of).iter().enumerate() {
                    let i = c / (channels / 6) * 4 + k;
                    expected[i] += if p.data[i] > 0.01 { *v } else { 0.0 };
                }
            }
            assert_equal(&host(&dp), &expected, &format!("{what}, by p"));
        }
    }
}
