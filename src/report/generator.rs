//! How the generator was trained: its losses and temperature, and how it came to follow budgets
//! (Fig. 7a of the paper).

use super::Source;
use super::chart::{Chart, FREE, PERCENT, POSITIVE, SMALL, Series, Shape};
use super::compare::metric;
use super::curves::{Clock, by_step, nth, panels, plain};
use super::error::ReportError;
use super::ink::Ink;
use super::markup::Html;
use super::series::Point;
use super::standing::Standing;
use super::words;
use crate::protocol::RunState;
use crate::protocol::facts::{GeneratorEpoch, GeneratorStep};
use crate::protocol::statistics::fit;
use crate::space::Metric;

/// Losses and temperature of the generator, and its answers to budgets.
pub(super) fn section(state: &RunState, source: Source<'_>) -> Result<Html, ReportError> {
    let standing = Standing::of(state, source);
    let steps = &state.generator_steps;
    let clock = Clock::of(steps.iter().map(|step| (step.step, step.epoch)));
    let empty = || standing.absent("The curve appears", "the generator's first steps");
    let points = |of: fn(&GeneratorStep) -> f64| -> Vec<Point> {
        steps.iter().map(|step| (clock.at(step.step), of(step))).collect()
    };
    let entropy =
        by_step("Cross-entropy", "cross-entropy, nats", FREE, clock, points(|step| step.ce));
    let hardware =
        by_step("Hardware loss", "loss, weighted", POSITIVE, clock, points(|step| step.hardware));
    let temperature =
        plain("Temperature", "Gumbel-softmax temperature", clock, points(|step| step.tau));
    let hardware_best =
        ((|one| one.best_hardware) as fn(&GeneratorEpoch) -> bool, "lowest hardware loss");
    let accuracy_best =
        ((|one| one.best_accuracy) as fn(&GeneratorEpoch) -> bool, "best at a low hardware loss");
    panels(
        "generator",
        "Generator",
        vec![
            Chart { empty: empty(), ..entropy },
            Chart { empty: empty(), ..hardware },
            Chart { empty: empty(), ..temperature },
            tracking(state, &standing),
            Chart {
                title: "Order of answers",
                y_unit: "Kendall tau of targets and costs",
                y_bounds: -1.0..1.0,
                ..by_epoch(state, &standing, |one| one.kendall_tau, hardware_best)
            },
            Chart {
                title: "Accuracy at the middle target",
                y_unit: "accuracy, %",
                y_bounds: PERCENT,
                ..by_epoch(state, &standing, |one| one.accuracy * 100.0, accuracy_best)
            },
        ],
    )
}

/// Target against cost, with the diagonal.
fn tracking(state: &RunState, standing: &Standing) -> Chart {
    let metric = metric(state);
    let largest = state.tracking.iter().map(|one| one.budget.max(one.cost)).max().unwrap_or(0);
    let (scale, x_unit, y_unit) = match (metric, largest) {
        (Metric::Macs, _) => (1e6, "budget, M MACs", "generated, M MACs"),
        (Metric::Params, 0..1_000_000) => (1e3, "budget, k parameters", "generated, k parameters"),
        (Metric::Params, _) => (1e6, "budget, M parameters", "generated, M parameters"),
    };
    let answers: Vec<Point> = state
        .tracking
        .iter()
        .map(|one| (one.budget as f64 / scale, one.cost as f64 / scale))
        .collect();
    let diagonal = match (
        answers.iter().map(|p| p.0).reduce(f64::min),
        answers.iter().map(|p| p.0).reduce(f64::max),
    ) {
        (Some(low), Some(high)) => vec![(low, low), (high, high)],
        _ => Vec::new(),
    };
    let note = if answers.len() < 2 {
        String::new()
    } else {
        let fit = fit(&state.tracking);
        format!(
            "Kendall tau {} \u{b7} Pearson {} \u{b7} mean absolute error {} {}",
            words::decimal(fit.kendall_tau),
            words::decimal(fit.pearson),
            words::grouped(fit.mean_abs_error.round() as u64),
            words::counted(metric)
        )
    };
    Chart {
        title: "Budget against cost",
        x_unit,
        y_unit,
        y_bounds: POSITIVE,
        size: SMALL,
        series: vec![
            Series::new("exactly met", Shape::Dashes, Ink::Muted, diagonal),
            Series::new("by argmax", Shape::Squares, Ink::Generated, answers),
        ],
        empty: standing.absent("Answers appear", "the generator is trained"),
        note,
    }
}

/// A chart of one value by epoch, with a ring around the last epoch that was best in something.
fn by_epoch(
    state: &RunState,
    standing: &Standing,
    value: fn(&GeneratorEpoch) -> f64,
    (best, name): (fn(&GeneratorEpoch) -> bool, &str),
) -> Chart {
    let point = |one: &GeneratorEpoch| (nth(one.epoch), value(one));
    let all = state.generator_epochs.iter();
    let ring = all.clone().rev().find(|one| best(one)).map(point);
    Chart {
        series: vec![
            Series::new("", Shape::Line, Ink::Accent, all.map(point).collect()),
            Series::new(name, Shape::Rings, Ink::Generated, ring.into_iter().collect()),
        ],
        empty: standing.absent("The curve appears", "the generator's first epoch"),
        ..plain("", "", Clock::EPOCHS, Vec::new())
    }
}
