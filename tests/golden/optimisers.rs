//! Optimisers over several steps, moving averages and clipping.

use sgnas::gpu::Gpu;
use sgnas::ops::optim::{
    Adam, Optimiser, RmsForm, RmsProp, Rule, Sgd, Update, clip_scale, ema as average,
};
use sgnas::tensor::Tensor;

use crate::case::{Case, Checks, Outcome};

pub fn sgd(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    if case.number_or("dampening", 0.0)? != 0.0 {
        return Err("dampening is not built".into());
    }
    let rule = Sgd {
        momentum: case.number_or("momentum", 0.0)?,
        nesterov: case.flag("nesterov")?,
        weight_decay: case.number_or("weight_decay", 0.0)?,
    };
    steps(gpu, case, checks, Rule::Sgd(rule))
}

pub fn adam(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    let rule = Adam {
        beta1: case.number("beta1")?,
        beta2: case.number("beta2")?,
        eps: case.number("eps")?,
        weight_decay: case.number_or("weight_decay", 0.0)?,
        decoupled: case.op == "adamw",
    };
    steps(gpu, case, checks, Rule::Adam(rule))
}

pub fn rmsprop(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    let tensorflow = case.op == "rmsprop_tf";
    let rule = Rule::RmsProp(RmsProp {
        alpha: case.number("alpha")?,
        eps: case.number("eps")?,
        momentum: case.number_or("momentum", 0.0)?,
        weight_decay: case.number_or("weight_decay", 0.0)?,
        centred: case.flag("centered")?,
        form: if tensorflow { RmsForm::TensorFlow } else { RmsForm::Torch },
    });
    if f64::from(rule.initial("square_avg")) != case.number("square_avg_init")?
        || tensorflow != case.flag("lr_in_momentum")?
    {
        return Err("a form of RMSprop that is neither torch's nor TensorFlow's".into());
    }
    steps(gpu, case, checks, rule)
}

/// Steps with the gradients of the case, one after the other; the weights after each.
fn steps(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>, rule: Rule) -> Outcome {
    let grads = case.input("grads")?;
    let weights = case.tensor(gpu, "p0")?;
    let len = weights.len();
    let mut optimiser = Optimiser::new(gpu, rule, len)?;
    let mut trace = Vec::new();
    for (i, g) in grads.to_f32().chunks(len).enumerate() {
        let lr = match case.params["lr_per_step"][i].as_f64() {
            Some(lr) => lr,
            None => case.number("lr")?,
        };
        let gradient = Tensor::from_slice(gpu, g, *weights.shape())?;
        let update =
            Update { weights: &weights, gradient: &gradient, lr, clip: None, decay_mask: None };
        optimiser.step(gpu, &update)?;
        trace.extend(weights.to_host(gpu)?.data);
    }
    checks.values("p", &trace, 1)?;
    for (name, state) in optimiser.states() {
        let name = format!("state_{name}");
        if case.output(&name).is_ok() {
            checks.tensor(gpu, &name, state, 1)?;
        }
    }
    Ok(())
}

pub fn ema(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    let e = case.tensor(gpu, "e0")?;
    let mut trace = Vec::new();
    for w in case.input("w")?.to_f32().chunks(e.len()) {
        let weights = Tensor::from_slice(gpu, w, *e.shape())?;
        average(gpu, &e, &weights, case.number("decay")?)?;
        trace.extend(e.to_host(gpu)?.data);
    }
    checks.values("e", &trace, 1)
}

/// The gradients clipped as a step of SGD clips them: from zero weights with rate -1.
pub fn clip(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    let names: Vec<_> = case.input_names().collect();
    let tensors: Vec<_> = names.iter().map(|n| case.tensor(gpu, n)).collect::<Outcome<_>>()?;
    let refs: Vec<&Tensor> = tensors.iter().collect();
    let clip = clip_scale(gpu, &refs, case.number("max_norm")?)?;
    let products = tensors.iter().map(Tensor::len).sum();
    checks.values("norm", &clip.to_host(gpu)?.data[..1], products)?;
    for (name, gradient) in names.iter().zip(&tensors) {
        let weights = Tensor::zeros(gpu, *gradient.shape())?;
        let mut sgd = Optimiser::new(gpu, Rule::Sgd(Sgd::default()), gradient.len())?;
        let update =
            Update { weights: &weights, gradient, lr: -1.0, clip: Some(&clip), decay_mask: None };
        sgd.step(gpu, &update)?;
        checks.tensor(gpu, name, &weights, products)?;
    }
    Ok(())
}
