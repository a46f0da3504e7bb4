//! What curves over steps and epochs have in common: their axis, raw and smoothed, their panels.

use std::ops::Range;

use super::chart::{Chart, POSITIVE, SMALL, Series, Shape};
use super::error::ReportError;
use super::ink::Ink;
use super::markup::{Html, markup};
use super::series::{Point, reach, smoothed};

/// Steps on an axis of epochs, where more than one epoch tells how long one is.
#[derive(Clone, Copy)]
pub(super) struct Clock {
    /// Steps of an epoch; 1 where it is not known.
    steps: f64,
    pub(super) unit: &'static str,
}

impl Clock {
    /// Counts epochs.
    pub(super) const EPOCHS: Self = Self { steps: 1.0, unit: "epoch" };

    /// From each recorded step's number and epoch. An epoch's last step is always recorded.
    pub(super) fn of(mut steps: impl DoubleEndedIterator<Item = (u64, u64)>) -> Self {
        let last = steps.next_back().map(|(_, epoch)| epoch);
        match steps.rfind(|&(_, epoch)| Some(epoch) != last) {
            Some((step, epoch)) => Self { steps: nth(step) / nth(epoch), unit: "epoch" },
            None => Self { steps: 1.0, unit: "step" },
        }
    }

    /// Where the end of a step lies.
    pub(super) fn at(self, step: u64) -> f64 {
        nth(step) / self.steps
    }
}

/// How many there are up to the one of this number, counted from 0.
pub(super) fn nth(number: u64) -> f64 {
    number as f64 + 1.0
}

/// A chart of values by step, raw and smoothed.
pub(super) fn by_step(
    title: &'static str,
    y_unit: &'static str,
    y_bounds: Range<f64>,
    clock: Clock,
    raw: Vec<Point>,
) -> Chart {
    let mean = smoothed(&raw);
    let series = if raw.len() > 2 * reach(raw.len()) {
        vec![
            Series::new("as recorded", Shape::Faint, Ink::Accent, raw),
            Series::new("smoothed", Shape::Line, Ink::Accent, mean),
        ]
    } else {
        vec![Series::new("as recorded", Shape::Line, Ink::Accent, raw)]
    };
    Chart {
        title,
        x_unit: clock.unit,
        y_unit,
        y_bounds,
        size: SMALL,
        series,
        empty: String::new(),
        note: String::new(),
    }
}

/// A chart of one value by step that has no noise.
pub(super) fn plain(
    title: &'static str,
    y_unit: &'static str,
    clock: Clock,
    points: Vec<Point>,
) -> Chart {
    Chart {
        title,
        x_unit: clock.unit,
        y_unit,
        y_bounds: POSITIVE,
        size: SMALL,
        series: vec![Series::new("", Shape::Line, Ink::Accent, points)],
        empty: String::new(),
        note: String::new(),
    }
}

/// Charts in panels side by side.
pub(super) fn panels(id: &str, title: &str, charts: Vec<Chart>) -> Result<Html, ReportError> {
    let figures =
        charts.iter().map(|chart| Ok(markup!("<div class=\"panel\">{}</div>\n", chart.figure()?)));
    Ok(markup!(
        "<section id=\"{}\">\n<h2>{}</h2>\n<div class=\"charts\">\n{}</div>\n</section>\n",
        id,
        title,
        figures.collect::<Result<Html, ReportError>>()?
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_become_epochs_once_an_epoch_is_over() {
        let clock = |steps: u64| Clock::of((0..steps).map(|step| (step, step / 125)));
        assert_eq!(clock(0).unit, "step");
        assert_eq!(clock(125).unit, "step");
        assert_eq!((clock(126).unit, clock(126).at(124)), ("epoch", 1.0));
        assert_eq!(clock(1_000).at(499), 4.0);
    }

    #[test]
    fn records_of_several_steps_still_end_with_their_epoch() {
        let records = (0..1_000).filter(|step| step % 10 == 9 || step % 125 == 124);
        let clock = Clock::of(records.map(|step| (step, step / 125)));
        assert_eq!(clock.at(999), 8.0);
    }
}
