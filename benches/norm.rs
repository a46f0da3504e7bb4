//! Batch norm beside a copy kernel that moves the same bytes: milliseconds, processor
//! milliseconds (what counts for a software driver on a busy machine), GB/s, share of the copy's
//! speed. Least of some rounds, the rounds of all lines interleaved. The argument `tiles` chooses
//! the variants for GPUs.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Instant;

use sgnas::gpu::{AdapterChoice, Gpu, KernelStyle};
use sgnas::ops::activation::Activation;
use sgnas::ops::arithmetic::Scale;
use sgnas::ops::batch_norm::{BatchNormEval, BatchNormTrain};
use sgnas::ops::{Op, Vjp};
use sgnas::tensor::{HostArray, Tensor};

const ROUNDS: usize = 7;
const REPEATS: usize = 4;

struct Line<'a> {
    name: &'static str,
    bytes: f64,
    run: Box<dyn Fn() + 'a>,
    best: f64,
    cpu: f64,
}

/// Seconds that all threads of this process have run, where the system tells (Linux).
fn cpu_seconds() -> f64 {
    let Ok(tasks) = std::fs::read_dir("/proc/self/task") else { return 0.0 };
    let time = |task: std::fs::DirEntry| -> Option<f64> {
        let text = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<f64>().ok()
    };
    tasks.flatten().filter_map(time).sum::<f64>() * 1e-9
}

/// A line that moves `bytes`.
fn line<'a>(name: &'static str, bytes: f64, run: impl Fn() + 'a) -> Line<'a> {
    Line { name, bytes, run: Box::new(run), best: f64::INFINITY, cpu: f64::INFINITY }
}

fn measure(gpu: &Gpu, lines: &mut [Line<'_>]) {
    for round in 0..=ROUNDS {
        for line in lines.iter_mut() {
            gpu.finish().unwrap();
            let (start, cpu) = (Instant::now(), cpu_seconds());
            for _ in 0..REPEATS {
                (line.run)();
            }
            gpu.finish().unwrap();
            let seconds = start.elapsed().as_secs_f64() / REPEATS as f64;
            // The first round compiles the pipelines.
            if round > 0 {
                line.best = line.best.min(seconds);
                line.cpu = line.cpu.min((cpu_seconds() - cpu) / REPEATS as f64);
            }
        }
    }
}

fn bench(gpu: &Gpu, shape: [usize; 4]) {
    let x = Tensor::from_host(gpu, &HostArray::sample(shape, 1)).unwrap();
    let dy = Tensor::from_host(gpu, &HostArray::sample(shape, 2)).unwrap();
    let c = shape[1];
    let ones = Tensor::from_slice(gpu, &vec![1.0; c], [c]).unwrap();
    let act = Activation::Relu6;
    let train = BatchNormTrain { eps: 1e-5, act, running: Vec::new(), residual: false };
    let eval = BatchNormEval { eps: 1e-5, act, residual: false };
    let inputs = [x.clone(), ones.clone(), ones.clone()];
    let done = train.forward(gpu, &[&x, &ones, &ones]).unwrap();
    let ctx = Vjp {
        inputs: &inputs,
        output: &done.output,
        saved: &done.saved,
        grad: &dy,
        needs: &[true; 3],
    };
    let unit = x.len() as f64 * 4.0;
    let scale = Scale { factor: 1.0 };
    let mut lines = [
        line("copy (scale by 1)", 2.0 * unit, || drop(scale.forward(gpu, &[&x]).unwrap())),
        line("activation", 2.0 * unit, || drop(act.forward(gpu, &[&x]).unwrap())),
        line("batch norm eval", 2.0 * unit, || {
            drop(eval.forward(gpu, &[&x, &ones, &ones, &ones, &ones]).unwrap());
        }),
        line("batch norm train", 3.0 * unit, || {
            drop(train.forward(gpu, &[&x, &ones, &ones]).unwrap());
        }),
        line("batch norm backward", 5.0 * unit, || drop(train.vjp(gpu, &ctx).unwrap())),
    ];
    measure(gpu, &mut lines);
    let speed = |l: &Line<'_>| l.bytes / l.best * 1e-9;
    let (reference, by_cpu) = (speed(&lines[0]), lines[0].bytes / lines[0].cpu);
    for l in &lines {
        println!(
            "{:>18} {:>20}: {:7.3} ms {:7.3} cpu ms {:6.2} GB/s {:4.0} % of the copy, by cpu {:4.0} %",
            format!("{shape:?}"),
            l.name,
            l.best * 1e3,
            l.cpu * 1e3,
            speed(l),
            100.0 * speed(l) / reference,
            100.0 * l.bytes / l.cpu / by_cpu
        );
    }
}

fn main() {
    let gpu = pollster::block_on(Gpu::open(&AdapterChoice::Best)).expect("a GPU adapter");
    if std::env::args().any(|a| a == "tiles") {
        gpu.set_style(KernelStyle::Tiles);
    }
    println!("{}, {:?}", gpu.adapter().name, gpu.style());
    for shape in [
        [32, 96, 32, 32],
        [64, 96, 28, 28],
        [64, 144, 16, 16],
        [64, 144, 14, 14],
        [64, 144, 8, 8],
        [64, 288, 7, 7],
        [128, 1152, 7, 7],
    ] {
        bench(&gpu, shape);
    }
}
