//! Generated networks against random ones of like cost: the figures, and whether the generated ones
//! stand out. Who measured them, and how near in cost they are, is the caller's affair.

use serde::{Deserialize, Serialize};

use super::statistics::mean;
use crate::space::stats::mean_and_standard_error;

/// Accuracies (0 to 1) of a group of random networks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// How many.
    pub n: usize,
    /// Their mean.
    pub mean: f64,
    /// The sample's standard deviation.
    pub standard_deviation: f64,
    /// The deviation over the root of `n`: how far the mean itself may be off.
    pub standard_error: f64,
}

/// What random networks reach and what generated ones do, in accuracies of 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The random ones.
    pub random: Group,
    /// Mean accuracy of the generated ones.
    pub generated: f64,
    /// The generated ones' mean less the random ones'.
    pub difference: f64,
    /// Whether the difference is at least one standard error of the random ones' mean.
    pub holds: bool,
}

impl Comparison {
    /// Of the accuracies of generated and of random networks; `None` without a generated one or
    /// with fewer than two random ones, which have no deviation.
    pub fn of(generated: &[f64], random: &[f64]) -> Option<Self> {
        let (random_mean, standard_error) = mean_and_standard_error(random)?;
        if generated.is_empty() {
            return None;
        }
        let n = random.len();
        let standard_deviation = standard_error * (n as f64).sqrt();
        let generated = mean(generated);
        let difference = generated - random_mean;
        Some(Self {
            random: Group { n, mean: random_mean, standard_deviation, standard_error },
            generated,
            difference,
            holds: difference >= standard_error,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_bar_is_the_random_mean_and_one_standard_error() {
        let random = [0.70, 0.72, 0.74, 0.76];
        let error = (0.002_f64 / 3.0).sqrt() / 2.0;
        let above = Comparison::of(&[0.73 + error + 1e-9], &random).unwrap();
        assert!(above.holds && (above.difference - error - 1e-9).abs() < 1e-12, "{above:?}");
        let below = Comparison::of(&[0.73 + error - 1e-9], &random).unwrap();
        assert!(!below.holds && below.difference > 0.0, "{below:?}");
        let group = below.random;
        assert!(group.n == 4 && (group.mean - 0.73).abs() < 1e-12, "{group:?}");
        assert!((group.standard_error - error).abs() < 1e-12, "{group:?}");
        assert!((group.standard_deviation - 2.0 * error).abs() < 1e-12, "{group:?}");
    }

    #[test]
    fn several_generated_networks_count_by_their_mean_and_too_few_networks_give_nothing() {
        let several = Comparison::of(&[0.7, 0.8], &[0.7, 0.72]).unwrap();
        assert!((several.generated - 0.75).abs() < 1e-12);
        assert_eq!(Comparison::of(&[], &[0.7, 0.72]), None);
        assert_eq!(Comparison::of(&[0.7], &[0.7]), None);
    }
}
