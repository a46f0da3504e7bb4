//! The sliders: limits on MACs and parameters.

use eframe::egui::Ui;

use crate::space::{Budget, MIN_FILL_PERCENT, Metric, Space};
use crate::studio::view::{View, Wish};
use crate::studio::widgets::limit::{self, Limit};

/// Draws the sliders, and wishes for what they are moved to.
pub(super) fn show(ui: &mut Ui, view: &View<'_>, space: &Space) {
    let studio = view.studio;
    let (least, most) = space.cost_range();
    let mut budget = studio.budget;
    for metric in [Metric::Macs, Metric::Params] {
        let (name, unit, own, other) = match metric {
            Metric::Macs => ("MACs at most", "MACs", budget.macs, budget.params),
            Metric::Params => ("Parameters at most", "parameters", budget.params, budget.macs),
        };
        let cost = studio.network.as_ref().map(|network| network.cost.get(metric));
        let fills = |cost: u64, limit: u64| cost * 100 >= limit * MIN_FILL_PERCENT && cost <= limit;
        let limit = Limit {
            name,
            unit,
            range: (least.get(metric), most.get(metric)),
            value: own,
            // One of the two must limit.
            optional: other.is_some(),
            binding: other.is_some()
                && own.zip(cost).is_some_and(|(limit, cost)| fills(cost, limit)),
        };
        if let Some(value) = limit::show(ui, view.tokens, &limit) {
            budget = match metric {
                Metric::Macs => Budget { macs: value, ..budget },
                Metric::Params => Budget { params: value, ..budget },
            };
        }
    }
    if budget != studio.budget {
        view.wish(Wish::Budget(budget));
    }
}
