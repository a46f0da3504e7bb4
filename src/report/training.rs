//! How weights were trained: the curves of the supernet and of training from scratch.

use super::Source;
use super::chart::{Chart, FREE, PERCENT, POSITIVE, SMALL, Series, Shape};
use super::curves::{Clock, by_step, nth, panels, plain};
use super::error::ReportError;
use super::ink::Ink;
use super::markup::Html;
use super::series::{Point, smoothed};
use super::standing::{Standing, has_scratch};
use crate::protocol::RunState;
use crate::protocol::facts::{ScratchEpoch, SupernetEpoch, SupernetStep};

/// Loss, accuracy and learning rate of the supernet.
pub(super) fn supernet(state: &RunState, source: Source<'_>) -> Result<Html, ReportError> {
    let standing = Standing::of(state, source);
    let steps = &state.supernet_steps;
    let clock = Clock::of(steps.iter().map(|step| (step.step, step.epoch)));
    let first_steps = |what: &str| standing.absent(what, "the supernet's first steps");
    let points = |of: fn(&SupernetStep) -> f64| -> Vec<Point> {
        steps.iter().map(|step| (clock.at(step.step), of(step))).collect()
    };
    let loss = Chart {
        empty: first_steps("The curve appears"),
        ..by_step("Loss", "cross-entropy, nats", FREE, clock, points(|step| step.loss))
    };
    let training = points(|step| step.accuracy * 100.0);
    let last = steps.last().map_or(0.0, |step| clock.at(step.step));
    let after = |of: fn(&SupernetEpoch) -> f64| -> Vec<Point> {
        let place = |epoch: u64| {
            if clock.unit == "epoch" { nth(epoch) } else { last }
        };
        state.supernet_epochs.iter().map(|one| (place(one.epoch), of(one) * 100.0)).collect()
    };
    let waits = if state.supernet_epochs.is_empty() && !steps.is_empty() {
        standing.absent("Held-out accuracies appear", "the first epoch")
    } else {
        String::new()
    };
    let accuracy = Chart {
        title: "Accuracy",
        x_unit: clock.unit,
        y_unit: "accuracy, % (training: its batches; others: held-out)",
        y_bounds: PERCENT,
        size: SMALL,
        series: vec![
            Series::new("training", Shape::Faint, Ink::Random, training.clone()),
            Series::new("training, smoothed", Shape::Line, Ink::Random, smoothed(&training)),
            Series::new("smallest", Shape::Line, Ink::Muted, after(|one| one.smallest)),
            Series::new("largest", Shape::Line, Ink::Second, after(|one| one.largest)),
            Series::new("random paths", Shape::Line, Ink::Accent, after(|one| one.mean)),
        ],
        empty: first_steps("The curves appear"),
        note: waits,
    };
    let rate = Chart {
        empty: first_steps("The curve appears"),
        ..plain("Learning rate", "learning rate", clock, points(|step| step.lr))
    };
    panels("supernet", "Supernet", vec![loss, accuracy, rate])
}

/// Curves of training from scratch; nothing where none was asked for.
pub(super) fn scratch(state: &RunState, source: Source<'_>) -> Result<Html, ReportError> {
    if !has_scratch(state) {
        return Ok(Html::default());
    }
    let standing = Standing::of(state, source);
    let epochs = Clock::EPOCHS;
    let points = |of: fn(&ScratchEpoch) -> f64| -> Vec<Point> {
        state.scratch_epochs.iter().map(|one| (nth(one.epoch), of(one))).collect()
    };
    let empty = || standing.absent("The curve appears", "the first epoch of training from scratch");
    let charts = [
        ("Training loss", "cross-entropy, nats", points(|one| one.loss)),
        ("Test accuracy", "accuracy, %", points(|one| one.accuracy * 100.0)),
        ("Learning rate", "learning rate", points(|one| one.lr)),
    ];
    let charts = charts.map(|(title, y_unit, points)| Chart {
        empty: empty(),
        y_bounds: if y_unit == "accuracy, %" { PERCENT } else { POSITIVE },
        ..plain(title, y_unit, epochs, points)
    });
    panels("scratch", "Training from scratch", charts.into())
}
