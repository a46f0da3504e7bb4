//! Value by value and by place: activations, arithmetic with broadcasting, concatenation, slices.

use sgnas::autodiff::{Tape, Var};
use sgnas::gpu::Gpu;
use sgnas::ops::Op;
use sgnas::ops::activation::Activation;
use sgnas::ops::arithmetic::{Add, Mul};
use sgnas::ops::concat::Concat;
use sgnas::ops::narrow::Narrow;
use sgnas::tensor::Tensor;

use crate::apply::compare;
use crate::case::{Case, Checks, Outcome};

/// The activation that the case's op is called after.
pub fn activation(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    let act = Activation::ALL.into_iter().find(|a| a.name() == case.op);
    let act = act.ok_or_else(|| format!("no activation is called {}", case.op))?;
    compare(gpu, case, checks, act, &[("x", Some("dx"))], "y", &|_| 1)
}

pub fn add(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    broadcast(gpu, case, checks, Add)
}

pub fn mul(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    broadcast(gpu, case, checks, Mul)
}

/// A gradient sums over the places that its operand was repeated to.
fn broadcast(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>, op: impl Op + 'static) -> Outcome {
    let all = case.output("y")?.data.len();
    let products = |name: &str| case.output(name).map_or(1, |o| all / o.data.len().max(1));
    compare(gpu, case, checks, op, &[("a", Some("da")), ("b", Some("db"))], "y", &products)
}

/// Every input but the seed, in the order of their names.
pub fn concat(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    let op = Concat { dim: case.count("dim")? };
    let names: Vec<String> = case.input_names().filter(|n| *n != "gy").map(str::to_owned).collect();
    let gradients: Vec<String> = names.iter().map(|n| format!("d{n}")).collect();
    let pairs = names.iter().zip(&gradients);
    let inputs: Vec<_> = pairs.map(|(n, d)| (n.as_str(), Some(d.as_str()))).collect();
    compare(gpu, case, checks, op, &inputs, "y", &|_| 1)
}

/// Splits into equal parts, scales each by its weight and joins them again.
pub fn split_scale_concat(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    let (dim, parts) = (case.count("dim")?, case.count("parts")?);
    let tape = Tape::new(gpu);
    let x = case.tensor(gpu, "x")?;
    let sink = Tensor::zeros(gpu, *x.shape())?;
    let var = tape.leaf(&x, &sink);
    let len = x.shape().dim(dim) / parts;
    let mut scaled = Vec::new();
    for (i, w) in case.input("w")?.to_f32().into_iter().enumerate() {
        let part = tape.apply(Narrow { dim, start: i * len, len }, &[&var])?;
        checks.tensor(gpu, &format!("part{i}"), part.tensor(), 1)?;
        let w = Var::constant(&Tensor::from_slice(gpu, &[w], [1])?);
        scaled.push(tape.apply(Mul, &[&part, &w])?);
    }
    let y = tape.apply(Concat { dim }, &scaled.iter().collect::<Vec<_>>())?;
    tape.backward(&y, &case.tensor(gpu, "gy")?)?;
    checks.tensor(gpu, "y", y.tensor(), 1)?;
    checks.tensor(gpu, "dx", &sink, 1)
}
