//! The cards: cost with its share of the budget, accuracy, estimate. What is not known is a dash
//! with the reason.

use crate::protocol::facts::Latency;
use crate::protocol::quantity::{grouped, milliseconds, percent, short};
use crate::space::{Budget, Metric};
use crate::studio::backend::Request;
use crate::studio::estimate::Estimate;
use crate::studio::state::{Accuracy, Generator, OpenRun, Source, Studio};
use crate::studio::widgets::card::{Card, Waiting};

/// The cards for what is in view, where `columns` stand side by side.
pub(super) fn of(studio: &Studio, run: &OpenRun, columns: usize) -> Vec<Card> {
    let mut cards = vec![cost(studio, run, Metric::Macs), cost(studio, run, Metric::Params)];
    if run.state.start.as_ref().is_some_and(|s| s.config.general.constraint == Metric::Params) {
        // The first card is the cost that the generator was trained to keep.
        cards.swap(0, 1);
    }
    cards.push(accuracy(studio, run));
    cards.push(estimate(studio));
    // Where it would need a row of its own it waits until it has something to say.
    let latency = latency(studio);
    if columns > cards.len() || latency.value.is_some() || latency.waiting.is_some() {
        cards.push(latency);
    }
    cards
}

fn cost(studio: &Studio, run: &OpenRun, metric: Metric) -> Card {
    let (name, help) = match metric {
        Metric::Macs => (
            "MACs",
            "Multiply-accumulates of the convolutions for one image, as the paper counts them",
        ),
        Metric::Params => ("Parameters", "All trainable parameters"),
    };
    let Some(network) = &studio.network else {
        return Card { name, value: None, note: reason(studio), waiting: None, help, asks: None };
    };
    let cost = network.cost.get(metric);
    let range = run.space.as_ref().map(|space| space.cost_range());
    // Of the budget that it was generated for: the slider may stand elsewhere by now.
    let limit = match (network.source, metric) {
        (Source::Generated(budget), Metric::Macs) => budget.macs,
        (Source::Generated(budget), Metric::Params) => budget.params,
        _ => None,
    };
    let note = match (limit, range) {
        (Some(limit), _) => of_budget(cost, limit),
        (None, Some((low, high))) => {
            let (low, high) = (low.get(metric), high.get(metric));
            let share = cost.saturating_sub(low) as f64 / (high - low).max(1) as f64;
            format!("{} of range", percent(share))
        }
        (None, None) => grouped(cost),
    };
    Card { name, value: Some(short(cost)), note, waiting: None, help, asks: None }
}

/// How much of a limit is used.
fn of_budget(cost: u64, limit: u64) -> String {
    // Without a decimal the whole budget fits a narrow card.
    let share = percent(cost as f64 / limit.max(1) as f64).replace("100.0", "100");
    format!("{share} of budget")
}

fn accuracy(studio: &Studio, run: &OpenRun) -> Card {
    let name = "Accuracy, inherited";
    let help = "Share of the test images classified right with the supernet's weights, after batch norms were measured anew";
    let images = run.state.start.as_ref().map_or(0, |start| start.data.test_images);
    let Some(network) = &studio.network else {
        return Card { name, value: None, note: reason(studio), waiting: None, help, asks: None };
    };
    match studio.accuracy(&network.architecture) {
        Accuracy::Known(share) => {
            let error = (share * (1.0 - share) / images.max(1) as f64).sqrt();
            let note = format!("± {}, {} images", percent(error), grouped(images as u64));
            Card { name, value: Some(percent(share)), note, waiting: None, help, asks: None }
        }
        Accuracy::Measuring(share) => Card {
            name,
            value: None,
            note: "measuring …".to_owned(),
            waiting: Some(Waiting::Share(share)),
            help,
            asks: None,
        },
        Accuracy::Unknown(why) => {
            Card { name, value: None, note: why, waiting: None, help, asks: None }
        }
    }
}

fn estimate(studio: &Studio) -> Card {
    let name = "Estimate";
    let help = "Accuracy of a typical network of this cost: a fit over all networks measured so far, with their spread around it";
    let Some(network) = &studio.network else {
        return Card { name, value: None, note: reason(studio), waiting: None, help, asks: None };
    };
    match Estimate::of(studio) {
        Some(fit) => {
            let count = grouped(fit.count as u64);
            let note = format!("± {}, from {count} nets", percent(fit.deviation));
            let value = percent(fit.at(network.cost.macs as f64));
            Card { name, value: Some(value), note, waiting: None, help, asks: None }
        }
        None => {
            let note = "from 6 networks on".to_owned();
            Card { name, value: None, note, waiting: None, help, asks: None }
        }
    }
}

/// How long the network takes, once that was asked for.
fn latency(studio: &Studio) -> Card {
    let name = "Latency here";
    let help = "Time of one image through this network on this adapter, from the first dispatch until its answer is back; a tenth of the passes lies below the range, a tenth above";
    let asks = studio.network.as_ref().map(|network| Request::Time(network.architecture.clone()));
    let card = |value, note, waiting| Card { name, value, note, waiting, help, asks: asks.clone() };
    let Some(network) = &studio.network else { return card(None, reason(studio), None) };
    match studio.latencies.get(&network.architecture) {
        _ if studio.timing.as_ref() == Some(&network.architecture) => {
            card(None, "timing …".to_owned(), Some(Waiting::Unknown))
        }
        Some(Ok(Latency { low, median, high, .. })) => {
            let (low, high) = (milliseconds(*low), milliseconds(*high));
            let note = format!("{} to {high}", low.trim_end_matches(" ms"));
            card(Some(milliseconds(*median)), note, None)
        }
        Some(Err(why)) => card(None, why.clone(), None),
        None => match studio.times().and_then(|t| t.of(&network.architecture).ok()) {
            Some(time) => {
                let value = format!("≈ {}", milliseconds(time as f64 / 1e6));
                let note = match network.source {
                    Source::Generated(Budget { latency: Some(limit), .. }) => {
                        of_budget(time, limit)
                    }
                    _ => "by its blocks".to_owned(),
                };
                card(Some(value), note, None)
            }
            None => card(None, "click to measure".to_owned(), None),
        },
    }
}

/// Why there is no network.
fn reason(studio: &Studio) -> String {
    match &studio.generator {
        Generator::Ready => "move the slider".to_owned(),
        Generator::Waiting(_) => "no network yet".to_owned(),
    }
}
