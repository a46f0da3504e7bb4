//! Learning-rate schedules as pure functions: of the base rate and of how far training has come.

use std::f64::consts::PI;

/// Half a cosine from `base` at 0 to `min` at `total` steps, and `min` after it.
pub fn cosine(base: f64, min: f64, step: u64, total: u64) -> f64 {
    let part = (step as f64 / total.max(1) as f64).min(1.0);
    min + (base - min) * (1.0 + (PI * part).cos()) / 2.0
}

/// `base * factor^floor(t / every)`.
pub fn step(base: f64, factor: f64, every: u64, t: u64) -> f64 {
    base * factor.powf((t / every.max(1)) as f64)
}

/// `base * factor^(number of milestones at or before t)`.
pub fn multi_step(base: f64, factor: f64, milestones: &[u64], t: u64) -> f64 {
    base * factor.powf(milestones.iter().filter(|&&m| m <= t).count() as f64)
}

/// `base * factor^t`.
pub fn exponential(base: f64, factor: f64, t: u64) -> f64 {
    base * factor.powf(t as f64)
}

/// A line from `from` at 0 to `base` at `length`; `None` from there on, where another schedule
/// takes over.
pub fn warm_up(base: f64, from: f64, t: f64, length: f64) -> Option<f64> {
    (t < length).then(|| from + (base - from) * t / length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cosine_starts_at_the_base_and_stays_at_the_minimum() {
        assert!((cosine(0.1, 0.0, 0, 10) - 0.1).abs() < 1e-15);
        assert!((cosine(0.1, 0.0, 5, 10) - 0.05).abs() < 1e-15);
        assert!(cosine(0.1, 1e-3, 25, 10) - 1e-3 < 1e-15);
    }

    #[test]
    fn steps_fall_by_their_factor() {
        assert_eq!(step(1.0, 0.5, 3, 5), 0.5);
        assert_eq!(multi_step(1.0, 0.1, &[8, 11], 11), 0.1 * 0.1);
        assert_eq!(exponential(2.0, 0.5, 2), 0.5);
    }

    #[test]
    fn a_warm_up_ends_where_the_next_schedule_begins() {
        assert_eq!(warm_up(1.0, 0.0, 1.0, 4.0), Some(0.25));
        assert_eq!(warm_up(1.0, 0.0, 4.0, 4.0), None);
        assert_eq!(warm_up(1.0, 0.0, 0.0, 0.0), None);
    }
}
