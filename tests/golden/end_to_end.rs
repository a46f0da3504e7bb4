//! Whole networks whose weights a formula makes: derived ones in evaluation and in a training pass,
//! and the CIFAR supernet in soft mode.

use std::path::Path;

use serde_json::Value;
use sgnas::autodiff::{Tape, Var};
use sgnas::gpu::Gpu;
use sgnas::nas::{DerivedConfig, DerivedNet, ShadowNorms, Supernet};
use sgnas::nn::{Ctx, Mode, Store};
use sgnas::ops::cross_entropy::CrossEntropy;
use sgnas::ops::narrow::Narrow;
use sgnas::space::{Architecture, OPS, SKIP, SUB_BLOCKS, Space};
use sgnas::tensor::Tensor;

use crate::blocks::activation;
use crate::case::{Outcome, worst};
use crate::costs::read;
use crate::formula::{input, unit, weights};
use crate::net;
use crate::runners::{Results, Skipped};

/// Relative to `max(1, largest reference value)`: every sum of a network exceeds 1,000 products.
const TOLERANCE: f64 = 1e-4;
/// Of a gradient's norm.
const NORM_TOLERANCE: f64 = 2e-4;
/// The same where values fall on the wrong side of a kink: twice what was seen.
const KINKS: f64 = 5e-3;
/// Passes of a training case at most.
const ATTEMPTS: usize = 24;

pub fn cases(gpu: &Gpu, path: &Path) -> Outcome<Results> {
    let file = read(path)?;
    for (name, want) in file["check_unit_values"].as_object().ok_or("no check of the formula")? {
        let want: Vec<f64> = serde_json::from_value(want.clone())?;
        let got: Vec<f64> = (0..want.len()).map(|i| unit(name, i)).collect();
        if worst(&got, &want) > 1e-12 {
            return Err(
                format!("the formula of weights gives {got:?} for {name}, not {want:?}").into()
            );
        }
    }
    let mut results = Results::new();
    for case in file["cases"].as_array().ok_or("no cases")? {
        let name = case["name"].as_str().unwrap_or("a case without a name").to_owned();
        let mut bad = Bad::default();
        let done = match case["kind"].as_str() {
            Some("decoded") => decoded(gpu, case, &mut bad),
            Some("decoded_train") => decoded_train(gpu, case, &mut bad),
            Some("supernet_soft") => supernet_soft(gpu, case, path, &mut bad),
            other => Err(format!("an unknown kind {other:?}").into()),
        };
        let result = done
            .and_then(|()| if bad.0.is_empty() { Ok(()) } else { Err(bad.0.join("; ").into()) });
        results.push((name, result));
    }
    Ok(results)
}

/// What differs.
#[derive(Default)]
struct Bad(Vec<String>);

impl Bad {
    fn check(&mut self, name: &str, got: &[f64], want: &Value) {
        let Ok(want) = serde_json::from_value::<Vec<f64>>(want.clone()) else {
            return self.0.push(format!("{name}: the file has no such numbers"));
        };
        let tolerance = TOLERANCE * want.iter().fold(1.0, |m: f64, v| m.max(v.abs()));
        let error = if got.len() == want.len() { worst(got, &want) } else { f64::INFINITY };
        if error > tolerance {
            self.0.push(format!("{name}: error {error:.3e}, tolerance {tolerance:.3e}"));
        }
    }

    fn one(&mut self, name: &str, got: f64, want: &Value) {
        self.check(name, &[got], &Value::from(vec![want.clone()]));
    }
}

fn fill(gpu: &Gpu, store: &Store, case: &Value) -> Outcome {
    let gain = case["gain"].as_f64().unwrap_or(1.0);
    // The first block is named as in a derived network, in supernets too.
    net::fill(gpu, store, &|name, shape| {
        let name = name.replace("first.dw.weight", "first.sub0.weight");
        Ok(weights(&name.replace("first.pw.", "first.pw2."), shape, gain))
    })
}

fn derived(gpu: &Gpu, case: &Value) -> Outcome<(DerivedNet, Store)> {
    let architecture: Architecture = serde_json::from_value(case["kernels"].clone())?;
    let config = DerivedConfig {
        activation: activation(case["activation"].as_str())?,
        squeeze_excite: case["se"].as_bool().ok_or("se")?,
    };
    let space = Space::preset("imagenet")?;
    let made = DerivedNet::new(gpu, &space, &architecture, config, &mut net::rng())?;
    fill(gpu, &made.1, case)?;
    Ok(made)
}

