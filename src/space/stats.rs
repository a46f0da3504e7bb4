//! Statistics of samples: how well two orders agree, means with their errors, Pareto fronts. Plain
//! functions on slices; what is measured is the caller's affair.

/// Kendall's tau-b, which counts ties: (agreeing - disagreeing) / sqrt((n0 - n1)(n0 - n2)), with n0
/// pairs in all and n1, n2 of them tied in x and in y. None where a side is constant, shorter than
/// two or not as long as the other.
pub fn kendall_tau_b(x: &[f64], y: &[f64]) -> Option<f64> {
    let (mut agreement, mut untied_x, mut untied_y) = (0_i64, 0_u64, 0_u64);
    for i in 0..x.len() {
        for (x_j, y_j) in x.iter().zip(y).take(i) {
            let (a, b) = (sign(x.get(i)? - x_j), sign(y.get(i)? - y_j));
            agreement += a * b;
            untied_x += a.unsigned_abs();
            untied_y += b.unsigned_abs();
        }
    }
    let pairs = (untied_x as f64 * untied_y as f64).sqrt();
    (x.len() == y.len() && pairs > 0.0).then(|| agreement as f64 / pairs)
}

/// Pearson's correlation. None where a side is constant, shorter than two or not as long as the
/// other.
pub fn pearson(x: &[f64], y: &[f64]) -> Option<f64> {
    if x.len() != y.len() || x.is_empty() {
        return None;
    }
    let (mean_x, mean_y) = (mean(x), mean(y));
    let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        let (dx, dy) = (x - mean_x, y - mean_y);
        xy += dx * dy;
        xx += dx * dx;
        yy += dy * dy;
    }
    (xx > 0.0 && yy > 0.0).then(|| xy / (xx.sqrt() * yy.sqrt()))
}

/// Spearman's rank correlation: Pearson's of the ranks, ties sharing their mean rank. None as
/// [`pearson`].
pub fn spearman(x: &[f64], y: &[f64]) -> Option<f64> {
    pearson(&ranks(x), &ranks(y))
}

/// The mean and its standard error, the sample's deviation over the root of its size. None for
/// fewer than two values.
pub fn mean_and_standard_error(values: &[f64]) -> Option<(f64, f64)> {
    if values.len() < 2 {
        return None;
    }
    let (mean, n) = (mean(values), values.len() as f64);
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
    Some((mean, (variance / n).sqrt()))
}

/// Indices of the points (cost, quality) that no other beats, by rising cost: no other point is at
/// most as dear and better, or cheaper and at least as good. Of equal points the first stays.
pub fn pareto_front(points: &[(f64, f64)]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by(|&a, &b| {
        points[a].0.total_cmp(&points[b].0).then(points[b].1.total_cmp(&points[a].1))
    });
    let mut best = f64::NEG_INFINITY;
    order.retain(|&i| {
        let better = points[i].1 > best;
        if better {
            best = points[i].1;
        }
        better
    });
    order
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn sign(difference: f64) -> i64 {
    i64::from(difference > 0.0) - i64::from(difference < 0.0)
}

/// Ranks from 1, equal values sharing the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for tied in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let rank = before as f64 + (tied.len() + 1) as f64 / 2.0;
        for &i in tied {
            ranks[i] = rank;
        }
        before += tied.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn orders_that_agree_have_one_and_reversed_ones_minus_one() {
        let x = [1.0, 2.0, 5.0, 9.0];
        let y = [2.0, 4.0, 10.0, 18.0];
        let reversed = [18.0, 10.0, 4.0, 2.0];
        for statistic in [kendall_tau_b, pearson, spearman] {
            assert!((statistic(&x, &y).unwrap() - 1.0).abs() < 1e-15);
        }
        for statistic in [kendall_tau_b, spearman] {
            assert!((statistic(&x, &reversed).unwrap() + 1.0).abs() < 1e-15);
        }
    }

    #[test]
    fn tau_b_counts_ties_as_its_definition_says() {
        // Six pairs: 4 agree, 1 disagrees, 1 is tied in y; tau-b = 3 / sqrt(6 * 5).
        let tau = kendall_tau_b(&[1.0, 2.0, 3.0, 4.0], &[1.0, 3.0, 2.0, 3.0]).unwrap();
        assert!((tau - 3.0 / 30_f64.sqrt()).abs() < 1e-15, "{tau}");
    }

    #[test]
    fn what_has_no_order_has_no_correlation() {
        for statistic in [kendall_tau_b, pearson, spearman] {
            assert_eq!(statistic(&[1.0, 1.0], &[1.0, 2.0]), None);
            assert_eq!(statistic(&[1.0], &[1.0]), None);
            assert_eq!(statistic(&[], &[]), None);
            assert_eq!(statistic(&[1.0, 2.0], &[1.0, 2.0, 3.0]), None);
            assert_eq!(statistic(&[1.0, 2.0, 3.0], &[1.0, 2.0]), None);
        }
        assert_eq!(mean_and_standard_error(&[1.0]), None);
    }

    #[test]
    fn the_standard_error_is_the_deviation_over_the_root_of_the_size() {
        let (mean, error) = mean_and_standard_error(&[1.0, 2.0, 3.0, 4.0]).unwrap();
        assert_eq!(mean, 2.5);
        assert!((error - (5.0_f64 / 3.0).sqrt() / 2.0).abs() < 1e-15);
    }

    #[test]
    fn the_front_holds_what_no_point_beats() {
        let points = [(3.0, 0.9), (1.0, 0.5), (2.0, 0.5), (2.0, 0.7), (4.0, 0.8), (3.0, 0.9)];
        assert_eq!(pareto_front(&points), [1, 3, 0]);
        assert!(pareto_front(&[]).is_empty());
    }
}
