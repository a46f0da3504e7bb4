//! Speed of the convolution kernels at the layer shapes of the reference step: forward, gradient of
//! the input and gradient of the weights, beside the best matrix product in the same run.
//!
//! `cargo bench --profile dev --bench conv [-- WORD]`; `SGNAS_STYLE` picks the kernels' style.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Instant;

use sgnas::gpu::{AdapterChoice, Gpu, KernelStyle};
use sgnas::ops::conv2d::Conv2d;
use sgnas::ops::product::matrix_product;
use sgnas::ops::{Op, Vjp};
use sgnas::tensor::{HostArray, Tensor};

const BATCH: usize = 32;

/// Shortest time of `run` in seconds, of several tries: other work on the machine only adds.
fn seconds(gpu: &Gpu, mut run: impl FnMut()) -> f64 {
    run();
    gpu.finish().unwrap();
    let start = Instant::now();
    run();
    gpu.finish().unwrap();
    let reps = (0.03 / start.elapsed().as_secs_f64()).ceil().clamp(1.0, 100.0) as usize;
    let mut best = f64::INFINITY;
    for _ in 0..7 {
        let start = Instant::now();
        (0..reps).for_each(|_| run());
        gpu.finish().unwrap();
        best = best.min(start.elapsed().as_secs_f64() / reps as f64);
    }
    best
}

/// GFLOP/s of the best product over a few shapes.
fn best_product(gpu: &Gpu) -> f64 {
    let mut best: f64 = 0.0;
    for (m, n, k) in [(256, 256, 256), (512, 512, 512), (96, 8192, 96)] {
        let a = Tensor::from_host(gpu, &HostArray::sample([k, m], 1)).unwrap();
        let b = Tensor::from_host(gpu, &HostArray::sample([k, n], 2)).unwrap();
        let y = Tensor::zeros(gpu, [m, n]).unwrap();
        let s = seconds(gpu, || matrix_product(gpu, &a, &b, &y).unwrap());
        let rate = 2e-9 * (m * n * k) as f64 / s;
        println!("product {m} x {n} x {k}: {rate:.1} GFLOP/s");
        best = best.max(rate);
    }
    best
}

/// Times the three passes of a convolution; returns their seconds.
fn layer(gpu: &Gpu, name: &str, op: Conv2d, x: [usize; 4], w: [usize; 4], best: f64) -> [f64; 3] {
    let hx = HostArray::sample(x, 1);
    let hw = HostArray::sample(w, 2);
    let cost = op.cost(&[&hx.shape, &hw.shape]);
    let inputs = [Tensor::from_host(gpu, &hx).unwrap(), Tensor::from_host(gpu, &hw).unwrap()];
    let refs: Vec<&Tensor> = inputs.iter().collect();
    let y = op.forward(gpu, &refs).unwrap().output;
    let grad = Tensor::from_host(gpu, &HostArray::sample(*y.shape(), 3)).unwrap();
    let back = |needs: &[bool]| {
        let ctx = Vjp { inputs: &inputs, output: &y, saved: &[], grad: &grad, needs };
        op.vjp(gpu, &ctx).unwrap();
    };
    let times = [
        seconds(gpu, || drop(op.forward(gpu, &refs).unwrap())),
        seconds(gpu, || back(&[true, false])),
        seconds(gpu, || back(&[false, true])),
    ];
    let rate = |s: f64| 2e-9 * cost.macs as f64 / s;
    let cell = |s: f64| format!("{:7.2} ms {:5.1} GF/s {:4.2}", s * 1e3, rate(s), rate(s) / best);
    println!(
        "{name:28} {:6.1} MMAC | {} | {} | {}",
        cost.macs as f64 * 1e-6,
        cell(times[0]),
        cell(times[1]),
        cell(times[2])
    );
    times
}