/// [mean, mean of magnitudes, first value, last value] and the shape of a stage's output.
fn stage(gpu: &Gpu, x: &Tensor, name: &str, want: &Value, bad: &mut Bad) -> Outcome {
    let values = x.to_host(gpu)?.data;
    let n = values.len() as f64;
    let got = [
        values.iter().sum::<f64>() / n,
        values.iter().map(|v| v.abs()).sum::<f64>() / n,
        values.first().copied().unwrap_or(f64::NAN),
        values.last().copied().unwrap_or(f64::NAN),
    ];
    let (numbers, shape) = want
        .as_array()
        .and_then(|w| w.split_last().map(|(s, n)| (Value::from(n.to_vec()), s.clone())))
        .ok_or_else(|| format!("the file has no stage {name}"))?;
    bad.check(name, &got, &numbers);
    if serde_json::to_value(x.shape().dims())? != shape {
        bad.0.push(format!("{name}: {}, not {shape}", x.shape()));
    }
    Ok(())
}

/// Whatever the case says of logits.
fn logits(gpu: &Gpu, case: &Value, x: &Tensor, bad: &mut Bad) -> Outcome {
    let classes = x.shape().dim(1);
    let values = x.to_host(gpu)?.data;
    let n = values.len() as f64;
    let wanted = case["logits_first_20"].as_array().ok_or("no logits")?;
    for (i, (row, want)) in values.chunks(classes).zip(wanted).enumerate() {
        let len = want.as_array().map_or(0, Vec::len);
        bad.check(&format!("logits of image {i}"), row.get(..len).unwrap_or(row), want);
    }
    if !case["logits_mean"].is_null() {
        bad.one("logits' mean", values.iter().sum::<f64>() / n, &case["logits_mean"]);
    }
    let magnitude = values.iter().map(|v| v.abs()).sum::<f64>() / n;
    bad.one("logits' mean magnitude", magnitude, &case["logits_abs_mean"]);
    if !case["argmax"].is_null() {
        let best = |row: &[f64]| (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b]));
        let got: Vec<f64> = values.chunks(classes).filter_map(best).map(|i| i as f64).collect();
        if serde_json::from_value::<Vec<f64>>(case["argmax"].clone())? != got {
            bad.0.push(format!("argmax: {got:?}, not {}", case["argmax"]));
        }
    }
    Ok(())
}

fn decoded(gpu: &Gpu, case: &Value, bad: &mut Bad) -> Outcome {
    let (net, store) = derived(gpu, case)?;
    let params = store.param_count() as u64;
    if Some(params) != case["params"].as_u64() {
        bad.0.push(format!("{params} parameters, not {}", case["params"]));
    }
    let tape = Tape::new(gpu);
    let ctx = Ctx { tape: &tape, store: &store, mode: Mode::Eval, frozen: true };
    let mut stages = Vec::new();
    let x = Var::constant(&input(gpu, case, 0)?);
    let y = net.forward_traced(&ctx, &x, None, &mut |name, v| {
        stages.push((name.to_owned(), v.tensor().clone()));
    })?;
    let wanted = case["stages"].as_object().ok_or("no stages")?;
    if wanted.len() != stages.len() {
        bad.0.push(format!("{} stages, not {}", stages.len(), wanted.len()));
    }
    for (name, x) in &stages {
        stage(gpu, x, name, &case["stages"][name], bad)?;
    }
    logits(gpu, case, y.tensor(), bad)
}

