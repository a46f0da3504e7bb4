//! Schedules of learning rates and temperatures.

use std::path::Path;

use serde_json::Value;
use sgnas::gpu::Gpu;
use sgnas::nn::schedule::{cosine, exponential, multi_step, step, warm_up};

use crate::case::{Outcome, worst};
use crate::costs::read;
use crate::runners::Results;

/// Relative to the base value: the references were computed in f64 too.
const TOLERANCE: f64 = 1e-12;

/// The function that an entry describes, told by the settings it has.
fn schedule(entry: &Value) -> Outcome<Box<dyn Fn(u64) -> f64 + '_>> {
    let number = |key: &str| entry[key].as_f64().ok_or_else(|| format!("no number {key}"));
    let count = |key: &str| entry[key].as_u64().ok_or_else(|| format!("no whole number {key}"));
    let has = |key: &str| !entry[key].is_null();
    if has("tau0") {
        let (tau, decay) = (number("tau0")?, number("decay")?);
        return Ok(Box::new(move |t| exponential(tau, decay, t)));
    }
    let base = number("base_lr")?;
    if has("t_max") {
        let (end, length) = (number("lr_min")?, count("t_max")?);
        return Ok(Box::new(move |t| cosine(base, end, t, length)));
    }
    if has("warmup_epochs") {
        let (start, length) = (number("warmup_lr")?, count("warmup_epochs")? as f64);
        let after: Box<dyn Fn(u64) -> f64> = if has("t_initial") {
            let (end, cycle) = (number("lr_min")?, count("t_initial")?);
            Box::new(move |t| cosine(base, end, t, cycle))
        } else {
            let (rate, every) = (number("decay_rate")?, count("decay_epochs")?);
            Box::new(move |t| step(base, rate, every, t))
        };
        let warm = move |t: u64| warm_up(base, start, t as f64, length);
        return Ok(Box::new(move |t| warm(t).unwrap_or_else(|| after(t))));
    }
    if has("warmup_iters") {
        let (start, length) = (base * number("ratio")?, count("warmup_iters")? as f64);
        return Ok(Box::new(move |t| warm_up(base, start, t as f64, length).unwrap_or(base)));
    }
    let gamma = number("gamma")?;
    if has("milestones") {
        let milestones: Vec<u64> = serde_json::from_value(entry["milestones"].clone())?;
        return Ok(Box::new(move |t| multi_step(base, gamma, &milestones, t)));
    }
    if has("step_size") {
        let every = count("step_size")?;
        return Ok(Box::new(move |t| step(base, gamma, every, t)));
    }
    Ok(Box::new(move |t| exponential(base, gamma, t)))
}

fn compare(entry: &Value) -> Outcome {
    let f = schedule(entry)?;
    let want: Vec<f64> = serde_json::from_value(entry["values"].clone())?;
    let got: Vec<f64> = (0..want.len() as u64).map(f).collect();
    let tolerance = TOLERANCE * want.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
    let error = worst(&got, &want);
    if error <= tolerance {
        return Ok(());
    }
    Err(format!("values: error {error:.3e}, tolerance {tolerance:.3e}").into())
}

pub fn rates(_: &Gpu, path: &Path) -> Outcome<Results> {
    let file = read(path)?;
    let entries = file.as_array().ok_or("the file is no list")?;
    let name = |e: &Value| e["name"].as_str().unwrap_or("a schedule without a name").to_owned();
    Ok(entries.iter().map(|e| (name(e), compare(e))).collect())
}
