//! Files of the space room beside costs: NAS-Bench-201 cells and rank statistics.

use std::fmt::Debug;
use std::path::Path;

use serde_json::Value;
use sgnas::gpu::Gpu;
use sgnas::space::nas_bench_201::{CIFAR_10, CIFAR_100, Cell, IMAGENET_16_120};
use sgnas::space::stats::{kendall_tau_b, pearson, spearman};

use crate::case::Outcome;
use crate::costs::read;
use crate::runners::Results;

/// `nasbench201_costs.json`: MACs and parameters of cells on three data sets.
pub fn nas_bench_201(_: &Gpu, path: &Path) -> Outcome<Results> {
    let cells: Vec<Value> = serde_json::from_value(read(path)?)?;
    Ok(cells.iter().map(|c| (format!("cell {}", c["arch"]), cell(c))).collect())
}

/// `rank_statistics.json`: tau-b, Pearson, Spearman of pairs of samples.
pub fn rank_statistics(_: &Gpu, path: &Path) -> Outcome<Results> {
    let samples: Vec<Value> = serde_json::from_value(read(path)?)?;
    let named = |(i, s): (usize, &Value)| (format!("rank statistics {i}"), statistics(s));
    Ok(samples.iter().enumerate().map(named).collect())
}

fn equal<T: PartialEq + Debug>(what: &str, found: T, expected: T) -> Outcome {
    if found == expected {
        return Ok(());
    }
    Err(format!("{what} is {found:?}, not {expected:?}").into())
}

fn whole(value: &Value) -> Outcome<u64> {
    value.as_u64().ok_or_else(|| format!("no whole number: {value}").into())
}

/// Millions as written in the tables, in units.
fn units(value: &Value) -> Outcome<u64> {
    let millions = value.as_f64().ok_or_else(|| format!("no number: {value}"))?;
    Ok((millions * 1e6).round() as u64)
}

fn cell(case: &Value) -> Outcome {
    let text = case["arch"].as_str().ok_or("no `arch`")?;
    let cell: Cell = text.parse()?;
    equal("the text", cell.to_string().as_str(), text)?;
    let networks =
        [("cifar10", CIFAR_10), ("cifar100", CIFAR_100), ("imagenet16-120", IMAGENET_16_120)];
    for (name, network) in networks {
        let (cost, expected) = (network.cost(&cell), &case[name]);
        equal("MACs", cost.conv_macs, whole(&expected["conv_macs"])?)?;
        equal("the linear layer", cost.linear, whole(&expected["linear_macs_plus_bias"])?)?;
        equal("FLOPs", cost.published_flops(), units(&expected["published_style_mflops"])?)?;
        equal("parameters", cost.params, whole(&expected["params"])?)?;
    }
    Ok(())
}

fn statistics(sample: &Value) -> Outcome {
    let values = |key: &str| serde_json::from_value::<Vec<f64>>(sample[key].clone());
    let (x, y) = (values("x")?, values("y")?);
    for (key, found) in [
        ("kendall_tau_b", kendall_tau_b(&x, &y)),
        ("pearson", pearson(&x, &y)),
        ("spearman", spearman(&x, &y)),
    ] {
        let (found, expected) = found.zip(sample[key].as_f64()).ok_or(key)?;
        if (found - expected).abs() > 1e-12 {
            return Err(format!("{key} is {found}, not {expected}").into());
        }
    }
    Ok(())
}
