//! The authors' trained generator: its answers, activations and a training step.

use std::path::Path;

use safetensors::SafeTensors;
use serde_json::Value;
use sgnas::autodiff::{Tape, Var};
use sgnas::gpu::Gpu;
use sgnas::nas::{Generator, Heads};
use sgnas::nn::{Ctx, Mode, Store};
use sgnas::ops::arithmetic::Add;
use sgnas::ops::gumbel_softmax::GumbelSoftmax;
use sgnas::ops::linear::Linear;
use sgnas::ops::optim::{Adam, Optimiser, Rule, Update};
use sgnas::ops::soft_cost::SoftCost;
use sgnas::space::stats::{kendall_tau_b, pearson};
use sgnas::space::{Metric, OPS, PRUNE_BELOW, SUB_BLOCKS, SkipMask, Space, argmax};
use sgnas::tensor::{HostArray, Tensor};

use crate::case::{Case, Checks, Outcome, array, worst};
use crate::costs::{entries, read};
use crate::losses::hardware_of;
use crate::net;
use crate::nets::first_unskippable;
use crate::runners::{Results, Skipped};

/// Of alpha, absolute: it ranges over about 50.
const ALPHA_TOLERANCE: f64 = 2e-4;
const MILLION: f64 = 1e6;

/// The trained network with its prior, and what its heads give.
struct Trained {
    net: Generator,
    store: Store,
    prior: HostArray,
    heads: Heads,
}

impl Trained {
    fn load(gpu: &Gpu, golden: &Path) -> Outcome<Trained> {
        let path = golden.join("sgnas_imagenet_generator.safetensors");
        if !path.is_file() {
            return Err(Skipped(format!("{} is not there", path.display())).into());
        }
        let bytes = std::fs::read(path)?;
        let file = SafeTensors::deserialize(&bytes)?;
        let prior = array(&file, "prior")?;
        let channels = file.tensor("generator.constraint_head.conv1.weight")?.shape()[1];
        let layers = prior.shape.dim(0);
        let (net, store) = Generator::new(gpu, layers, channels, &mut net::rng())?;
        net::fill(gpu, &store, &|name, _| Ok(array(&file, name)?.to_f32()))?;
        let heads = net.heads(gpu, &store, [prior.to_f32().as_slice()])?;
        Ok(Trained { net, store, prior, heads })
    }

    /// As a run answers: from the kept heads on.
    fn answer(&self, gpu: &Gpu, constraint: f64) -> Outcome<Vec<f32>> {
        let of = (constraint as f32, 0);
        Ok(self.net.infer(gpu, &self.store, &self.heads, of)?.to_vec(gpu)?)
    }
}

fn line(errors: Vec<String>) -> Outcome {
    if errors.is_empty() { Ok(()) } else { Err(errors.join("; ").into()) }
}

/// Alpha and kernels of every target of the file.
pub fn answers(gpu: &Gpu, path: &Path) -> Outcome<Results> {
    let golden = path.parent().ok_or("no folder")?;
    let trained = Trained::load(gpu, golden)?;
    let file = read(path)?;
    let bound = |key: &str| file["config"][key].as_f64().ok_or_else(|| format!("no {key}"));
    let (low, high) = (bound("low_flops")?, bound("high_flops")?);
    let mut results = Results::new();
    for (name, t) in entries(&file["targets"], "targets")? {
        let target = t["target_mflops"].as_f64().ok_or("a target without cost")?;
        let alpha = trained.answer(gpu, (target - low) / (high - low))?;
        let want: Vec<Vec<f64>> = serde_json::from_value(t["alpha"].clone())?;
        let got: Vec<f64> = alpha.iter().map(|&a| f64::from(a)).collect();
        let error = worst(&got, &want.concat());
        let mut bad = Vec::new();
        if error > ALPHA_TOLERANCE {
            bad.push(format!("alpha: error {error:.3e}, tolerance {ALPHA_TOLERANCE:.1e}"));
        }
        let kernels = serde_json::to_value(argmax(&alpha, SkipMask::FirstOnly)?)?;
        if kernels != t["kernels_per_layer"] {
            bad.push(format!("kernels: {kernels}, not {}", t["kernels_per_layer"]));
        }
        results.push((format!("generator at target {name}"), line(bad)));
    }
    results.push(("generator over the sweep".into(), sweep(gpu, &trained, &file, [low, high])));
    Ok(results)
}

