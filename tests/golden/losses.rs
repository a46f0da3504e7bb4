//! Softmax and its relatives, and losses.

use sgnas::gpu::Gpu;
use sgnas::ops::Op;
use sgnas::ops::cross_entropy::CrossEntropy;
use sgnas::ops::gumbel_softmax::GumbelSoftmax;
use sgnas::ops::softmax::{LogSoftmax, Softmax};

use crate::apply::compare;
use crate::case::{Case, Checks, Outcome};

/// Values of the last axis, which everything here sums over.
fn columns(case: &Case, name: &str) -> Outcome<usize> {
    Ok(case.input(name)?.shape.dims().last().copied().unwrap_or(1))
}

pub fn softmax(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    rows(gpu, case, checks, Softmax)
}

pub fn log_softmax(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    rows(gpu, case, checks, LogSoftmax)
}

fn rows(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>, op: impl Op + 'static) -> Outcome {
    let last = case.input("x")?.shape.rank() as f64 - 1.0;
    let dim = case.number_or("dim", -1.0)?;
    if dim != -1.0 && dim != last {
        return Err(format!("a softmax over axis {dim}, not the last, is not built").into());
    }
    let k = columns(case, "x")?;
    compare(gpu, case, checks, op, &[("x", Some("dx"))], "y", &|_| k)
}

pub fn cross_entropy(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    let op = CrossEntropy { smoothing: case.number_or("label_smoothing", 0.0)? as f32 };
    let (k, n) = (columns(case, "x")?, case.input("t")?.data.len());
    let products = |name: &str| if name == "loss" { n * k } else { k };
    compare(gpu, case, checks, op, &[("x", Some("dx")), ("t", None)], "loss", &products)
}

/// With the noise of the case, which must be what its uniform numbers make; the most probable entry
/// of each row exactly.
pub fn gumbel_softmax(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    let op = GumbelSoftmax { tau: case.number("tau")? as f32 };
    let k = columns(case, "alpha")?;
    if case.has("uniform") {
        let made = case.input("uniform")?.data.iter().map(|u| -(-u.ln()).ln());
        for (made, given) in made.zip(&case.input("noise")?.data) {
            if (made - given).abs() > 1e-4 * given.abs().max(1.0) {
                return Err(format!("noise {given} is not -ln(-ln(uniform)) = {made}").into());
            }
        }
    }
    let inputs = [("alpha", Some("dalpha")), ("noise", None)];
    compare(gpu, case, checks, op, &inputs, "y", &|_| k)?;
    if case.output("argmax").is_ok() {
        let [alpha, noise] = ["alpha", "noise"].map(|n| case.tensor(gpu, n));
        let y = op.forward(gpu, &[&alpha?, &noise?])?.output.to_host(gpu)?;
        let first_largest = |row: &[f64]| {
            let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            row.iter().position(|v| *v == largest).map_or(f64::NAN, |i| i as f64)
        };
        let argmax: Vec<f64> = y.data.chunks(k).map(first_largest).collect();
        checks.within("argmax", &argmax, 0.0)?;
    }
    Ok(())
}
