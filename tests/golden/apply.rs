//! Runs one op forward and backward through the tape.

use sgnas::autodiff::{Tape, Var};
use sgnas::gpu::Gpu;
use sgnas::ops::Op;
use sgnas::tensor::Tensor;

use crate::case::{Case, Checks, Outcome};

/// An input of the op: its name in the case and the output that holds its gradient, if any.
pub type Input<'a> = (&'a str, Option<&'a str>);

/// What a run left: the output and, in the order of the inputs, the gradients.
pub struct Run {
    pub output: Tensor,
    pub gradients: Vec<Tensor>,
}

/// Applies the op to tensors, all of them leaves where `leaves` says so, and walks back from
/// `seed` (ones where absent).
pub fn run(
    gpu: &Gpu,
    op: impl Op + 'static,
    inputs: &[(Tensor, bool)],
    seed: Option<&Tensor>,
) -> Outcome<Run> {
    let tape = Tape::new(gpu);
    let mut vars = Vec::new();
    let mut gradients = Vec::new();
    for (tensor, leaf) in inputs {
        let sink = Tensor::zeros(gpu, *tensor.shape())?;
        vars.push(if *leaf { tape.leaf(tensor, &sink) } else { Var::constant(tensor) });
        gradients.push(sink);
    }
    let refs: Vec<&Var> = vars.iter().collect();
    let y = tape.apply(op, &refs)?;
    let output = y.tensor().clone();
    let seed = match seed {
        Some(s) => s.reshape(*output.shape())?,
        None => Tensor::from_slice(gpu, &vec![1.0; output.len()], *output.shape())?,
    };
    tape.backward(&y, &seed)?;
    Ok(Run { output, gradients })
}

/// Applies the op to inputs of the case and compares the output called `output` and the gradients.
/// The seed is the input `gy` where there is one. `products` says how many products a value of an
/// output sums.
pub fn compare(
    gpu: &Gpu,
    case: &Case,
    checks: &mut Checks<'_>,
    op: impl Op + 'static,
    inputs: &[Input<'_>],
    output: &str,
    products: &dyn Fn(&str) -> usize,
) -> Outcome {
    let tensors: Vec<_> = inputs
        .iter()
        .map(|(name, grad)| Ok((case.tensor(gpu, name)?, grad.is_some())))
        .collect::<Outcome<_>>()?;
    let seed = case.has("gy").then(|| case.tensor(gpu, "gy")).transpose()?;
    let done = run(gpu, op, &tensors, seed.as_ref())?;
    checks.tensor(gpu, output, &done.output, products(output))?;
    for ((_, grad), got) in inputs.iter().zip(&done.gradients) {
        if let Some(grad) = grad {
            checks.tensor(gpu, grad, got, products(grad))?;
        }
    }
    Ok(())
}
