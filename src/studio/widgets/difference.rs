//! In how far two architectures or their numbers differ, as values and as words.

use crate::protocol::quantity::short;
use crate::space::SUB_BLOCKS;

/// Cells of the strip, skips included, in which two architectures differ.
pub(in crate::studio) fn cells(one: &[Vec<u8>], other: &[Vec<u8>]) -> usize {
    let layers = one.iter().zip(other);
    let of_layer = |(a, b): (&Vec<u8>, &Vec<u8>)| {
        (0..SUB_BLOCKS).filter(|&cell| a.get(cell) != b.get(cell)).count()
    };
    layers.map(of_layer).sum()
}

/// A count beside another one: "+120.0 k", "−4.00 k", "same".
pub(in crate::studio) fn count(value: u64, reference: u64) -> String {
    match value.cmp(&reference) {
        std::cmp::Ordering::Equal => "same".to_owned(),
        std::cmp::Ordering::Greater => format!("+{}", short(value - reference)),
        std::cmp::Ordering::Less => format!("−{}", short(reference - value)),
    }
}

/// A share beside another one, in percentage points: "+0.8 pp", "−1.2 pp".
pub(in crate::studio) fn points(value: f64, reference: f64) -> String {
    let points = 100.0 * (value - reference);
    let sign = if points < 0.0 { "−" } else { "+" };
    format!("{sign}{:.1} pp", points.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_differs_where_kernel_or_skip_do() {
        let (a, b) = ([vec![3, 5], vec![7]], [vec![3, 7, 3], vec![7]]);
        assert_eq!(cells(&a, &b), 2);
        assert_eq!(cells(&b, &a), 2);
        assert_eq!(cells(&a, &a), 0);
    }

    #[test]
    fn differences_have_a_sign_and_none_is_said_in_words() {
        assert_eq!(count(2_120_000, 2_000_000), "+120.0 k");
        assert_eq!(count(46_000, 50_000), "−4.00 k");
        assert_eq!(count(7, 7), "same");
        assert_eq!(points(0.75, 0.742), "+0.8 pp");
        assert_eq!(points(0.73, 0.742), "−1.2 pp");
    }
}
