//! An axis: its range, its marks at round numbers and their labels. It never hangs or panics,
//! whatever the values: those it cannot show it does not include.

use std::ops::Range;

use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};

/// Values beyond this are not drawn: no quantity of a run comes near.
const LARGEST: f64 = 1e15;

/// Whether a value has a place on some axis.
pub(super) fn drawable(value: f64) -> bool {
    value.abs() <= LARGEST
}

/// A linear axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    /// Between marks.
    step: f64,
}

impl Axis {
    /// The axis that shows all drawable values with at most `marks` marks and some room at both
    /// ends, within `bounds` where these hold. `None` where there is no value.
    pub(super) fn over(
        values: impl Iterator<Item = f64>,
        marks: usize,
        bounds: Range<f64>,
    ) -> Option<Self> {
        let (low, high) = values
            .filter(|&value| drawable(value))
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        if low > high {
            return None;
        }
        // A single value gets room as well, and no range is so short that rounding would show.
        let size = low.abs().max(high.abs());
        let room = match high - low {
            span if span > size * 1e-6 => span * 0.05,
            _ if size > 0.0 => size * 0.1,
            _ => 1.0,
        };
        let keep = |value: f64| {
            if low >= bounds.start && high <= bounds.end {
                value.clamp(bounds.start, bounds.end)
            } else {
                value
            }
        };
        Some(Self::new(keep(low - room), keep(high + room), marks))
    }

    /// The axis from `low` to `high`, which lies above it.
    fn new(low: f64, high: f64, marks: usize) -> Self {
        let rough = (high - low) / marks.max(1) as f64;
        let power = 10_f64.powf(rough.log10().floor());
        let factor = [1.0, 2.0, 5.0].into_iter().find(|&factor| factor * power >= rough);
        Self { low, high, step: factor.unwrap_or(10.0) * power }
    }

    /// Where a value lies, 0 at the low end and 1 at the high one.
    pub(super) fn place(&self, value: f64) -> f64 {
        (value - self.low) / (self.high - self.low)
    }

    /// The values of the marks.
    fn marks(&self) -> Vec<f64> {
        // A hair of tolerance: an end at a round number is one.
        let first = (self.low / self.step - 1e-6).ceil();
        let last = (self.high / self.step + 1e-6).floor();
        let count = (last - first).max(-1.0) as usize + 1;
        (0..count).map(|i| (first + i as f64) * self.step).collect()
    }

    /// A mark's label, with as many decimals as the step needs and separated thousands.
    pub(super) fn label(&self, value: f64) -> String {
        let decimals = (-(self.step * 1.001).log10().floor()).clamp(0.0, 12.0) as usize;
        let text = format!("{:.decimals$}", value.abs());
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let whole = whole.parse().map_or_else(|_| whole.to_owned(), super::words::grouped);
        let zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
        let sign = if value < 0.0 && !zero { "\u{2212}" } else { "" };
        let point = if fraction.is_empty() { "" } else { "." };
        format!("{sign}{whole}{point}{fraction}")
    }
}

/// How the plotting library sees it.
impl Ranged for Axis {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let (from, to) = (f64::from(limit.0), f64::from(limit.1));
        (from + self.place(*value) * (to - from)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.marks()
    }

    fn range(&self) -> Range<f64> {
        self.low..self.high
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    const FREE: Range<f64> = f64::NEG_INFINITY..f64::INFINITY;

    fn labels(values: &[f64], bounds: Range<f64>) -> Vec<String> {
        let axis = Axis::over(values.iter().copied(), 5, bounds).unwrap();
        axis.marks().into_iter().map(|mark| axis.label(mark)).collect()
    }

    #[test]
    fn marks_stand_at_round_numbers_with_the_decimals_they_need() {
        assert_eq!(labels(&[0.0, 18.0], 0.0..f64::INFINITY), ["0", "5", "10", "15"]);
        assert_eq!(labels(&[0.01, 0.1], 0.0..1.0), ["0.02", "0.04", "0.06", "0.08", "0.10"]);
        assert_eq!(labels(&[0.0, 4_000.0], FREE), ["0", "1,000", "2,000", "3,000", "4,000"]);
        assert_eq!(
            labels(&[-0.1, 0.1], FREE),
            ["\u{2212}0.10", "\u{2212}0.05", "0.00", "0.05", "0.10"]
        );
    }

    #[test]
    fn bounds_hold_where_the_values_keep_them() {
        let axis = Axis::over([1.0, 100.0].into_iter(), 5, 0.0..100.0).unwrap();
        assert_eq!((axis.low, axis.high), (0.0, 100.0));
        let beyond = Axis::over([-5.0, 100.0].into_iter(), 5, 0.0..100.0).unwrap();
        assert!(beyond.low < -5.0);
    }

    #[test]
    fn nothing_to_show_is_no_axis_and_one_value_is_one() {
        assert_eq!(Axis::over([f64::NAN, f64::INFINITY, 1e300].into_iter(), 5, FREE), None);
        let axis = Axis::over([7.0, f64::NAN].into_iter(), 5, FREE).unwrap();
        assert!((axis.place(7.0) - 0.5).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn any_values_make_an_axis_of_few_marks(values in prop::collection::vec(any::<f64>(), 1..9)) {
            if let Some(axis) = Axis::over(values.iter().copied(), 5, 0.0..1.0) {
                prop_assert!(axis.low < axis.high);
                prop_assert!(axis.marks().len() <= 7);
                for value in values.into_iter().filter(|&v| drawable(v)) {
                    prop_assert!((0.0..=1.0).contains(&axis.place(value)));
                }
            }
        }
    }
}
