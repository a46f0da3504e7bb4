//! Networks of the project with the tensors of a case: filling a store, and comparing what a pass
//! leaves in it.

use std::collections::BTreeMap;

use rand::SeedableRng;
use sgnas::autodiff::{Tape, Var};
use sgnas::gpu::{Gpu, GpuError};
use sgnas::nn::{Ctx, HostTensor, Mode, Store, Tensors};
use sgnas::tensor::{Shape, Tensor};

use crate::case::{Case, Checks, Outcome};

/// For initial values that the case overwrites.
pub fn rng() -> rand_pcg::Pcg64 {
    rand_pcg::Pcg64::seed_from_u64(1)
}

/// Names and shapes of all tensors of a store.
fn names(store: &Store) -> impl Iterator<Item = (&str, &Shape)> {
    let params = store.params().map(|(name, shape, _)| (name, shape));
    params.chain(store.buffers().map(|(name, shape, _)| (name, shape)))
}

/// Fills a store; `value` gives the values of the tensor of a name and shape.
pub fn fill(
    gpu: &Gpu,
    store: &Store,
    value: &dyn Fn(&str, &Shape) -> Outcome<Vec<f32>>,
) -> Outcome {
    let mut state: Tensors = BTreeMap::new();
    for (name, shape) in names(store) {
        let values = value(name, shape)?;
        state.insert(name.into(), HostTensor { shape: shape.dims().to_vec(), values });
    }
    Ok(store.load_state(gpu, &state)?)
}

/// Fills a store with inputs of the case; `rename` gives the case's name of a tensor.
pub fn load(gpu: &Gpu, store: &Store, case: &Case, rename: &dyn Fn(&str) -> String) -> Outcome {
    fill(gpu, store, &|name, shape| {
        let input = case.input(&rename(name))?;
        if input.shape.len() != shape.len() {
            return Err(format!("{name}: {} in the case, {shape} here", input.shape).into());
        }
        Ok(input.to_f32())
    })
}

/// Compares gradients (outputs `d.NAME`) and running statistics (`new.NAME`) of the tensors that the
/// case lists.
pub fn compare(
    gpu: &Gpu,
    store: &Store,
    case: &Case,
    checks: &mut Checks<'_>,
    rename: &dyn Fn(&str) -> String,
    products: usize,
) -> Outcome {
    for (name, _, id) in store.params() {
        let output = format!("d.{}", rename(name));
        if case.output(&output).is_ok() {
            checks.tensor(gpu, &output, &store.grad(id)?, products)?;
        }
    }
    for (name, _, id) in store.buffers() {
        let output = format!("new.{}", rename(name));
        if case.output(&output).is_ok() {
            checks.tensor(gpu, &output, &store.buffer(id)?, products)?;
        }
    }
    Ok(())
}

/// Output, and gradient of the input.
pub struct Pass {
    pub output: Tensor,
    pub dx: Tensor,
}

/// One pass forward and back from `seed`, gradients to the store.
pub fn pass(
    gpu: &Gpu,
    store: &Store,
    mode: Mode,
    x: &Tensor,
    seed: &Tensor,
    network: impl FnOnce(&Ctx<'_>, &Var) -> Result<Var, GpuError>,
) -> Outcome<Pass> {
    store.zero_grads(gpu);
    let tape = Tape::new(gpu);
    let ctx = Ctx { tape: &tape, store, mode, frozen: false };
    let dx = Tensor::zeros(gpu, *x.shape())?;
    let y = network(&ctx, &tape.leaf(x, &dx))?;
    tape.backward(&y, seed)?;
    Ok(Pass { output: y.tensor().clone(), dx })
}

/// Training with the usual momentum, or evaluation, as the case's `mode` begins.
pub fn mode(case: &Case) -> Outcome<Mode> {
    match case.params["mode"].as_str() {
        Some(m) if m.starts_with("train") => Ok(Mode::Train { momentum: 0.1 }),
        Some(m) if m.starts_with("eval") => Ok(Mode::Eval),
        other => Err(format!("an unknown mode {other:?}").into()),
    }
}
