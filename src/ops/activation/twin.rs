//! The activations in f64.

use super::Activation;

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// act(x).
pub(crate) fn value(act: Activation, x: f64) -> f64 {
    match act {
        Activation::Identity => x,
        // `max` would turn a NaN into 0.
        Activation::Relu if x < 0.0 => 0.0,
        Activation::Relu => x,
        Activation::Relu6 => x.clamp(0.0, 6.0),
        Activation::Hswish => x * (x + 3.0).clamp(0.0, 6.0) / 6.0,
        Activation::Hsigmoid => (x + 3.0).clamp(0.0, 6.0) / 6.0,
        Activation::Sigmoid => sigmoid(x),
        Activation::Swish => x * sigmoid(x),
    }
}