/// The derivative of ReLU6 jumps at 0 and 6. Some of the values before an activation lie nearer to a
/// kink than f32 can tell after so many layers (logits are off by 3e-5 here, by 4e-5 in torch's own
/// f32), so rounding decides on which side they fall; and where a channel has 16 values, as in the
/// last layers, a single one moves the norms of all gradients before it by up to some thousandths.
/// Moving the inputs by a unit in their last place draws those sides anew. Hence
/// - loss, logits and statistics must agree at the case's own inputs, where no kink matters;
/// - every pass must have every norm within what kinks can do, `KINKS`;
/// - one pass, at inputs no further away than a unit in their last place, must have all norms within
///   the stated tolerance at once. How often the sides were drawn anew is printed. A mistake in a
///   gradient is in every pass.
fn decoded_train(gpu: &Gpu, case: &Value, bad: &mut Bad) -> Outcome {
    let first = train_pass(gpu, case, 0, bad)?;
    let (mut pass, mut attempt) = (first.clone(), 0);
    loop {
        bad.0.extend(pass.iter().filter(|n| n.error > KINKS).map(|n| n.complaint(attempt, KINKS)));
        if pass.iter().all(|n| n.error <= NORM_TOLERANCE) || !bad.0.is_empty() {
            break;
        }
        attempt += 1;
        if attempt == ATTEMPTS {
            let wrong = first.iter().filter(|n| n.error > NORM_TOLERANCE);
            bad.0.extend(wrong.map(|n| n.complaint(0, NORM_TOLERANCE)));
            break;
        }
        pass = train_pass(gpu, case, attempt, &mut Bad::default())?;
    }
    if attempt > 0 {
        let worst = first.iter().max_by(|a, b| a.error.total_cmp(&b.error));
        let worst = worst.map(|n| n.complaint(0, NORM_TOLERANCE)).unwrap_or_default();
        println!(
            "note: {}: {worst}; ReLU6's kinks drawn anew {attempt} times of at most {}",
            case["name"].as_str().unwrap_or_default(),
            ATTEMPTS - 1
        );
    }
    Ok(())
}

/// The error of the norm of a gradient, relative to it.
#[derive(Clone)]
struct Norm {
    name: String,
    error: f64,
}

impl Norm {
    fn complaint(&self, attempt: usize, tolerance: f64) -> String {
        let Norm { name, error } = self;
        format!("norm of d.{name} in pass {attempt}: error {error:.3e}, tolerance {tolerance:.1e}")
    }
}

/// One training pass and its norms of gradients; `bad` gets what else differs.
fn train_pass(gpu: &Gpu, case: &Value, attempt: usize, bad: &mut Bad) -> Outcome<Vec<Norm>> {
    let number = |key: &str| case[key].as_f64().ok_or_else(|| format!("no number {key}"));
    if number("dropout")? != 0.0 {
        return Err("dropout draws its own mask".into());
    }
    let (net, store) = derived(gpu, case)?;
    let labels: Vec<f32> = serde_json::from_value(case["labels"].clone())?;
    let labels = Var::constant(&Tensor::from_slice(gpu, &labels, [labels.len()])?);
    let tape = Tape::new(gpu);
    let mode = Mode::Train { momentum: number("bn_momentum")? as f32 };
    let ctx = Ctx { tape: &tape, store: &store, mode, frozen: false };
    let y = net.forward(&ctx, &Var::constant(&input(gpu, case, attempt)?), None)?;
    let smoothing = number("label_smoothing")? as f32;
    let loss = tape.apply(CrossEntropy { smoothing }, &[&y, &labels])?;
    bad.one("loss", loss.tensor().to_host(gpu)?.data[0], &case["loss"]);
    logits(gpu, case, y.tensor(), bad)?;
    tape.backward(&loss, &Tensor::from_slice(gpu, &[1.0], [1])?)?;
    for (key, want) in case["running_stats_after"].as_object().ok_or("no running statistics")? {
        let name = key.split('[').next().unwrap_or(key);
        let found = store.buffers().find(|(n, ..)| *n == name);
        let (.., id) = found.ok_or_else(|| format!("no statistic {name}"))?;
        let values = store.buffer(id)?.to_host(gpu)?.data;
        let len = want.as_array().map_or(0, Vec::len);
        bad.check(key, values.get(..len).unwrap_or(&values), want);
    }
    norms(gpu, case, &store)
}