/// Costs over the whole range against their targets, as the file sums them up: every fifth million,
/// and every tenth but the last.
fn sweep(gpu: &Gpu, trained: &Trained, file: &Value, [low, high]: [f64; 2]) -> Outcome {
    let want = &file["correlation"];
    let space = Space::preset("imagenet")?;
    let steps = want["count_step5"].as_u64().ok_or("no count of the sweep")?;
    let (mut targets, mut costs) = (Vec::new(), Vec::new());
    // The architectures in the order in which they first come, and which of them each target got.
    let (mut kinds, mut kind_of) = (Vec::new(), Vec::new());
    for i in 0..steps {
        let target = low + (high - low) * i as f64 / (steps - 1) as f64;
        let alpha = trained.answer(gpu, (target - low) / (high - low))?;
        let architecture = argmax(&alpha, SkipMask::FirstOnly)?;
        costs.push(space.cost(&architecture, false)?.macs as f64 / MILLION);
        targets.push(target);
        let kind = kinds.iter().position(|k| *k == architecture).unwrap_or(kinds.len());
        if kind == kinds.len() {
            kinds.push(architecture);
        }
        kind_of.push(kind);
    }
    let errors: Vec<f64> = targets.iter().zip(&costs).map(|(t, c)| (t - c).abs()).collect();
    let tenths = |of: &[f64]| of[..of.len() - 1].iter().copied().step_by(2).collect::<Vec<f64>>();
    let of = |correlation: Option<f64>| correlation.unwrap_or(f64::NAN);
    let (targets10, costs10) = (tenths(&targets), tenths(&costs));
    let mut bad = Vec::new();
    for (name, got, tolerance) in [
        ("mae_step5", errors.iter().sum::<f64>() / errors.len() as f64, 1e-4),
        ("max_abs_err_step5", errors.iter().copied().fold(0.0, f64::max), 1e-4),
        ("pearson_step5", of(pearson(&targets, &costs)), 1e-6),
        ("kendall_tau_step10", of(kendall_tau_b(&targets10, &costs10)), 1e-6),
        ("pearson_step10", of(pearson(&targets10, &costs10)), 1e-6),
    ] {
        let error = (got - want[name].as_f64().unwrap_or(f64::NAN)).abs();
        if error > tolerance || error.is_nan() {
            bad.push(format!("{name}: error {error:.3e}, tolerance {tolerance:.1e}"));
        }
    }
    // The file's costs are sums in f32, whose rounding puts different architectures of one cost in
    // some order: its tau lies between those where every such pair falls and where every one rises.
    let [low, high] = [-1e-9, 1e-9].map(|nudge| {
        let apart = |(&cost, &kind): (&f64, &usize)| cost + nudge * kind as f64;
        of(kendall_tau_b(&targets, &costs.iter().zip(&kind_of).map(apart).collect::<Vec<_>>()))
    });
    let tau = want["kendall_tau_step5"].as_f64().unwrap_or(f64::NAN);
    if !(low - 1e-9..=high + 1e-9).contains(&tau) {
        bad.push(format!("kendall_tau_step5: {low} to {high}, not {tau}"));
    }
    if Some(kinds.len() as u64) != want["distinct_architectures_step5"].as_u64() {
        bad.push(format!("{} distinct architectures", kinds.len()));
    }
    line(bad)
}

