//! A golden case: its settings, inputs and reference outputs, and the comparison with them.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};

use safetensors::{Dtype, SafeTensors};
use serde_json::Value;
use sgnas::gpu::Gpu;
use sgnas::tensor::{HostArray, Shape, Tensor};

pub type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// Relative to `max(1, largest reference value)`; the wider one where a value sums more products
/// than this.
const TOLERANCE: f64 = 2e-5;
const TOLERANCE_OF_LONG_SUMS: f64 = 1e-4;
const LONG_SUM: usize = 1000;

/// A case of the manifest.
pub struct Case {
    /// The folder of all golden files.
    pub golden: PathBuf,
    pub op: String,
    pub params: Value,
    inputs: BTreeMap<String, HostArray>,
    outputs: BTreeMap<String, HostArray>,
}

impl Case {
    /// Reads the file of a manifest entry; it must hold every tensor that the entry lists.
    pub fn load(golden: &Path, entry: &Value) -> Outcome<Case> {
        let word = |key: &str| {
            let text = entry[key].as_str().map(str::to_owned);
            text.ok_or_else(|| format!("the manifest entry has no `{key}`: {entry}"))
        };
        let bytes = std::fs::read(golden.join("ops").join(word("file")?))?;
        let file = SafeTensors::deserialize(&bytes)?;
        let section = |prefix: &str, key: &str| -> Outcome<BTreeMap<String, HostArray>> {
            let listed = entry[key].as_object().ok_or_else(|| format!("no `{key}`"))?;
            let named = |n: &String| Ok((n.clone(), array(&file, &format!("{prefix}.{n}"))?));
            listed.keys().map(named).collect()
        };
        Ok(Case {
            golden: golden.to_owned(),
            op: word("op")?,
            params: entry["params"].clone(),
            inputs: section("in", "inputs")?,
            outputs: section("out", "outputs")?,
        })
    }

    pub fn has(&self, name: &str) -> bool {
        self.inputs.contains_key(name)
    }

    pub fn input_names(&self) -> impl Iterator<Item = &str> {
        self.inputs.keys().map(String::as_str)
    }

    pub fn input(&self, name: &str) -> Outcome<&HostArray> {
        self.inputs.get(name).ok_or_else(|| format!("the case has no input {name}").into())
    }

    /// The input on the GPU.
    pub fn tensor(&self, gpu: &Gpu, name: &str) -> Outcome<Tensor> {
        Ok(Tensor::from_host(gpu, self.input(name)?)?)
    }

    pub fn output(&self, name: &str) -> Outcome<&HostArray> {
        self.outputs.get(name).ok_or_else(|| format!("the case has no output {name}").into())
    }

    pub fn number(&self, key: &str) -> Outcome<f64> {
        self.params[key].as_f64().ok_or_else(|| format!("no number `{key}` in params").into())
    }

    pub fn count(&self, key: &str) -> Outcome<usize> {
        let value = self.params[key].as_u64().map(|v| v as usize);
        value.ok_or_else(|| format!("no whole number `{key}` in params").into())
    }

    /// The number, or `default` where the case does not say.
    pub fn number_or(&self, key: &str, default: f64) -> Outcome<f64> {
        if self.params[key].is_null() { Ok(default) } else { self.number(key) }
    }

    /// The truth value; false where the case does not say.
    pub fn flag(&self, key: &str) -> Outcome<bool> {
        let value = &self.params[key];
        if value.is_null() {
            return Ok(false);
        }
        value.as_bool().ok_or_else(|| format!("no truth value `{key}` in params").into())
    }
}

/// A tensor of the file as f64.
pub fn array(file: &SafeTensors<'_>, name: &str) -> Outcome<HostArray> {
    let view = file.tensor(name).map_err(|e| format!("{name}: {e}"))?;
    let words = view.data().as_chunks::<4>().0.iter();
    let data: Vec<f64> = match view.dtype() {
        Dtype::F32 => words.map(|w| f64::from(f32::from_le_bytes(*w))).collect(),
        Dtype::I32 => words.map(|w| f64::from(i32::from_le_bytes(*w))).collect(),
        other => return Err(format!("{name}: unexpected type {other:?}").into()),
    };
    Ok(HostArray::new(Shape::new(view.shape()), data))
}

/// Compares what the project computes with the references of one case, and knows what has not been
/// compared.
pub struct Checks<'a> {
    case: &'a Case,
    done: BTreeSet<String>,
    /// Each a line: output, error, tolerance.
    bad: Vec<String>,
}

impl<'a> Checks<'a> {
    pub fn new(case: &'a Case) -> Self {
        Checks { case, done: BTreeSet::new(), bad: Vec::new() }
    }

    /// Compares an output, each of whose values is a sum of about `products` products.
    pub fn values(&mut self, name: &str, got: &[f64], products: usize) -> Outcome {
        let relative = if products > LONG_SUM { TOLERANCE_OF_LONG_SUMS } else { TOLERANCE };
        self.within(name, got, relative)
    }

    /// Compares an output at a tolerance relative to `max(1, largest reference value)`.
    pub fn within(&mut self, name: &str, got: &[f64], relative: f64) -> Outcome {
        let want = self.case.output(name)?;
        self.done.insert(name.to_owned());
        if got.len() != want.data.len() {
            self.bad.push(format!("{name}: {} values, not {}", got.len(), want.shape));
            return Ok(());
        }
        let tolerance = relative * want.data.iter().fold(1.0, |m: f64, v| m.max(v.abs()));
        let error = worst(got, &want.data);
        if error > tolerance {
            self.bad.push(format!("{name}: error {error:.3e}, tolerance {tolerance:.3e}"));
        }
        Ok(())
    }

    /// Compares a tensor on the GPU.
    pub fn tensor(&mut self, gpu: &Gpu, name: &str, got: &Tensor, products: usize) -> Outcome {
        self.values(name, &got.to_host(gpu)?.data, products)
    }

    /// The complaints; an output that nothing compared is one.
    pub fn finish(mut self) -> Outcome {
        for name in self.case.outputs.keys().filter(|n| !self.done.contains(*n)) {
            self.bad.push(format!("{name}: not compared"));
        }
        match self.bad.as_slice() {
            [] => Ok(()),
            [one] => Err(one.clone().into()),
            [first, rest @ ..] => Err(format!("{first} (and {} more outputs)", rest.len()).into()),
        }
    }
}

/// The largest difference; a NaN counts as infinitely far unless both are NaN, and so does an
/// infinity unless both are the same one.
pub fn worst(got: &[f64], want: &[f64]) -> f64 {
    let error = |(g, w): (&f64, &f64)| {
        let same = g == w || (g.is_nan() && w.is_nan());
        if same { 0.0 } else { (g - w).abs() }
    };
    got.iter()
        .zip(want)
        .map(error)
        .fold(0.0, |m, e| if e.is_nan() { f64::INFINITY } else { m.max(e) })
}
