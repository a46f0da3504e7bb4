//! The sliders: limits on MACs and parameters, and on milliseconds once the blocks were timed.

use eframe::egui::{RichText, Ui};

use crate::space::{Budget, LatencyTable, MIN_FILL_PERCENT, Metric, Space};
use crate::studio::state::Studio;
use crate::studio::view::{View, Wish};
use crate::studio::widgets::limit::{self, Count, Limit};

/// A slider: what it limits, its range, the limit, and what the network in view has of it.
struct Slider {
    name: &'static str,
    unit: &'static str,
    count: Count,
    range: (u64, u64),
    limit: Option<u64>,
    cost: Option<u64>,
    set: fn(&mut Budget, Option<u64>),
}

/// Draws the sliders, and wishes for what they are moved to.
pub(super) fn show(ui: &mut Ui, view: &View<'_>, space: &Space) {
    let studio = view.studio;
    let (low, high) = space.cost_range();
    let cost = |metric| studio.network.as_ref().map(|network| network.cost.get(metric));
    let mut budget = studio.budget;
    let mut sliders = vec![
        Slider {
            name: "MACs at most",
            unit: "MACs",
            count: Count::Things,
            range: (low.macs, high.macs),
            limit: budget.macs,
            cost: cost(Metric::Macs),
            set: |budget, most| budget.macs = most,
        },
        Slider {
            name: "Parameters at most",
            unit: "parameters",
            count: Count::Things,
            range: (low.params, high.params),
            limit: budget.params,
            cost: cost(Metric::Params),
            set: |budget, most| budget.params = most,
        },
    ];
    sliders.extend(studio.times().map(|times| time(studio, times)));
    let limits = sliders.iter().filter(|slider| slider.limit.is_some()).count();
    for slider in sliders {
        let Slider { name, unit, count, range, limit: value, cost, set } = slider;
        let fills = |cost: u64, limit: u64| cost * 100 >= limit * MIN_FILL_PERCENT && cost <= limit;
        // One at least must limit.
        let optional = value.is_none() || limits > 1;
        let binding = limits > 1 && value.zip(cost).is_some_and(|(limit, cost)| fills(cost, limit));
        let limit = Limit { name, unit, count, range, value, optional, binding };
        if let Some(most) = limit::show(ui, view.tokens, &limit) {
            set(&mut budget, most);
        }
    }
    progress(ui, view);
    if budget != studio.budget {
        view.wish(Wish::Budget(budget));
    }
}

/// The slider of milliseconds.
fn time(studio: &Studio, times: &LatencyTable) -> Slider {
    let network = studio.network.as_ref();
    Slider {
        name: "Milliseconds at most",
        unit: "by its blocks",
        count: Count::Nanoseconds,
        range: times.range(),
        limit: studio.budget.latency,
        cost: network.and_then(|network| times.of(&network.architecture).ok()),
        set: |budget, most| budget.latency = most,
    }
}

/// How far the measurement of the blocks is, while it goes on.
fn progress(ui: &mut Ui, view: &View<'_>) {
    let Some((done, of)) = view.studio.timing_blocks else { return };
    let text = match of {
        0 => "measuring milliseconds: reading the run …".to_owned(),
        of => format!("measuring milliseconds: block {done} of {of}"),
    };
    ui.label(RichText::new(text).small().color(view.tokens.muted));
}
