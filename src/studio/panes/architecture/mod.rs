//! The pane "Architecture": what network a budget buys. The sliders move everything at once: cards,
//! layer strip, what the generator weighs, MACs per layer.

mod cards;
mod hover;
mod limits;

use eframe::egui::{self, Layout, RichText, Ui, vec2};

use super::Pane;
use crate::space::{Architecture, PartCost, Space};
use crate::studio::backend::Request;
use crate::studio::state::{Generator, Network, OpenRun, Source};
use crate::studio::theme::{self, Tokens};
use crate::studio::view::{View, Wish};
use crate::studio::widgets::{card, icon, layer_macs, note, strip, weights};

/// How long the strip fades from one architecture to the next.
const FADE: f64 = 0.08;
/// Room of the smallest drawing of MACs.
const LEAST_MACS: f32 = 56.0;
const MOST_MACS: f32 = 110.0;

/// The pane's own state.
#[derive(Default)]
pub(super) struct ArchitecturePane {
    /// The layer under the pointer in any of the three drawings.
    lit: Option<usize>,
    /// The architecture on the screen, the one before it, and when it came.
    shown: Option<Architecture>,
    before: Option<Architecture>,
    since: f64,
}

impl Pane for ArchitecturePane {
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>) {
        let Some(run) = &view.studio.run else { return };
        let Some(space) = &run.space else {
            note::centred(ui, view.tokens, "The run has not told its search space yet.");
            return;
        };
        let scroll = egui::ScrollArea::vertical().auto_shrink(false);
        let room = ui.available_height();
        scroll.show(ui, |ui| {
            ui.set_max_width(ui.available_width());
            self.content(ui, view, (run, space), room);
        });
    }

    fn bar(&mut self, ui: &mut Ui, view: &View<'_>) {
        let Some(network) = &view.studio.network else { return };
        let json = serde_json::to_string(&network.architecture).unwrap_or_default();
        let copy = icon::quiet(ui, view.tokens, "copy", false);
        if copy.on_hover_text("Copy the kernels as JSON").clicked() {
            ui.ctx().copy_text(json);
        }
        if !matches!(network.source, Source::Generated(_))
            && let Some(answer) = &view.studio.answer
        {
            let back = icon::quiet(ui, view.tokens, "back to the answer", false);
            if back.on_hover_text("Show the generator's network again").clicked() {
                let source = Source::Generated(answer.budget);
                view.wish(Wish::Show(answer.architecture.clone(), source));
            }
        }
    }
}

impl ArchitecturePane {
    fn content(
        &mut self,
        ui: &mut Ui,
        view: &View<'_>,
        (run, space): (&OpenRun, &Space),
        room: f32,
    ) {
        let (tokens, studio) = (view.tokens, view.studio);
        let top = ui.cursor().top();
        limits::show(ui, view, space);
        card::row(ui, tokens, &cards::of(studio, run));
        ui.add_space(6.0);
        let network = studio.network.as_ref();
        // What a change of the budget does not touch stands still; the rest shares the room.
        let probabilities = studio.answer.as_ref().map(|answer| &answer.probabilities);
        let below = 2.0 * 28.0 + weights::HEIGHT + LEAST_MACS + 30.0;
        let for_strip = room - (ui.cursor().top() - top) - below;
        self.strip(ui, view, space, network, for_strip);
        let mut lit = None;
        if let Some(network) = network {
            let of_answer =
                studio.answer.as_ref().filter(|answer| answer.architecture == network.architecture);
            if let Some(probabilities) = probabilities.filter(|_| of_answer.is_some()) {
                let note = "each bar: probability of 3, 5, 7, skip";
                section(ui, tokens, "What the generator weighs", note);
                let (response, under) = weights::show(ui, tokens, probabilities, self.lit);
                hover::weights(&response, under, probabilities);
                lit = lit.or(under);
            }
            section(ui, tokens, "MACs per layer", "pointwise · depthwise");
            let layers: Vec<&PartCost> = network.layers().collect();
            let left = room - (ui.cursor().top() - top) - 4.0;
            let height = left.clamp(LEAST_MACS, MOST_MACS);
            let (response, under) = layer_macs::show(ui, tokens, &layers, self.lit, height);
            hover::layer(&response, under.and_then(|layer| layers.get(layer).copied()));
            lit = lit.or(under);
        } else {
            waiting(ui, view);
        }
        if lit.is_some() {
            self.lit = lit;
        }
    }

    /// The strip with its legend; it takes up what the pointer does.
    fn strip(
        &mut self,
        ui: &mut Ui,
        view: &View<'_>,
        space: &Space,
        network: Option<&Network>,
        room: f32,
    ) {
        let now = ui.input(|input| input.time);
        let wanted = network.map(|network| &network.architecture);
        if self.shown.as_ref() != wanted {
            self.before = std::mem::replace(&mut self.shown, wanted.cloned());
            self.since = now;
        }
        let share = ((now - self.since) / FADE).clamp(0.0, 1.0) as f32;
        let fading = self.before.as_ref().filter(|_| share < 1.0 && self.shown.is_some());
        if fading.is_some() {
            ui.ctx().request_repaint();
        }
        let drawing = strip::Strip {
            layers: space.layers(),
            kernels: network.map_or(&[][..], |network| network.architecture.kernels()),
            fading: fading.map(|before| (before.kernels(), share)),
            lit: self.lit,
        };
        let (response, under) = strip::show(ui, view.tokens, &drawing, room);
        strip::legend(ui, view.tokens);
        self.lit = under.map(|(layer, _)| layer);
        let Some(network) = network else { return };
        if response.clicked()
            && let Some((layer, cell)) = under
            && let Some(edited) = network.clicked(layer, cell)
        {
            view.wish(Wish::Show(edited.clone(), Source::Edited));
            view.wish(Wish::Ask(Request::Measure(edited)));
        }
        let part = under.and_then(|(layer, _)| network.layers().nth(layer));
        hover::layer(&response, part);
    }
}

/// A heading with a remark at the right.
fn section(ui: &mut Ui, tokens: &Tokens, name: &str, note: &str) {
    ui.allocate_ui_with_layout(
        vec2(ui.available_width(), 24.0),
        Layout::left_to_right(egui::Align::Center),
        |ui| {
            ui.label(theme::heading(name, 12.5));
            ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
                ui.label(RichText::new(note).small().color(tokens.muted));
            });
        },
    );
}

/// Why there is no network in view, and what to do.
fn waiting(ui: &mut Ui, view: &View<'_>) {
    let text = match &view.studio.generator {
        Generator::Ready => "Move the slider: the generator answers with a network.".to_owned(),
        Generator::Waiting(why) => {
            format!("No network yet: {why}. The slider answers as soon as it is there.")
        }
    };
    ui.add_space(8.0);
    ui.vertical_centered(|ui| ui.label(RichText::new(text).color(view.tokens.muted)));
}
