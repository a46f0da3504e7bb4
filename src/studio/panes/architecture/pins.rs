//! The row of pinned architectures below the drawings.

use eframe::egui::Ui;

use crate::protocol::quantity::{percent, short};
use crate::space::Metric;
use crate::studio::state::{Accuracy, OpenRun};
use crate::studio::view::{View, Wish};
use crate::studio::widgets::pinned::{self, Click, Pinned};

/// Draws the row: a click brings a network back, its cross unpins it.
pub(super) fn row(ui: &mut Ui, view: &View<'_>, run: &OpenRun) {
    let studio = view.studio;
    let metric =
        run.state.start.as_ref().map_or(Metric::Macs, |start| start.config.general.constraint);
    let unit = if metric == Metric::Macs { "MACs" } else { "par." };
    let in_view = studio.network.as_ref().map(|network| &network.architecture);
    let cards: Vec<Pinned> = studio
        .pins
        .iter()
        .map(|pin| Pinned {
            letter: pin.letter,
            cost: format!("{} {unit}", short(pin.network.cost.get(metric))),
            accuracy: match studio.accuracy(&pin.network.architecture) {
                Accuracy::Known(share) => percent(share),
                Accuracy::Measuring(_) => "…".to_owned(),
                Accuracy::Unknown(_) => "–".to_owned(),
            },
            chosen: in_view == Some(&pin.network.architecture),
        })
        .collect();
    let Some(click) = pinned::show(ui, view.tokens, &cards) else { return };
    let (Click::Card(place) | Click::Cross(place)) = click;
    let Some(pin) = studio.pins.iter().nth(place) else { return };
    let network = &pin.network;
    view.wish(match click {
        Click::Card(_) => Wish::Show(network.architecture.clone(), network.source),
        Click::Cross(_) => Wish::Unpin(network.architecture.clone()),
    });
}
