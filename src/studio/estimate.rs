//! An estimate of accuracy from cost: a parabola in the logarithm of the cost through everything
//! measured so far, with the scatter around it as its uncertainty.

use super::state::Studio;
use crate::space::Metric;

/// The fit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Estimate {
    centre: f64,
    coefficients: [f64; 3],
    /// Standard deviation of the measured values around the fit.
    pub(super) deviation: f64,
    /// How many were measured.
    pub(super) count: usize,
}

/// Fewer points than this say nothing.
const LEAST: usize = 6;

impl Estimate {
    /// The fit over all networks of the run in view that were measured so far, by MACs.
    pub(super) fn of(studio: &Studio) -> Option<Self> {
        let points = studio.points(Metric::Macs).map(|(_, point)| point);
        let asked = studio.asked_for().map(|(_, cost, accuracy)| [cost.macs as f64, accuracy]);
        Self::fit(points.chain(asked))
    }

    /// Fits (cost, accuracy) pairs; `None` for too few or all of one cost.
    pub(super) fn fit(points: impl Iterator<Item = [f64; 2]>) -> Option<Self> {
        let points: Vec<[f64; 2]> = points
            .filter(|[cost, accuracy]| *cost > 0.0 && accuracy.is_finite())
            .map(|[cost, accuracy]| [cost.ln(), accuracy])
            .collect();
        let count = points.len();
        if count < LEAST {
            return None;
        }
        let centre = points.iter().map(|p| p[0]).sum::<f64>() / count as f64;
        // Normal equations of 1, x, x^2.
        let (mut matrix, mut right) = ([[0.0; 3]; 3], [0.0; 3]);
        for [x, y] in &points {
            let x = x - centre;
            let row = [1.0, x, x * x];
            for i in 0..3 {
                for j in 0..3 {
                    matrix[i][j] += row[i] * row[j];
                }
                right[i] += row[i] * y;
            }
        }
        let coefficients = solve(matrix, right)?;
        let mut fit = Self { centre, coefficients, deviation: 0.0, count };
        let squares: f64 = points.iter().map(|[x, y]| (fit.at_log(*x) - y).powi(2)).sum();
        fit.deviation = (squares / (count - 3) as f64).sqrt();
        Some(fit)
    }

    /// The estimated accuracy at a cost, 0 to 1.
    pub(super) fn at(&self, cost: f64) -> f64 {
        self.at_log(cost.ln()).clamp(0.0, 1.0)
    }

    fn at_log(&self, log: f64) -> f64 {
        let x = log - self.centre;
        let [a, b, c] = self.coefficients;
        a + x * (b + x * c)
    }
}

/// Gaussian elimination with pivots; `None` for a singular matrix.
fn solve(mut matrix: [[f64; 3]; 3], mut right: [f64; 3]) -> Option<[f64; 3]> {
    let scale = matrix[0][0].abs();
    for i in 0..3 {
        let pivot = (i..3).max_by(|&a, &b| matrix[a][i].abs().total_cmp(&matrix[b][i].abs()))?;
        matrix.swap(i, pivot);
        right.swap(i, pivot);
        if matrix[i][i].abs() < 1e-12 * scale {
            return None;
        }
        for row in i + 1..3 {
            let factor = matrix[row][i] / matrix[i][i];
            let above = matrix[i];
            for (value, above) in matrix[row].iter_mut().zip(above) {
                *value -= factor * above;
            }
            right[row] -= factor * right[i];
        }
    }
    let mut solution = [0.0; 3];
    for i in (0..3).rev() {
        let known: f64 = (i + 1..3).map(|j| matrix[i][j] * solution[j]).sum();
        solution[i] = (right[i] - known) / matrix[i][i];
    }
    Some(solution)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_parabola_in_the_logarithm_is_found_exactly() {
        let value = |cost: f64| 0.5 + 0.1 * (cost.ln() - 14.0) - 0.02 * (cost.ln() - 14.0).powi(2);
        let costs = (1..20).map(|i| 1e6 + 2e5 * f64::from(i));
        let fit = Estimate::fit(costs.map(|cost| [cost, value(cost)])).unwrap();
        assert!((fit.at(2.2e6) - value(2.2e6)).abs() < 1e-9 && fit.deviation < 1e-9);
        assert_eq!(fit.count, 19);
    }

    #[test]
    fn too_few_points_or_one_cost_give_no_estimate() {
        assert_eq!(Estimate::fit((1..6).map(|i| [f64::from(i), 0.5])), None);
        assert_eq!(Estimate::fit((1..60).map(|_| [7.0, 0.5])), None);
        assert_eq!(Estimate::fit((1..60).map(|i| [f64::from(i), f64::NAN])), None);
    }
}
