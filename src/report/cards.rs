//! The outcome of a run in a few numbers, each with its origin or the reason why it is not known.

use super::compare;
use super::markup::{Html, markup};
use super::standing::{Standing, has_scratch, only_scratch};
use super::words::{self, DASH};
use crate::protocol::RunState;
use crate::protocol::facts::Origin;
use crate::protocol::state::End;
use crate::protocol::statistics::{fit, mean};

/// A number with its name and, below it, its origin or why there is none.
type Card = (&'static str, (String, String));

/// The outcome in a few numbers.
pub(super) fn cards(state: &RunState, standing: &Standing) -> Html {
    let mut cards = Vec::new();
    if !only_scratch(state) {
        cards.extend(search_cards(state, standing));
    }
    cards.extend(has_scratch(state).then(|| scratch_card(state, standing)));
    cards.push(time_card(state, standing));
    let cards = cards.into_iter().map(|(name, (value, note))| {
        markup!(
            "<div class=\"card\"><span>{}</span><b>{}</b><small>{}</small></div>\n",
            name,
            value,
            note
        )
    });
    markup!("<div class=\"cards\">\n{}</div>\n", cards.collect::<Html>())
}

fn search_cards(state: &RunState, standing: &Standing) -> [Card; 3] {
    let after = |what: &str| known(standing, what);
    let generated: Vec<f64> = state.evaluated(Origin::Generated).map(|one| one.accuracy).collect();
    let measured = match generated.len() {
        0 => (DASH.to_owned(), after("the first generated network is measured")),
        1 => (words::percent(mean(&generated)), "of one network, inherited weights".to_owned()),
        n => {
            let note = format!("mean of {} networks, inherited weights", words::grouped(n as u64));
            (words::percent(mean(&generated)), note)
        }
    };
    let gain = compare::mean_gain(state).map_or_else(
        || (DASH.to_owned(), after("random networks of like cost are measured")),
        |gain| (words::points(gain), "generated less random networks of like cost".to_owned()),
    );
    let tracking = if state.tracking.len() < 2 {
        (DASH.to_owned(), after("the generator has answered a grid of budgets"))
    } else {
        let fit = fit(&state.tracking);
        let note =
            format!("Kendall tau over {} budgets", words::grouped(state.tracking.len() as u64));
        (words::decimal(fit.kendall_tau), note)
    };
    [("Accuracy, generated", measured), ("Above random", gain), ("Budgets followed", tracking)]
}

fn scratch_card(state: &RunState, standing: &Standing) -> Card {
    let images = state.start.as_ref().map_or(0, |start| start.data.test_images);
    let shown = match state.scratch_epochs.last() {
        Some(last) => (
            words::percent(last.accuracy),
            format!(
                "after {}, on {}",
                words::several((last.epoch as usize).saturating_add(1), "epoch", "epochs"),
                words::several(images, "test image", "test images")
            ),
        ),
        None => (DASH.to_owned(), known(standing, "the first epoch")),
    };
    ("Accuracy, from scratch", shown)
}

fn time_card(state: &RunState, standing: &Standing) -> Card {
    let total: f64 = state.phases.iter().filter_map(|phase| phase.seconds).sum();
    let time = match state.end {
        Some(End::Finished(seconds)) => (words::duration(seconds), "all phases".to_owned()),
        _ if total > 0.0 => (words::duration(total), "complete phases so far".to_owned()),
        _ => (DASH.to_owned(), known(standing, "the first phase")),
    };
    ("Computing time", time)
}

/// After what a number is known.
fn known(standing: &Standing, after: &str) -> String {
    standing.absent("known", after).trim_end_matches('.').to_owned()
}
