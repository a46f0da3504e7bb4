//! How well costs follow budgets: rank correlation, correlation and error.

use serde::{Deserialize, Serialize};

use super::facts::Tracked;

/// Agreement of costs with budgets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Fit {
    /// Kendall's tau-b; 0 where one side is constant.
    pub kendall_tau: f64,
    /// Pearson's correlation; 0 where one side is constant.
    pub pearson: f64,
    /// Mean |cost - budget|, MACs or parameters.
    pub mean_abs_error: f64,
}

/// The agreement over some budgets; all zero for none.
pub fn fit(tracked: &[Tracked]) -> Fit {
    let budgets: Vec<f64> = tracked.iter().map(|one| one.budget as f64).collect();
    let costs: Vec<f64> = tracked.iter().map(|one| one.cost as f64).collect();
    let errors: f64 = tracked.iter().map(|one| one.budget.abs_diff(one.cost) as f64).sum();
    Fit {
        kendall_tau: kendall_tau(&budgets, &costs),
        pearson: pearson(&budgets, &costs),
        mean_abs_error: errors / tracked.len().max(1) as f64,
    }
}

/// Kendall's tau-b, which counts ties; 0 where a side is constant or shorter than two.
pub fn kendall_tau(x: &[f64], y: &[f64]) -> f64 {
    let (mut agreement, mut untied_x, mut untied_y) = (0_i64, 0_u64, 0_u64);
    let points: Vec<(f64, f64)> = x.iter().copied().zip(y.iter().copied()).collect();
    for (index, &(x1, y1)) in points.iter().enumerate() {
        for &(x2, y2) in points.iter().skip(index + 1) {
            let (sign_x, sign_y) = (sign(x1, x2), sign(y1, y2));
            agreement += sign_x * sign_y;
            untied_x += sign_x.unsigned_abs();
            untied_y += sign_y.unsigned_abs();
        }
    }
    let norm = (untied_x as f64 * untied_y as f64).sqrt();
    if norm > 0.0 { agreement as f64 / norm } else { 0.0 }
}

/// Pearson's correlation; 0 where a side is constant.
pub fn pearson(x: &[f64], y: &[f64]) -> f64 {
    let (mean_x, mean_y) = (mean(x), mean(y));
    let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        xy += (x - mean_x) * (y - mean_y);
        xx += (x - mean_x).powi(2);
        yy += (y - mean_y).powi(2);
    }
    let norm = (xx * yy).sqrt();
    if norm > 0.0 { xy / norm } else { 0.0 }
}

/// The arithmetic mean; 0 for nothing.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn sign(a: f64, b: f64) -> i64 {
    i64::from(a > b) - i64::from(a < b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-12
    }

    #[test]
    fn costs_in_the_order_of_budgets_have_tau_one_whatever_the_error() {
        let tracked = [(1, 3), (2, 4), (3, 50)].map(|(budget, cost)| Tracked { budget, cost });
        let fit = fit(&tracked);
        assert!(near(fit.kendall_tau, 1.0));
        assert!(near(fit.mean_abs_error, 51.0 / 3.0));
        assert!(fit.pearson < 0.9);
    }

    #[test]
    fn tau_b_counts_ties_as_its_definition_says() {
        // Six pairs: 4 agree, 1 disagrees, 1 is tied in y; tau-b = 3 / sqrt(6 * 5).
        let tau = kendall_tau(&[1.0, 2.0, 3.0, 4.0], &[1.0, 3.0, 2.0, 3.0]);
        assert!(near(tau, 3.0 / 30_f64.sqrt()), "{tau}");
    }

    #[test]
    fn a_line_has_correlation_one_and_a_constant_none() {
        assert!(near(pearson(&[1.0, 2.0, 4.0], &[-3.0, -5.0, -9.0]), -1.0));
        assert!(near(pearson(&[1.0, 2.0], &[7.0, 7.0]), 0.0));
        assert!(near(kendall_tau(&[1.0, 2.0], &[7.0, 7.0]), 0.0));
        assert_eq!(fit(&[]), Fit::default());
    }
}
