//! The cards: cost with its share of the budget, accuracy, estimate. What is not known is a dash
//! with the reason.

use crate::protocol::quantity::{grouped, percent, short};
use crate::space::Metric;
use crate::studio::estimate::Estimate;
use crate::studio::state::{Accuracy, Generator, OpenRun, Source, Studio};
use crate::studio::widgets::card::Card;

/// The cards for what is in view.
pub(super) fn of(studio: &Studio, run: &OpenRun) -> Vec<Card> {
    let mut cards = vec![cost(studio, run, Metric::Macs), cost(studio, run, Metric::Params)];
    if run.state.start.as_ref().is_some_and(|s| s.config.general.constraint == Metric::Params) {
        // The first card is the cost that the generator was trained to keep.
        cards.swap(0, 1);
    }
    cards.push(accuracy(studio, run));
    cards.push(estimate(studio));
    cards
}

fn cost(studio: &Studio, run: &OpenRun, metric: Metric) -> Card {
    let (name, limit, help) = match metric {
        Metric::Macs => (
            "MACs",
            studio.budget.macs,
            "Multiply-accumulates of the convolutions for one image, as the paper counts them",
        ),
        Metric::Params => ("Parameters", studio.budget.params, "All trainable parameters"),
    };
    let Some(network) = &studio.network else {
        return Card { name, value: None, note: reason(studio), waiting: false, help };
    };
    let cost = network.cost.get(metric);
    let range = run.space.as_ref().map(|space| space.cost_range());
    let note = match (network.source, limit, range) {
        (Source::Generated(_), Some(limit), _) => {
            format!("{} of budget", percent(cost as f64 / limit.max(1) as f64))
        }
        (_, _, Some((low, high))) => {
            let (low, high) = (low.get(metric), high.get(metric));
            let share = cost.saturating_sub(low) as f64 / (high - low).max(1) as f64;
            format!("{} of range", percent(share))
        }
        _ => grouped(cost),
    };
    Card { name, value: Some(short(cost)), note, waiting: false, help }
}

fn accuracy(studio: &Studio, run: &OpenRun) -> Card {
    let name = "Accuracy, inherited";
    let help = "Share of the test images classified right with the supernet's weights, after batch norms were measured anew";
    let images = run.state.start.as_ref().map_or(0, |start| start.data.test_images);
    let Some(network) = &studio.network else {
        return Card { name, value: None, note: reason(studio), waiting: false, help };
    };
    match studio.accuracy(&network.architecture) {
        Accuracy::Known(share) => {
            let error = (share * (1.0 - share) / images.max(1) as f64).sqrt();
            let note = format!("± {:.1}, {} images", 100.0 * error, grouped(images as u64));
            Card { name, value: Some(percent(share)), note, waiting: false, help }
        }
        Accuracy::Measuring => {
            Card { name, value: None, note: "measuring …".to_owned(), waiting: true, help }
        }
        Accuracy::Unknown(why) => Card { name, value: None, note: why, waiting: false, help },
    }
}

fn estimate(studio: &Studio) -> Card {
    let name = "Estimate";
    let help = "Accuracy of a typical network of this cost: a fit over all networks measured so far, with their spread around it";
    let Some(network) = &studio.network else {
        return Card { name, value: None, note: reason(studio), waiting: false, help };
    };
    let points = studio.points(Metric::Macs).map(|(_, point)| point);
    match Estimate::fit(points) {
        Some(fit) => {
            let note = format!("± {:.1}, from {} nets", 100.0 * fit.deviation, fit.count);
            let value = percent(fit.at(network.cost.macs as f64));
            Card { name, value: Some(value), note, waiting: false, help }
        }
        None => {
            let note = "from 6 networks on".to_owned();
            Card { name, value: None, note, waiting: false, help }
        }
    }
}

/// Why there is no network.
fn reason(studio: &Studio) -> String {
    match &studio.generator {
        Generator::Ready => "move the slider".to_owned(),
        Generator::Waiting(_) => "needs the generator".to_owned(),
    }
}