/// Every activation of the generator for the target that the file names.
pub fn intermediates(gpu: &Gpu, path: &Path) -> Outcome<Results> {
    let golden = path.parent().ok_or("no folder")?;
    let trained = Trained::load(gpu, golden)?;
    let bytes = std::fs::read(path)?;
    let file = SafeTensors::deserialize(&bytes)?;
    let constraint = array(&file, "constraint_map")?.data[0];
    let tape = Tape::new(gpu);
    let ctx = Ctx { tape: &tape, store: &trained.store, mode: Mode::Eval, frozen: true };
    let mut seen = Vec::new();
    let prior = trained.prior.to_f32();
    trained.net.forward_traced(&ctx, constraint as f32, &prior, &mut |name, v| {
        seen.push((name.to_owned(), v.tensor().clone()));
    })?;
    let mut results = Results::new();
    for name in file.names() {
        let want = array(&file, name)?;
        let got = match (name, seen.iter().find(|(n, _)| n == name)) {
            ("prior", _) => trained.prior.data.clone(),
            ("constraint_map", _) => vec![constraint; want.data.len()],
            (_, Some((_, tensor))) => tensor.to_host(gpu)?.data,
            (_, None) => {
                results.push((format!("generator's {name}"), Err("not compared".into())));
                continue;
            }
        };
        let error = worst(&got, &want.data);
        let ok = got.len() == want.data.len() && error <= ALPHA_TOLERANCE;
        let why = format!("error {error:.3e}, tolerance {ALPHA_TOLERANCE:.1e}");
        results.push((format!("generator's {name}"), if ok { Ok(()) } else { Err(why.into()) }));
    }
    Ok(results)
}

