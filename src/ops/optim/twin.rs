//! The optimisers in plain loops, f64: what the tests hold the kernels against.

use super::{RmsForm, Rule};

/// One step in place. `states` in the order of [`Rule::state_names`], `gradient` already clipped,
/// `step` counted from 1, `mask` the factor of each value's weight decay.
pub fn twin_step(
    rule: &Rule,
    weights: &mut [f64],
    gradient: &[f64],
    states: &mut [Vec<f64>],
    mask: &[f64],
    lr: f64,
    step: u64,
) {
    let names = rule.state_names();
    let at = |name: &str| names.iter().position(|n| *n == name);
    for i in 0..weights.len() {
        let (w, g, wd_mask) = (&mut weights[i], gradient[i], mask[i]);
        match rule {
            Rule::Sgd(r) => {
                let mut d = g + r.weight_decay * wd_mask * *w;
                if let Some(v) = at("momentum_buffer") {
                    let velocity = r.momentum * states[v][i] + d;
                    states[v][i] = velocity;
                    d = if r.nesterov { d + r.momentum * velocity } else { velocity };
                }
                *w -= lr * d;
            }
            Rule::Adam(r) => {
                let mut d = g;
                if r.decoupled {
                    *w *= 1.0 - lr * r.weight_decay * wd_mask;
                } else {
                    d += r.weight_decay * wd_mask * *w;
                }
                let t = step as f64;
                states[0][i] = r.beta1 * states[0][i] + (1.0 - r.beta1) * d;
                states[1][i] = r.beta2 * states[1][i] + (1.0 - r.beta2) * d * d;
                let mean = states[0][i] / (1.0 - r.beta1.powf(t));
                let square = states[1][i] / (1.0 - r.beta2.powf(t));
                *w -= lr * mean / (square.sqrt() + r.eps);
            }
            Rule::RmsProp(r) => {
                let tf = r.form == RmsForm::TensorFlow;
                let d = g + r.weight_decay * wd_mask * *w;
                states[0][i] = r.alpha * states[0][i] + (1.0 - r.alpha) * d * d;
                let mut square = states[0][i];
                if let Some(a) = at("grad_avg") {
                    states[a][i] = r.alpha * states[a][i] + (1.0 - r.alpha) * d;
                    square -= states[a][i] * states[a][i];
                }
                let q = if tf { d / (square + r.eps).sqrt() } else { d / (square.sqrt() + r.eps) };
                let Some(b) = at("momentum_buffer") else {
                    *w -= lr * q;
                    continue;
                };
                states[b][i] = r.momentum * states[b][i] + if tf { lr * q } else { q };
                *w -= if tf { states[b][i] } else { lr * states[b][i] };
            }
        }
    }
}