fn main() {
    let gpu = pollster::block_on(Gpu::open(&AdapterChoice::Best)).unwrap();
    match std::env::var("SGNAS_STYLE").as_deref() {
        Ok("registers") => gpu.set_style(KernelStyle::Registers),
        Ok("tiles") => gpu.set_style(KernelStyle::Tiles),
        _ => {}
    }
    let words: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    println!("{}, {:?}", gpu.adapter().name, gpu.style());
    let best = best_product(&gpu);
    println!("{:41} | forward | input | weights; last: share of the best product", "");
    let mut sums = [0.0; 3];
    let mut run = |name: String, op: Conv2d, x: [usize; 4], w: [usize; 4], times: f64| {
        if !words.is_empty() && !words.iter().any(|word| name.contains(word.as_str())) {
            return;
        }
        let took = layer(&gpu, &name, op, x, w, best);
        sums.iter_mut().zip(took).for_each(|(sum, t)| *sum += t * times);
    };
    let conv = |stride, padding, groups| Conv2d { stride, padding, groups };
    run("stem 3>16 s1 32".into(), conv(1, 1, 1), [BATCH, 3, 32, 32], [16, 3, 3, 3], 1.0);
    // Input and output channels, stride and map of the six blocks of the reference network.
    for (c, o, s, map) in [
        (16, 16, 1, 32),
        (16, 24, 2, 32),
        (24, 24, 1, 16),
        (24, 40, 2, 16),
        (40, 40, 1, 8),
        (40, 80, 2, 8),
    ] {
        let (wide, to) = (6 * c, map / s);
        let point = conv(1, 0, 1);
        run(format!("expand {c}>{wide} {map}"), point, [BATCH, c, map, map], [wide, c, 1, 1], 1.0);
        let x = [BATCH, wide, map, map];
        run(format!("depthwise3 {wide} s{s} {map}"), conv(s, 1, wide), x, [wide, 1, 3, 3], 1.0);
        run(format!("project {wide}>{o} {to}"), point, [BATCH, wide, to, to], [o, wide, 1, 1], 1.0);
    }
    run("head 80>320 4".into(), conv(1, 0, 1), [BATCH, 80, 4, 4], [320, 80, 1, 1], 1.0);
    run("linear 320>10".into(), conv(1, 0, 1), [BATCH, 320, 1, 1], [10, 320, 1, 1], 1.0);
    // Not in the reference network: other kernels, odd maps, dense cells, the generator.
    for k in [5, 7] {
        for (s, map) in [(1, 16), (2, 16), (1, 14), (1, 7)] {
            let x = [BATCH, 96, map, map];
            run(format!("depthwise{k} 96 s{s} {map}"), conv(s, k / 2, 96), x, [96, 1, k, k], 0.0);
        }
    }
    run("odd 96>24 7".into(), conv(1, 0, 1), [BATCH, 96, 7, 7], [24, 96, 1, 1], 0.0);
    run("odd 24>96 7".into(), conv(1, 0, 1), [BATCH, 24, 7, 7], [96, 24, 1, 1], 0.0);
    run("stem 3>32 s2 64".into(), conv(2, 1, 1), [BATCH, 3, 64, 64], [32, 3, 3, 3], 0.0);
    run("cell 16>16 32".into(), conv(1, 1, 1), [BATCH, 16, 32, 32], [16, 16, 3, 3], 0.0);
    run("cell 32>64 s2 16".into(), conv(2, 1, 1), [BATCH, 32, 16, 16], [64, 32, 3, 3], 0.0);
    run("generator 32>32 19x24".into(), conv(1, 1, 1), [1, 32, 19, 24], [32, 32, 3, 3], 0.0);
    let [f, x, w] = sums.map(|s| s * 1e3);
    let gemm = 2.8 / best * 1e3;
    println!(
        "reference step: forward {f:.1} + input {x:.1} + weights {w:.1} = {:.1} ms",
        f + x + w
    );
    println!("its 2.8 GFLOP at the best product: {gemm:.1} ms");
}
