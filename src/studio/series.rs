//! Curves before they are drawn: smoothing, and at most two points a pixel.

/// Exponential smoothing as TensorBoard has it: each value is a mean of those before with weights
/// that fall by `factor` (0 to below 1) a step, freed of the bias of its start.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Smoother {
    pub(super) factor: f64,
    sum: f64,
    weight: f64,
}

impl Smoother {
    /// Before the first value.
    pub(super) fn new(factor: f64) -> Self {
        Self { factor, sum: 0.0, weight: 0.0 }
    }

    /// The mean with one more value, which is finite.
    pub(super) fn next(&mut self, value: f64) -> f64 {
        self.sum = self.sum * self.factor + (1.0 - self.factor) * value;
        self.weight = self.weight * self.factor + (1.0 - self.factor);
        self.sum / self.weight
    }
}

/// Points with their values smoothed; those that are not finite are left out.
pub(super) fn smooth(points: &[[f64; 2]], factor: f64) -> Vec<[f64; 2]> {
    let mut smoother = Smoother::new(factor);
    let finite = points.iter().filter(|point| point[1].is_finite());
    finite.map(|&[x, y]| [x, smoother.next(y)]).collect()
}

/// The smallest and the largest value of each of `buckets` equal parts of the curve, in the order
/// of the curve; a curve that is short enough stays as it is.
pub(super) fn decimate(points: &[[f64; 2]], buckets: usize) -> Vec<[f64; 2]> {
    let buckets = buckets.max(1);
    if points.len() <= 2 * buckets {
        return points.iter().copied().filter(|[_, y]| y.is_finite()).collect();
    }
    let mut kept = Vec::with_capacity(2 * buckets + 2);
    for part in points.chunks(points.len().div_ceil(buckets)) {
        let finite = || part.iter().enumerate().filter(|(_, point)| point[1].is_finite());
        let low = finite().min_by(|a, b| a.1[1].total_cmp(&b.1[1]));
        let high = finite().max_by(|a, b| a.1[1].total_cmp(&b.1[1]));
        if let (Some(low), Some(high)) = (low, high) {
            let (first, second) = if low.0 <= high.0 { (low, high) } else { (high, low) };
            kept.push(*first.1);
            if first.0 != second.0 {
                kept.push(*second.1);
            }
        }
    }
    kept
}

/// The point of a curve that is nearest to `x`; the curve rises in x.
pub(super) fn nearest(points: &[[f64; 2]], x: f64) -> Option<[f64; 2]> {
    let after = points.partition_point(|point| point[0] < x);
    let around = [after.checked_sub(1), Some(after)];
    let near = around.into_iter().flatten().filter_map(|at| points.get(at).copied());
    near.min_by(|a, b| (a[0] - x).abs().total_cmp(&(b[0] - x).abs()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn curve(count: usize) -> Vec<[f64; 2]> {
        (0..count).map(|i| [i as f64, ((i * 7919) % 1013) as f64]).collect()
    }

    #[test]
    fn a_constant_stays_itself_from_the_first_point_on() {
        let flat: Vec<[f64; 2]> = (0..50).map(|i| [f64::from(i), 3.0]).collect();
        assert!(smooth(&flat, 0.9).iter().all(|point| (point[1] - 3.0).abs() < 1e-12));
    }

    #[test]
    fn a_value_that_is_no_number_leaves_no_trace() {
        let points = [[0.0, f64::NAN], [1.0, 2.0], [2.0, f64::INFINITY], [3.0, 4.0]];
        let smoothed = smooth(&points, 0.5);
        assert_eq!(smoothed.len(), 2);
        assert!(smoothed.iter().all(|point| point[1] >= 2.0 && point[1] <= 4.0));
        assert_eq!(decimate(&points, 1), [[1.0, 2.0], [3.0, 4.0]]);
    }

    #[test]
    fn decimation_keeps_both_extremes_and_two_points_a_bucket_at_most() {
        let points = curve(100_000);
        let kept = decimate(&points, 300);
        assert!(kept.len() <= 600);
        let extreme = |points: &[[f64; 2]]| {
            let values = points.iter().map(|point| point[1]);
            (values.clone().fold(f64::MAX, f64::min), values.fold(f64::MIN, f64::max))
        };
        assert_eq!(extreme(&kept), extreme(&points));
        assert!(kept.windows(2).all(|pair| pair[0][0] < pair[1][0]));
        assert_eq!(decimate(&points[..10], 300), points[..10]);
    }

    #[test]
    fn the_nearest_point_is_found_at_both_ends_and_between() {
        let points = curve(10);
        for (x, at) in [(-5.0, 0.0), (3.4, 3.0), (3.6, 4.0), (99.0, 9.0)] {
            assert_eq!(nearest(&points, x).unwrap()[0], at);
        }
        assert_eq!(nearest(&[], 1.0), None);
    }
}
