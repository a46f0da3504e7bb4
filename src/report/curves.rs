//! What curves over steps and epochs have in common: their axis, raw and smoothed, their panels.

use std::ops::Range;

use super::chart::{Chart, POSITIVE, SMALL, Series, Shape};
use super::error::ReportError;
use super::ink::Ink;
use super::markup::{Html, markup};
use super::series::{Point, reach, smoothed};
use super::words;

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

    /// From each step's number and epoch.
    pub(super) fn of(steps: impl DoubleEndedIterator<Item = (u64, u64)>) -> Self {
        let last_epoch = steps.rev().scan(None, |last, (step, epoch)| {
            (*last.get_or_insert(epoch) == epoch).then_some((step, epoch))
        });
        // The last epoch's first step: as many steps as all epochs before it.
        match last_epoch.last() {
            Some((step, epoch)) if epoch > 0 && step > 0 => {
                Self { steps: step as f64 / epoch as f64, unit: "epoch" }
            }
            _ => Self { steps: 1.0, unit: "step" },
        }
    }

    /// Where a step lies.
    pub(super) fn at(self, step: u64) -> f64 {
        step as f64 / self.steps
    }
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
    let (reach, count) = (reach(raw.len()), raw.len());
    let series = if count > 2 * reach {
        vec![
            Series::new("each step", Shape::Faint, Ink::Accent, raw),
            Series::new(
                &format!("mean over {}", words::several(reach, "step", "steps")),
                Shape::Line,
                Ink::Accent,
                mean,
            ),
        ]
    } else {
        vec![Series::new("each step", Shape::Line, Ink::Accent, raw)]
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
        assert_eq!((clock(126).unit, clock(126).at(125)), ("epoch", 1.0));
        assert_eq!(clock(1_000).at(500), 4.0);
    }
}
