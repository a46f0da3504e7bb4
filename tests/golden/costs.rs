//! Files of costs: tables of spaces, and the MACs and parameters of generated architectures.

use std::path::Path;

use serde_json::Value;
use sgnas::gpu::Gpu;
use sgnas::space::{Architecture, Metric, Space};

use crate::case::Outcome;
use crate::runners::Results;

pub fn read(path: &Path) -> Outcome<Value> {
    Ok(serde_json::from_slice(&std::fs::read(path)?)?)
}

pub fn entries<'a>(
    value: &'a Value,
    what: &str,
) -> Outcome<impl Iterator<Item = (&'a String, &'a Value)>> {
    Ok(value.as_object().ok_or_else(|| format!("{what} is no table"))?.iter())
}

/// Equal, or what differs.
fn equal(what: &str, got: u64, want: Option<u64>) -> Outcome {
    if Some(got) == want {
        Ok(())
    } else {
        Err(format!("{what}: {got}, not {want:?}, tolerance 0").into())
    }
}

fn units(millions: &Value) -> Option<u64> {
    millions.as_f64().map(|v| (v * 1e6).round() as u64)
}

/// Compares the MACs of each part of a space.
fn table(space: &str, fixed: &Value, depthwise: &Value, pointwise: &Value) -> Outcome {
    let table = Space::preset(space)?.cost_table(Metric::Macs);
    equal("fixed part", table.fixed, units(fixed))?;
    let layers = depthwise.as_object().map(|o| o.len() as u64);
    equal("layers", table.layers.len() as u64, layers)?;
    for (i, costs) in table.layers.iter().enumerate() {
        let (dw, pw) = (&depthwise[i.to_string()], &pointwise[i.to_string()]);
        for (got, kernel) in costs.depthwise.iter().zip(["k3", "k5", "k7"]) {
            equal(&format!("layer {i} {kernel}"), *got, units(&dw[kernel]))?;
        }
        equal(&format!("layer {i} expansion"), costs.expand, units(&pw["point_1"]))?;
        equal(&format!("layer {i} projection"), costs.project, units(&pw["point_2"]))?;
    }
    Ok(())
}

pub fn tables(_: &Gpu, path: &Path) -> Outcome<Results> {
    let file = read(path)?;
    let all = entries(&file, "the file")?;
    let check = |t: &Value, name: &str| table(name, &t["basic"], &t["depthwise"], &t["pointwise"]);
    Ok(all.map(|(name, t)| (format!("cost table of {name}"), check(t, name))).collect())
}

/// MACs and parameters of one target's architecture, with squeeze-excite and without.
fn generated_costs(space: &Space, target: &Value) -> Outcome {
    let architecture: Architecture = serde_json::from_value(target["kernels_per_layer"].clone())?;
    let plain = space.cost(&architecture, false)?;
    let gated = space.cost(&architecture, true)?;
    equal("MACs", plain.macs, target["analytic_conv_macs"].as_u64())?;
    let excite = target["analytic_se_conv_macs"].as_u64();
    equal("MACs of squeeze-excite", gated.macs - plain.macs, excite)?;
    equal("parameters", plain.params, target["params_plain"].as_u64())?;
    equal("parameters with squeeze-excite", gated.params, target["params_se"].as_u64())
}

/// The costs in the file of generated architectures; that the generator makes them is checked with
/// the networks.
pub fn generated(_: &Gpu, path: &Path) -> Outcome<Results> {
    let file = read(path)?;
    let t = &file["lookup_table"];
    let parts = [&t["basic_mflops"], &t["depthwise_mflops"], &t["pointwise_mflops"]];
    let first =
        ("cost table of the generator".into(), table("imagenet", parts[0], parts[1], parts[2]));
    let space = Space::preset("imagenet")?;
    let targets = entries(&file["targets"], "targets")?;
    let cost = |(name, t): (&String, &Value)| {
        (format!("costs of target {name}"), generated_costs(&space, t))
    };
    Ok(std::iter::once(first).chain(targets.map(cost)).collect())
}
