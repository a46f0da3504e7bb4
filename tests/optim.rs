//! Optimisers, clipping and moving averages on the GPU against their twins.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use sgnas::gpu::Gpu;
use sgnas::ops::optim::{
    Adam, Optimiser, RmsForm, RmsProp, Rule, Sgd, Update, clip_scale, ema, twin_step,
};
use sgnas::tensor::{HostArray, Tensor};

const TOLERANCE: f64 = 2e-5;

fn rules() -> Vec<Rule> {
    let sgd = Sgd::default();
    let adam = Adam { weight_decay: 0.01, ..Adam::default() };
    let rms = RmsProp { weight_decay: 1e-3, ..RmsProp::default() };
    let tf = RmsProp { form: RmsForm::TensorFlow, ..rms };
    vec![
        Rule::Sgd(sgd),
        Rule::Sgd(Sgd { weight_decay: 4e-4, ..sgd }),
        Rule::Sgd(Sgd { momentum: 0.9, weight_decay: 4e-4, ..sgd }),
        Rule::Sgd(Sgd { momentum: 0.9, nesterov: true, weight_decay: 4e-4 }),
        Rule::Adam(adam),
        Rule::Adam(Adam { beta1: 0.5, ..adam }),
        Rule::Adam(Adam { decoupled: true, weight_decay: 0.05, ..adam }),
        Rule::RmsProp(RmsProp { momentum: 0.0, ..rms }),
        Rule::RmsProp(rms),
        Rule::RmsProp(RmsProp { centred: true, ..rms }),
        Rule::RmsProp(RmsProp { momentum: 0.0, ..tf }),
        Rule::RmsProp(tf),
        Rule::RmsProp(RmsProp { centred: true, ..tf }),
    ]
}

fn worst(got: &[f64], want: &[f64]) -> f64 {
    assert_eq!(got.len(), want.len());
    let scale = want.iter().fold(1.0, |m: f64, v| m.max(v.abs()));
    let errors = got.iter().zip(want).map(|(g, w)| (g - w).abs() / scale);
    errors.fold(0.0, |m: f64, e| if e.is_nan() { f64::INFINITY } else { m.max(e) })
}

/// Runs a few steps of `rule` on both sides, with or without mask and clipping, and returns the
/// largest relative error over weights and states.
fn run(gpu: &Gpu, rule: Rule, len: usize, masked: bool, max_norm: Option<f64>) -> f64 {
    let start = HostArray::sample([len], 1);
    let mut w = start.data.clone();
    let mask: Vec<f64> = (0..len).map(|i| if masked { (i % 2) as f64 } else { 1.0 }).collect();
    let names = rule.state_names();
    let mut states: Vec<_> = names.iter().map(|n| vec![f64::from(rule.initial(n)); len]).collect();
    let weights = Tensor::from_host(gpu, &start).unwrap();
    let mask_tensor = Tensor::from_host(gpu, &HostArray::new([len], mask.clone())).unwrap();
    let mut optimiser = Optimiser::new(gpu, rule, len).unwrap();
    for step in 1..=5 {
        let lr = 0.01 / step as f64;
        let g = HostArray::sample([len], 10 + step);
        let gradient = Tensor::from_host(gpu, &g).unwrap();
        let clip = max_norm.map(|m| clip_scale(gpu, &[&gradient], m).unwrap());
        let update = Update {
            weights: &weights,
            gradient: &gradient,
            lr,
            clip: clip.as_ref(),
            decay_mask: masked.then_some(&mask_tensor),
        };
        optimiser.step(gpu, &update).unwrap();
        let norm = g.data.iter().map(|v| v * v).sum::<f64>().sqrt();
        let scale = max_norm.map_or(1.0, |m| (m / (norm + 1e-6)).min(1.0));
        let clipped: Vec<f64> = g.data.iter().map(|v| v * scale).collect();
        twin_step(&rule, &mut w, &clipped, &mut states, &mask, lr, step);
    }
    assert_eq!(optimiser.steps(), 5);
    let mut error = worst(&weights.to_host(gpu).unwrap().data, &w);
    assert_eq!(optimiser.states().len(), states.len());
    for ((name, state), want) in optimiser.states().iter().zip(&states) {
        assert!(names.contains(name));
        error = error.max(worst(&state.to_host(gpu).unwrap().data, want));
    }
    error
}

