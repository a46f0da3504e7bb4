//! How well costs follow budgets, as events and reports tell it; the statistics are the space's.

use serde::{Deserialize, Serialize};

use super::facts::Tracked;
use crate::space::stats::{kendall_tau_b, pearson};

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
        kendall_tau: kendall_tau_b(&budgets, &costs).unwrap_or(0.0),
        pearson: pearson(&budgets, &costs).unwrap_or(0.0),
        mean_abs_error: errors / tracked.len().max(1) as f64,
    }
}

/// The arithmetic mean; 0 for nothing.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// The value below which this share (0 to 1) of the values lies; `None` for none.
pub fn quantile(values: impl Iterator<Item = f64>, share: f64) -> Option<f64> {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    let at = (share * sorted.len().saturating_sub(1) as f64).round() as usize;
    sorted.get(at).copied()
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
    fn costs_that_stay_the_same_or_no_costs_have_no_correlation() {
        let tracked = [(1, 7), (2, 7)].map(|(budget, cost)| Tracked { budget, cost });
        assert!(near(fit(&tracked).kendall_tau, 0.0) && near(fit(&tracked).pearson, 0.0));
        assert_eq!(fit(&[]), Fit::default());
    }
}