/// One step of its training, where the loss of the supernet is linear in p.
pub fn training_step(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    let Trained { net, store, prior, .. } = Trained::load(gpu, &case.golden)?;
    let layers = prior.shape.dim(0);
    let rows = [layers * SUB_BLOCKS, OPS];
    let table = Space::preset("imagenet")?.cost_table(Metric::Macs);
    let units = |v: u64| (v as f64 / MILLION) as f32;
    let dw: Vec<f32> = table.layers.iter().flat_map(|l| l.depthwise.map(units)).collect();
    let pw: Vec<f32> =
        table.layers.iter().flat_map(|l| [units(l.expand), units(l.project)]).collect();
    let (dw, pw) = (
        Var::constant(&Tensor::from_slice(gpu, &dw, [layers, OPS - 1])?),
        Var::constant(&Tensor::from_slice(gpu, &pw, [layers, 2])?),
    );
    let target = case.input("target")?.data[0];
    let (low, high) = (case.number("low")?, case.number("high")?);
    let r = Var::constant(&case.tensor(gpu, "r")?.reshape([1, layers * SUB_BLOCKS * OPS])?);
    let noise = Var::constant(&case.tensor(gpu, "noise")?.reshape(rows)?);
    let mask = first_unskippable(gpu, layers)?;
    let target_tensor = Var::constant(&case.tensor(gpu, "target")?);
    let gumbel = GumbelSoftmax { tau: case.number("tau")? as f32 };

    let tape = Tape::new(gpu);
    let ctx = Ctx { tape: &tape, store: &store, mode: Mode::Eval, frozen: false };
    // p, cost, hardware loss and whole loss from alpha on.
    let loss = |alpha: &Var| -> Outcome<[Var; 4]> {
        let p = ctx.apply(gumbel, &[alpha, &noise, &mask])?;
        let flops = ctx.apply(SoftCost { fixed: units(table.fixed) }, &[&p, &dw, &pw])?;
        let hardware = ctx.apply(hardware_of(case)?, &[&flops, &target_tensor])?;
        let linear =
            ctx.apply(Linear, &[&p.reshape(&[1, p.tensor().len()])?, &r])?.reshape(&[1])?;
        let loss = ctx.apply(Add, &[&hardware, &linear])?;
        Ok([p, flops, hardware, loss])
    };
    let one = Tensor::from_slice(gpu, &[1.0], [1])?;
    let constraint = ((target - low) / (high - low)) as f32;
    let alpha = net.forward(&ctx, constraint, &prior.to_f32())?;
    checks.within("alpha", &alpha.tensor().to_host(gpu)?.data, relative(case, "alpha")?)?;
    let [p, flops, hardware, total] = loss(&alpha)?;
    for (name, v) in [("p", &p), ("flops", &flops), ("hc_loss", &hardware), ("loss", &total)] {
        checks.tensor(gpu, name, v.tensor(), p.tensor().len() * 9)?;
    }
    let distance = p
        .tensor()
        .to_host(gpu)?
        .data
        .iter()
        .fold(f64::INFINITY, |m, v| m.min((v - PRUNE_BELOW).abs()));
    checks.within("min_distance_to_prune_threshold", &[distance], 2e-5)?;
    tape.backward(&total, &one)?;
    let mut norms = std::collections::BTreeMap::new();
    for (name, _, id) in store.params() {
        let short = name.trim_start_matches("generator.").to_owned();
        let grad = store.grad(id)?.to_host(gpu)?.data;
        let name = format!("d.{}", short.trim_end_matches(".weight"));
        for output in [name, format!("d.{short}")] {
            if case.output(&output).is_ok() {
                checks.values(&output, &grad, 1 << 12)?;
            }
        }
        norms.insert(short, grad.iter().map(|g| g * g).sum::<f64>().sqrt());
    }
    let order = case.params["grad_norms_order"].as_str().ok_or("no order of the norms")?;
    let norms: Vec<f64> =
        norm_names(order).iter().map(|n| norms.get(n).copied().unwrap_or(f64::NAN)).collect();
    checks.within("grad_norms", &norms, 2e-4)?;

    let dalpha = Tensor::zeros(gpu, *alpha.tensor().shape())?;
    let [.., total] = loss(&tape.leaf(alpha.tensor(), &dalpha))?;
    tape.backward(&total, &one)?;
    checks.tensor(gpu, "dalpha", &dalpha, 1 << 12)?;

    let setting =
        |key: &str| case.params["adam"][key].as_f64().ok_or("a setting of Adam is missing");
    let adam = Adam {
        beta1: setting("beta1")?,
        beta2: setting("beta2")?,
        eps: setting("eps")?,
        ..Adam::default()
    };
    let mut optimiser = Optimiser::new(gpu, Rule::Adam(adam), store.values().len())?;
    let update = Update {
        weights: store.values(),
        gradient: store.grads(),
        lr: setting("lr")?,
        clip: None,
        decay_mask: None,
    };
    optimiser.step(gpu, &update)?;
    for (name, _, id) in store.params() {
        let short = name.trim_start_matches("generator.");
        for output in [short, short.trim_end_matches(".weight")].map(|n| format!("after_adam.{n}"))
        {
            if case.output(&output).is_ok() {
                checks.tensor(gpu, &output, &store.value(id)?, 1)?;
            }
        }
    }
    Ok(())
}

/// The tolerance of alpha relative to its largest value.
fn relative(case: &Case, name: &str) -> Outcome<f64> {
    let largest = case.output(name)?.data.iter().fold(1.0, |m: f64, v| m.max(v.abs()));
    Ok(ALPHA_TOLERANCE / largest)
}

/// `a.conv1,2, b.weight` as `a.conv1.weight`, `a.conv2.weight`, `b.weight`; `a.conv1..4` is a range.
fn norm_names(order: &str) -> Vec<String> {
    let mut names = Vec::new();
    for group in order.split(", ") {
        let Some((stem, numbers)) = group.split_once(".conv") else {
            names.push(group.to_owned());
            continue;
        };
        let numbers: Vec<usize> = match numbers.split_once("..") {
            Some((from, to)) => (from.parse().unwrap_or(1)..=to.parse().unwrap_or(0)).collect(),
            None => numbers.split(',').filter_map(|n| n.parse().ok()).collect(),
        };
        names.extend(numbers.into_iter().map(|n| format!("{stem}.conv{n}.weight")));
    }
    names
}