#[test]
fn every_rule_follows_its_twin_over_several_steps() {
    let gpu = common::gpu();
    let mut bad = Vec::new();
    for rule in rules() {
        for (len, masked, clip) in [
            (1, false, None),
            (64, true, None),
            (67, false, Some(0.5)),
            (1003, true, Some(1e6)),
            (5000, true, Some(3.0)),
        ] {
            let error = run(&gpu, rule, len, masked, clip);
            if error > TOLERANCE {
                bad.push(format!("{rule:?} {len} mask {masked} clip {clip:?}: {error:.1e}"));
            }
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn an_arena_of_five_million_values_is_updated_to_its_end() {
    let gpu = common::gpu();
    let len = 5_000_003;
    let weights = Tensor::zeros(&gpu, [len]).unwrap();
    let gradient = Tensor::from_slice(&gpu, &vec![1.0; len], [len]).unwrap();
    let mut o = Optimiser::new(&gpu, Rule::Sgd(Sgd::default()), len).unwrap();
    let update =
        Update { weights: &weights, gradient: &gradient, lr: 0.5, clip: None, decay_mask: None };
    o.step(&gpu, &update).unwrap();
    assert!(weights.to_vec(&gpu).unwrap().iter().all(|&w| w == -0.5));
    let clip = clip_scale(&gpu, &[&gradient, &weights], 1.0).unwrap().to_vec(&gpu).unwrap();
    let norm = (1.25 * len as f64).sqrt();
    assert!((f64::from(clip[0]) - norm).abs() < 1e-5 * norm, "{clip:?} {norm}");
    assert!((f64::from(clip[1]) - 1.0 / norm).abs() < 1e-5 / norm, "{clip:?}");
}

#[test]
fn gradients_below_the_norm_are_not_scaled_and_a_nan_is_not_hidden() {
    let gpu = common::gpu();
    let small = Tensor::from_slice(&gpu, &[0.3, 0.4], [2]).unwrap();
    let clip = clip_scale(&gpu, &[&small], 1.5).unwrap().to_vec(&gpu).unwrap();
    assert!((clip[0] - 0.5).abs() < 1e-6 && clip[1] == 1.0, "{clip:?}");
    let nan = Tensor::from_slice(&gpu, &[1.0, f32::NAN, 2.0], [3]).unwrap();
    let clip = clip_scale(&gpu, &[&small, &nan], 1.5).unwrap().to_vec(&gpu).unwrap();
    assert!(clip[0].is_nan() && clip[1].is_nan(), "{clip:?}");
}

#[test]
fn the_same_gradients_give_the_same_norm_to_the_bit() {
    let gpu = common::gpu();
    let g = Tensor::from_host(&gpu, &HostArray::sample([70_001], 3)).unwrap();
    let first = clip_scale(&gpu, &[&g], 1.0).unwrap().to_vec(&gpu).unwrap();
    for _ in 0..5 {
        let again = clip_scale(&gpu, &[&g], 1.0).unwrap().to_vec(&gpu).unwrap();
        assert_eq!(first[0].to_bits(), again[0].to_bits());
    }
}

#[test]
fn a_moving_average_follows_the_weights() {
    let gpu = common::gpu();
    let (e, w) = (HostArray::sample([301], 1), HostArray::sample([301], 2));
    let average = Tensor::from_host(&gpu, &e).unwrap();
    let weights = Tensor::from_host(&gpu, &w).unwrap();
    for _ in 0..3 {
        ema(&gpu, &average, &weights, 0.9).unwrap();
    }
    let d = 0.9f64.powi(3);
    let want: Vec<f64> = e.data.iter().zip(&w.data).map(|(e, w)| d * e + (1.0 - d) * w).collect();
    assert!(worst(&average.to_host(&gpu).unwrap().data, &want) < TOLERANCE);
}

#[test]
fn tensors_of_another_length_are_refused_by_name() {
    let gpu = common::gpu();
    let (five, six) = (Tensor::zeros(&gpu, [5]).unwrap(), Tensor::zeros(&gpu, [6]).unwrap());
    let mut o = Optimiser::new(&gpu, Rule::Adam(Adam::default()), 5).unwrap();
    let update = Update { weights: &five, gradient: &six, lr: 0.1, clip: None, decay_mask: None };
    let error = o.step(&gpu, &update).unwrap_err().to_string();
    assert!(error.contains("optimiser") && error.contains("[6]"), "{error}");
    assert_eq!(o.steps(), 0);
}
