//! Initial values of parameters (section 2 of the specification).

use rand::{Rng, RngExt};

/// How a parameter starts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// Normal with mean 0 and this standard deviation.
    Normal(f64),
    /// The same value everywhere.
    Constant(f32),
}

impl Init {
    /// N(0, sqrt(2 / (k k c_out))), for every convolution, c_out not divided by groups.
    pub fn conv(kernel: usize, c_out: usize) -> Self {
        Init::Normal((2.0 / (kernel * kernel * c_out) as f64).sqrt())
    }

    /// N(0, 0.01), for the classifier.
    pub const LINEAR: Init = Init::Normal(0.01);

    /// Fills `values`.
    pub(super) fn fill(self, values: &mut [f32], rng: &mut impl Rng) {
        match self {
            Init::Constant(c) => values.fill(c),
            Init::Normal(std) => values.iter_mut().for_each(|v| *v = (std * normal(rng)) as f32),
        }
    }
}

/// A standard normal number (Box and Muller).
fn normal(rng: &mut impl Rng) -> f64 {
    let u: f64 = 1.0 - rng.random::<f64>();
    let v: f64 = rng.random();
    (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}