/// The errors of all norms of gradients that the case lists.
fn norms(gpu: &Gpu, case: &Value, store: &Store) -> Outcome<Vec<Norm>> {
    let wanted = case["grad_norms"].as_object().ok_or("no norms of gradients")?;
    let mut all = Vec::new();
    for (name, _, id) in store.params() {
        let Some(want) = wanted.get(name).and_then(Value::as_f64) else { continue };
        let grad = store.grad(id)?.to_host(gpu)?.data;
        let error = (grad.iter().map(|g| g * g).sum::<f64>().sqrt() - want).abs() / want;
        let error = if error.is_nan() { f64::INFINITY } else { error };
        all.push(Norm { name: name.to_owned(), error });
    }
    if all.len() != wanted.len() {
        return Err(format!("{} of {} gradients compared", all.len(), wanted.len()).into());
    }
    Ok(all)
}

/// Probabilities by the case's rule: softmax of the generator's answer to the middle target, scaled
/// so that its largest magnitude is 3, the first sub-block over three candidates.
fn probabilities(case: &Value, golden: &Path) -> Outcome<Vec<f32>> {
    let path = golden.join("generated.json");
    if !path.is_file() {
        return Err(Skipped(format!("its p needs {}", path.display())).into());
    }
    let rule = case["p_rule"].as_str().ok_or("no rule of p")?;
    let target = rule.split("target ").nth(1).and_then(|t| t.split(' ').next());
    let target = target.ok_or("no target in the rule of p")?;
    let alpha: Vec<Vec<f64>> =
        serde_json::from_value(read(&path)?["targets"][target]["alpha"].clone())?;
    let alpha = alpha.concat();
    let largest = alpha.iter().fold(0.0, |m: f64, a| m.max(a.abs()));
    let tau = case["tau"].as_f64().ok_or("no temperature")?;
    let mut p = Vec::with_capacity(alpha.len());
    for (i, row) in alpha.chunks_exact(OPS).enumerate() {
        let open = if i % SUB_BLOCKS == 0 { SKIP } else { OPS };
        let e: Vec<f64> = row[..open].iter().map(|a| (a * 3.0 / largest / tau).exp()).collect();
        let sum: f64 = e.iter().sum();
        p.extend(e.iter().map(|v| (v / sum) as f32).chain(std::iter::repeat_n(0.0, OPS - open)));
    }
    Ok(p)
}

/// Once with the shadow batch norms that the case lists, and once with those that the GPU chooses.
fn supernet_soft(gpu: &Gpu, case: &Value, path: &Path, bad: &mut Bad) -> Outcome {
    let p = probabilities(case, path.parent().ok_or("no folder")?)?;
    let skips: Vec<f64> = p
        .chunks_exact(SUB_BLOCKS * OPS)
        .map(|l| l.iter().skip(SKIP).step_by(OPS).map(|&v| f64::from(v)).sum())
        .collect();
    bad.check("skip_sums", &skips, &case["skip_sums"]);
    let classes = case["classes"].as_u64().ok_or("no classes")? as usize;
    let shape: Vec<usize> = serde_json::from_value(case["input"].clone())?;
    let data = [shape[1], shape[2], shape[3]];
    let space = Space::preset("cifar")?.for_data(data, classes)?;
    let (net, store) = Supernet::new(gpu, &space, ShadowNorms::Six, &mut net::rng())?;
    fill(gpu, &store, case)?;
    let p = Var::constant(&Tensor::from_slice(gpu, &p, [p.len() / OPS, OPS])?);
    let norms: Vec<usize> = serde_json::from_value(case["sbn_index"].clone())?;
    for known in [Some(&norms), None] {
        let tape = Tape::new(gpu);
        let ctx = Ctx { tape: &tape, store: &store, mode: Mode::Eval, frozen: true };
        let candidates = net.soft_candidates(gpu, &store)?;
        let mut x = net.head(&ctx, &Var::constant(&input(gpu, case, 0)?))?;
        stage(gpu, x.tensor(), "first", &case["stages"]["first"], bad)?;
        for (i, (block, of)) in net.blocks().iter().zip(&candidates).enumerate() {
            let rows = Narrow { dim: 0, start: i * SUB_BLOCKS, len: SUB_BLOCKS };
            let p = ctx.apply(rows, &[&p])?;
            x = block.soft(&ctx, &x, of, &p, known.map(|n| n[i]))?;
            let name = format!("layer{i}");
            stage(gpu, x.tensor(), &name, &case["stages"][&name], bad)?;
        }
        logits(gpu, case, net.tail(&ctx, &x)?.tensor(), bad)?;
    }
    Ok(())
}
