//! Softmax and its relatives, and losses.

use sgnas::gpu::Gpu;
use sgnas::ops::Op;
use sgnas::ops::cross_entropy::CrossEntropy;
use sgnas::ops::focal_loss::SigmoidFocal;
use sgnas::ops::gumbel_softmax::GumbelSoftmax;
use sgnas::ops::hardware_loss::HardwareLoss;
use sgnas::ops::regression_loss::{L1, SmoothL1};
use sgnas::ops::softmax::{LogSoftmax, Softmax};
use sgnas::tensor::Tensor;

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

pub fn hardware_of(case: &Case) -> Outcome<HardwareLoss> {
    Ok(HardwareLoss {
        lambda: case.number("lambda_")? as f32,
        over_penalty: case.number("over_penalty")? as f32,
        // The authors' width, where a case does not say.
        dead_zone: case.number_or("dead_zone", 0.1)? as f32,
    })
}

pub fn hardware(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    let inputs = [("generated", Some("dgenerated")), ("target", None)];
    compare(gpu, case, checks, hardware_of(case)?, &inputs, "loss", &|_| 1)
}

/// Labels of background and of anchors to leave out follow the case's own numbers: whatever is no
/// class is background.
pub fn focal(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    let op =
        SigmoidFocal { alpha: case.number("alpha")? as f32, gamma: case.number("gamma")? as f32 };
    masked(gpu, case, checks, op, ["x", "t", "valid", "avg_factor"], None)
}

pub fn smooth_l1(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    let op = SmoothL1 { beta: case.number("beta")? as f32 };
    regression(gpu, case, checks, op)
}

pub fn l1(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    regression(gpu, case, checks, L1)
}

/// The cases give the loss by element as it is before the mask.
fn regression(
    gpu: &Gpu,
    case: &Case,
    checks: &mut Checks<'_>,
    op: impl Op + Copy + 'static,
) -> Outcome {
    let names = ["x", "t", "mask", "avg_factor"];
    let x = case.input("x")?;
    let all = Tensor::from_slice(gpu, &vec![1.0; x.data.len()], x.shape)?;
    masked(gpu, case, checks, op, names, Some(all))
}

/// A loss over elements of which some count, and what it saves: the loss by element, with the mask
/// (the third input) or another.
fn masked(
    gpu: &Gpu,
    case: &Case,
    checks: &mut Checks<'_>,
    op: impl Op + Copy + 'static,
    names: [&str; 4],
    mask: Option<Tensor>,
) -> Outcome {
    let n = case.input("x")?.data.len();
    let inputs = names.map(|name| (name, (name == "x").then_some("dx")));
    compare(gpu, case, checks, op, &inputs, "loss", &|name| if name == "loss" { n } else { 1 })?;
    let given = names.map(|name| case.tensor(gpu, name));
    let mut tensors = given.into_iter().collect::<Outcome<Vec<_>>>()?;
    if let Some(mask) = mask {
        tensors[2] = mask;
    }
    let saved = op.forward(gpu, &tensors.iter().collect::<Vec<_>>())?.saved;
    let by_element = saved.first().ok_or("the op saves no loss by element")?;
    checks.tensor(gpu, "per_element", by_element, 1)
}
