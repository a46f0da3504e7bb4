//! What ops leave besides their output: running statistics of batch norm, and counts.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use sgnas::gpu::Gpu;
use sgnas::ops::Op;
use sgnas::ops::batch_norm::{BatchNormTrain, Running, batch_moments};
use sgnas::ops::count::{correct_count, count_nonfinite};
use sgnas::tensor::{HostArray, Tensor};

/// Mean and biased variance by channel in f64.
fn moments(x: &HostArray) -> Vec<(f64, f64)> {
    let [n, c, h, w] = x.shape.nchw();
    let channel = |c: usize| -> Vec<f64> {
        (0..n).flat_map(|n| (0..h * w).map(move |i| x.at([n, c, i / w, i % w]))).collect()
    };
    let of = |values: Vec<f64>| {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let var = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64;
        (mean, var)
    };
    (0..c).map(channel).map(of).collect()
}

fn assert_moments(gpu: &Gpu, x: &HostArray) {
    let c = x.shape.dim(1);
    let tensor = Tensor::from_host(gpu, x).unwrap();
    let got = batch_moments(gpu, &tensor).unwrap().to_vec(gpu).unwrap();
    for (i, (mean, var)) in moments(x).into_iter().enumerate() {
        let (m, v) = (f64::from(got[i]), f64::from(got[c + i]));
        assert!((m - mean).abs() <= 1e-6 * mean.abs().max(1.0), "{}: mean {m} {mean}", x.shape);
        assert!((v - var).abs() <= 2e-5 * var, "{}: variance {v} {var}", x.shape);
    }
}

#[test]
fn moments_hold_where_the_mean_exceeds_the_deviation_ten_thousandfold() {
    let gpu = common::gpu();
    for style in gpu.styles() {
        gpu.set_style(style);
        for shape in [[2, 3, 8, 8], [3, 2, 7, 5], [32, 1, 4, 4]] {
            let mut x = HostArray::sample(shape, 1);
            x.data.iter_mut().for_each(|v| *v = f64::from((10_000.0 + *v) as f32));
            assert_moments(&gpu, &x);
        }
    }
}

#[test]
fn moments_hold_where_a_single_value_stands_out() {
    let gpu = common::gpu();
    for style in gpu.styles() {
        gpu.set_style(style);
        for at in [0, 4321] {
            let mut x = HostArray::zeros([4, 1, 64, 64]);
            x.data[at] = 1000.0;
            assert_moments(&gpu, &x);
        }
    }
}

#[test]
fn no_sum_ends_early_in_channels_of_many_values() {
    let gpu = common::gpu();
    for style in gpu.styles() {
        gpu.set_style(style);
        // 9.4 million values in one channel: 1.2 million for each of eight lanes, were it not split.
        let mut x = HostArray::zeros([1, 1, 3067, 3067]);
        x.data.iter_mut().enumerate().for_each(|(i, v)| *v = (i % 3) as f64);
        assert_moments(&gpu, &x);
    }
}

/// That the running statistics of these parts of five channels move as they should.
fn assert_running_move(gpu: &Gpu, parts: &[Running]) {
    let x = HostArray::sample([3, 5, 4, 4], 7);
    let op = BatchNormTrain { eps: 1e-5, running: parts.to_vec(), ..Default::default() };
    let ones = Tensor::from_slice(gpu, &[1.0; 5], [5]).unwrap();
    let inputs = [&Tensor::from_host(gpu, &x).unwrap(), &ones, &ones];
    op.forward(gpu, &inputs).unwrap();
    let read = |pick: fn(&Running) -> &Tensor| -> Vec<f32> {
        parts.iter().flat_map(|r| pick(r).to_vec(gpu).unwrap()).collect()
    };
    let (means, vars) = (read(|r| &r.mean), read(|r| &r.var));
    for ((mean, var), (got_mean, got_var)) in moments(&x).iter().zip(means.iter().zip(&vars)) {
        let mean = 0.75 * 0.5 + 0.25 * mean;
        let var = 0.75 * 2.0 + 0.25 * var * 48.0 / 47.0;
        assert!((f64::from(*got_mean) - mean).abs() < 1e-6, "{got_mean} {mean}");
        assert!((f64::from(*got_var) - var).abs() < 1e-5, "{got_var} {var}");
    }
}

