//! Series of points before they are drawn: smoothed, and thinned to what the pixels can show.

use super::axis::{Axis, drawable};

/// A point in the units of its axes.
pub(super) type Point = (f64, f64);

/// Whether a point has a place on axes.
pub(super) fn has_place(point: &Point) -> bool {
    drawable(point.0) && drawable(point.1)
}

/// Over how many points [`smoothed`] reaches, for a curve of so many.
pub(super) fn reach(count: usize) -> usize {
    (count / 50).max(3)
}

/// The mean with weights that fall exponentially to both sides over [`reach`] points, so that a
/// curve does not lag. What has no place on axes is passed over.
pub(super) fn smoothed(points: &[Point]) -> Vec<Point> {
    let keep = 1.0 - 1.0 / reach(points.len()) as f64;
    let points: Vec<Point> = points.iter().filter(|point| has_place(point)).copied().collect();
    // Sum and weight of all points up to each.
    let decayed = |(sum, weight): &mut (f64, f64), y: f64| {
        (*sum, *weight) = (keep * *sum + y, keep * *weight + 1.0);
        Some((*sum, *weight))
    };
    let before = points.iter().scan((0.0, 0.0), |state, point| decayed(state, point.1));
    let after = points.iter().rev().scan((0.0, 0.0), |state, point| decayed(state, point.1));
    let mut after: Vec<(f64, f64)> = after.collect();
    after.reverse();
    let sums = before.zip(after);
    // Each point is in both sums.
    let means = sums.map(|(a, b)| (a.0 + b.0, a.1 + b.1 - 1.0));
    let smooth = |(&(x, y), (sum, weight)): (&Point, Point)| (x, (sum - y) / weight);
    points.iter().zip(means).map(smooth).collect()
}

/// The stretches of a curve between points that have no place, each thinned to the lowest and the
/// highest point in each of `columns` columns.
pub(super) fn stretches(points: &[Point], x: &Axis, columns: usize) -> Vec<Vec<Point>> {
    let stretches = points.split(|point| !has_place(point)).filter(|part| !part.is_empty());
    if stretches.clone().count() > columns {
        // More gaps than columns to show them in.
        let all: Vec<Point> = points.iter().filter(|point| has_place(point)).copied().collect();
        return vec![thinned(&all, x, columns)];
    }
    stretches.map(|stretch| thinned(stretch, x, columns)).collect()
}

fn thinned(points: &[Point], x: &Axis, columns: usize) -> Vec<Point> {
    if points.len() <= 2 * columns {
        return points.to_vec();
    }
    let column = |point: &Point| (x.place(point.0) * columns as f64).floor() as i64;
    let mut kept = Vec::new();
    for group in points.chunk_by(|a, b| column(a) == column(b)) {
        let by_height = |a: &(usize, &Point), b: &(usize, &Point)| a.1.1.total_cmp(&b.1.1);
        let lowest = group.iter().enumerate().min_by(by_height);
        let highest = group.iter().enumerate().max_by(by_height);
        let mut pair: Vec<_> = lowest.into_iter().chain(highest).collect();
        pair.sort_by_key(|(index, _)| *index);
        pair.dedup_by_key(|(index, _)| *index);
        kept.extend(pair.into_iter().map(|(_, point)| *point));
    }
    kept
}

/// A cloud without the points that would hide behind others: one in each cell of a grid.
pub(super) fn sparse(points: &[Point], x: &Axis, y: &Axis, cells: (usize, usize)) -> Vec<Point> {
    let cell = |point: &&Point| {
        let across = (x.place(point.0) * cells.0 as f64) as u64;
        (across, (y.place(point.1) * cells.1 as f64) as u64)
    };
    let mut taken = std::collections::BTreeSet::new();
    let placed = points.iter().filter(|point| has_place(point));
    placed.filter(|point| taken.insert(cell(point))).copied().collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn axis(points: &[Point], of: fn(&Point) -> f64) -> Axis {
        Axis::over(points.iter().map(of), 5, f64::NEG_INFINITY..f64::INFINITY).unwrap()
    }

    #[test]
    fn a_hundred_thousand_points_become_two_a_column_and_keep_their_extremes() {
        let mut points: Vec<Point> =
            (0..100_000).map(|i| (f64::from(i), f64::from(i % 977))).collect();
        points[54_321].1 = 5_000.0;
        points[12_345].1 = -5_000.0;
        let kept = stretches(&points, &axis(&points, |p| p.0), 400).remove(0);
        assert!(kept.len() <= 800, "{}", kept.len());
        assert!(kept.contains(&points[54_321]) && kept.contains(&points[12_345]));
        assert!(kept.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn a_value_that_is_not_finite_breaks_the_curve_and_not_its_mean() {
        let points = [(0.0, 1.0), (1.0, 1.0), (2.0, f64::NAN), (3.0, 1.0), (4.0, f64::INFINITY)];
        let kept = stretches(&points, &axis(&points, |p| p.0), 400);
        assert_eq!(kept, [vec![(0.0, 1.0), (1.0, 1.0)], vec![(3.0, 1.0)]]);
        let gaps: Vec<Point> =
            (0..9_000).map(|i| (f64::from(i), if i % 2 == 0 { 1.0 } else { f64::NAN })).collect();
        assert_eq!(stretches(&gaps, &axis(&gaps, |p| p.0), 400).len(), 1);
        assert!(smoothed(&points).iter().all(|p| (p.1 - 1.0).abs() < 1e-12));
    }

    #[test]
    fn the_mean_follows_a_slope_without_lag_and_keeps_constants() {
        let line: Vec<Point> = (0..101).map(|i| (f64::from(i), f64::from(i))).collect();
        assert!((smoothed(&line)[50].1 - 50.0).abs() < 1e-9);
        let flat = smoothed(&[(0.0, 4.0), (1.0, 4.0), (2.0, 4.0)]);
        assert!(flat.iter().all(|point| (point.1 - 4.0).abs() < 1e-12));
        assert!(smoothed(&[]).is_empty());
    }

    #[test]
    fn a_cloud_keeps_one_point_in_each_cell() {
        let points: Vec<Point> =
            (0..10_000).map(|i| (f64::from(i % 7), f64::from(i % 3))).collect();
        let (x, y) = (axis(&points, |p| p.0), axis(&points, |p| p.1));
        assert_eq!(sparse(&points, &x, &y, (100, 100)).len(), 21);
    }
}
