//! Activations, value by value.

use sgnas::gpu::Gpu;
use sgnas::ops::activation::Activation;

use crate::apply::compare;
use crate::case::{Case, Checks, Outcome};

/// The activation that the case's op is called after.
pub fn activation(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    use sgnas::ops::Op;
    let act = Activation::ALL.into_iter().find(|a| a.name() == case.op);
    let act = act.ok_or_else(|| format!("no activation is called {}", case.op))?;
    compare(gpu, case, checks, act, &[("x", Some("dx"))], "y", &|_| 1)
}