#[test]
fn each_part_of_the_channels_updates_its_own_running_statistics() {
    let gpu = common::gpu();
    let part = |c: usize| Running {
        mean: Tensor::from_slice(&gpu, &vec![0.5; c], [c]).unwrap(),
        var: Tensor::from_slice(&gpu, &vec![2.0; c], [c]).unwrap(),
        momentum: 0.25,
    };
    for style in gpu.styles() {
        gpu.set_style(style);
        assert_running_move(&gpu, &[part(2), part(3)]);
        assert_running_move(&gpu, &[part(5)]);
    }
}

#[test]
fn running_statistics_in_one_arena_move_alike_and_nothing_beside_them_does() {
    let gpu = common::gpu();
    for style in gpu.styles() {
        gpu.set_style(style);
        for counts in [vec![2, 2], vec![1, 1, 1, 1, 1], vec![5], vec![2, 3]] {
            let arena = Tensor::from_slice(&gpu, &[7.0; 64 * 20], [64 * 20]).unwrap();
            // Not in order, and with room between them.
            let part = |(i, c): (usize, &usize)| {
                let view = |k: usize, value: f32| {
                    let t = arena.view(64 * k, [*c]).unwrap();
                    t.write(&gpu, &vec![value; *c]).unwrap();
                    t
                };
                Running { mean: view(15 - 3 * i, 0.5), var: view(3 * i + 1, 2.0), momentum: 0.25 }
            };
            let parts: Vec<_> = counts.iter().enumerate().map(part).collect();
            assert_running_move(&gpu, &parts);
            let kept = arena.to_vec(&gpu).unwrap().iter().filter(|&&v| v == 7.0).count();
            let moved: usize = counts.iter().sum();
            assert_eq!(kept, 64 * 20 - 2 * moved, "{style:?} {counts:?}");
        }
    }
}

#[test]
fn running_statistics_that_do_not_lie_in_the_batch_are_refused() {
    let gpu = common::gpu();
    let six = Tensor::zeros(&gpu, [6]).unwrap();
    let running = vec![Running { mean: six.clone(), var: six, momentum: 0.1 }];
    let op = BatchNormTrain { eps: 1e-5, running, ..Default::default() };
    let five = Tensor::zeros(&gpu, [5]).unwrap();
    let x = Tensor::zeros(&gpu, [2, 5, 1, 1]).unwrap();
    let error = op.forward(&gpu, &[&x, &five, &five]).unwrap_err().to_string();
    assert!(error.contains("of 6") && error.contains("of 5"), "{error}");
}

#[test]
fn correct_answers_add_up_and_ties_go_to_the_first() {
    let gpu = common::gpu();
    let nan = f32::NAN;
    let rows = [
        ([1.0, 3.0, 2.0], 1.0),
        ([1.0, 3.0, 2.0], 2.0),
        ([3.0, 3.0, 2.0], 0.0),
        ([3.0, 3.0, 2.0], 1.0),
        ([nan, 3.0, 2.0], 0.0),
        ([nan, 3.0, 2.0], 1.0),
        ([1.0, 3.0, 2.0], 3.0),
        ([1.0, 3.0, 2.0], -1.0),
    ];
    for style in gpu.styles() {
        gpu.set_style(style);
        // 19 columns, so that a workgroup shares a row where the style is tiles.
        let wide = |row: &[f32; 3]| row.iter().copied().chain([-9.0; 16]).collect::<Vec<_>>();
        let logits: Vec<f32> = rows.iter().flat_map(|(row, _)| wide(row)).collect();
        let labels: Vec<f32> = rows.iter().map(|(_, label)| *label).collect();
        let logits = Tensor::from_slice(&gpu, &logits, [8, 19]).unwrap();
        let labels = Tensor::from_slice(&gpu, &labels, [8]).unwrap();
        let accumulator = Tensor::zeros(&gpu, [1]).unwrap();
        correct_count(&gpu, &logits, &labels, &accumulator).unwrap();
        correct_count(&gpu, &logits, &labels, &accumulator).unwrap();
        assert_eq!(accumulator.to_vec(&gpu).unwrap(), [4.0]);
    }
}

#[test]
fn values_that_are_not_finite_are_counted_by_their_bits() {
    let gpu = common::gpu();
    let mut values = vec![f32::MAX; 100_003];
    for (i, bad) in [(0, f32::NAN), (77, f32::INFINITY), (100_002, f32::NEG_INFINITY)] {
        values[i] = bad;
    }
    values[5] = f32::from_bits(0xffc0_1234);
    let x = Tensor::from_slice(&gpu, &values, [100_003]).unwrap();
    let accumulator = Tensor::zeros(&gpu, [1]).unwrap();
    count_nonfinite(&gpu, &x, &accumulator).unwrap();
    assert_eq!(accumulator.to_vec(&gpu).unwrap(), [4.0]);
}
