//! The pane "Architecture": what network a budget buys. The sliders move everything at once: cards,
//! layer strip, what the generator weighs, MACs per layer.

mod bar;
mod cards;
mod compare;
mod csv;
mod hover;
mod limits;
mod pins;

use eframe::egui::{self, Layout, RichText, Ui, vec2};

use super::Pane;
use crate::space::{Architecture, PartCost, Space};
use crate::studio::backend::Request;
use crate::studio::state::{Generator, Network, OpenRun, Source};
use crate::studio::theme;
use crate::studio::view::{View, Wish};
use crate::studio::widgets::{card, icon, layer_macs, limit, note, pinned, strip, weights};

/// How long the strip fades from one architecture to the next.
const FADE: f64 = 0.08;
/// Room of the smallest drawing of MACs.
const LEAST_MACS: f32 = 50.0;
/// What suits it, and the most that it takes where nothing else wants the room.
const MOST_MACS: f32 = 150.0;
const ALL_MACS: f32 = 640.0;
/// Room of a heading with the gaps around it.
const SECTION: f32 = 42.0;
/// Below this breadth what can be done with a network moves into one menu.
const NARROW: f32 = 620.0;
/// Above and below the pinned ones.
const PINS_GAP: f32 = 14.0;

/// The pane's own state.
#[derive(Default)]
pub(super) struct ArchitecturePane {
    /// The layer under the pointer in any of the three drawings.
    lit: Option<usize>,
    /// The architecture on the screen, the one before it, and when it came.
    shown: Option<Architecture>,
    before: Option<Architecture>,
    since: f64,
    /// Whether the pinned ones are compared, and with which of them.
    comparing: bool,
    reference: Option<Architecture>,
    pasted: bar::Pasted,
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
            if self.compares(view) {
                compare::show(ui, view, (space, room), &mut self.reference, &mut self.lit);
            } else {
                self.content(ui, view, (run, space), room);
            }
        });
    }

    fn csv(&self, view: &View<'_>) -> Option<String> {
        if self.compares(view) {
            let base = compare::base(view.studio, self.reference.as_ref())?;
            return Some(csv::of_pins(view.studio, base));
        }
        let network = view.studio.network.as_ref()?;
        let answer = view.studio.answer.as_ref();
        let own = answer.filter(|answer| answer.architecture == network.architecture);
        Some(csv::of(network, own.map_or(&[][..], |answer| answer.probabilities.as_slice())))
    }

    fn bar(&mut self, ui: &mut Ui, view: &View<'_>) {
        let pins = &view.studio.pins;
        let narrow = ui.available_width() < NARROW;
        bar::json(ui, view, &mut self.pasted, narrow);
        if pins.len() > 1 {
            let text = if self.comparing { "back to one" } else { "compare" };
            let compare = icon::quiet(ui, view.tokens, text, false);
            let hint =
                format!("The {} pinned networks side by side, or the one in view", pins.len());
            if compare.on_hover_text(hint).clicked() {
                self.comparing = !self.comparing;
            }
        }
        let Some(network) = &view.studio.network else { return };
        if !narrow
            && icon::quiet(ui, view.tokens, "train", false)
                .on_hover_text(bar::training(view))
                .clicked()
        {
            bar::train(view, network);
        }
        bar::pin(ui, view, network);
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
    /// Whether there is a comparison to draw in the place of one network.
    fn compares(&self, view: &View<'_>) -> bool {
        self.comparing && view.studio.pins.len() > 1
    }

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
        let cards = cards::of(studio, run, card::columns(ui.available_width()));
        if let Some(request) = card::row(ui, tokens, &cards) {
            view.wish(Wish::Ask(request));
        }
        ui.add_space(6.0);
        let network = studio.network.as_ref();
        // What a change of the budget does not touch stands still; the rest shares the room.
        let pins = match studio.pins.len() {
            0 => 0.0,
            count => {
                let gap = PINS_GAP + ui.spacing().item_spacing.y;
                pinned::height(ui.available_width(), count) + gap
            }
        };
        let (least, most) = weights::HEIGHTS;
        let below = 2.0 * SECTION + least + LEAST_MACS + pins;
        // Beyond what suits it the strip gets what the others leave of theirs.
        let for_strip = room - (ui.cursor().top() - top) - below;
        let others = (most - least) + (MOST_MACS - LEAST_MACS);
        let for_strip = for_strip.min(strip::COMFORTABLE.max(for_strip - others));
        self.strip(ui, view, space, network, for_strip);
        let mut lit = None;
        if let Some(network) = network {
            let answer = studio.answer.as_ref();
            let of_answer = answer.filter(|answer| answer.architecture == network.architecture);
            if let Some(answer) = of_answer {
                // The legend stands beside it.
                let narrow = ui.available_width() < limit::NARROW;
                let name = if narrow { "Probabilities" } else { "What the generator weighs" };
                section(ui, name, |ui| strip::legend(ui, tokens));
                let left = room - (ui.cursor().top() - top) - pins - SECTION - LEAST_MACS;
                let height = left.clamp(least, most);
                let probabilities = &answer.probabilities;
                let (response, under) = weights::show(ui, tokens, probabilities, self.lit, height);
                hover::weights(&response, under, probabilities);
                lit = lit.or(under);
            }
            section(ui, "MACs per layer", |ui| {
                layer_macs::legend(ui, tokens);
                if of_answer.is_none() {
                    ui.add_space(16.0);
                    strip::legend(ui, tokens);
                }
            });
            let layers: Vec<&PartCost> = network.layers().collect();
            let left = room - (ui.cursor().top() - top) - pins - 4.0;
            let height = left.clamp(LEAST_MACS, ALL_MACS);
            let (response, under) = layer_macs::show(ui, tokens, &layers, self.lit, height);
            hover::layer(&response, under.and_then(|layer| layers.get(layer).copied()));
            lit = lit.or(under);
        } else {
            waiting(ui, view);
        }
        if pins > 0.0 {
            ui.add_space(PINS_GAP);
            pins::row(ui, view, run);
        }
        if lit.is_some() {
            self.lit = lit;
        }
    }

    /// The strip; it takes up what the pointer does.
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
            unlike: None,
            around: strip::Around::Everything,
        };
        let (response, under) = strip::show(ui, view.tokens, &drawing, room);
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

/// A heading, with `remark` from the right end of its line.
fn section(ui: &mut Ui, name: &str, remark: impl FnOnce(&mut Ui)) {
    ui.allocate_ui_with_layout(
        vec2(ui.available_width(), 24.0),
        Layout::left_to_right(egui::Align::Center),
        |ui| {
            ui.label(theme::heading(name, 12.5));
            ui.with_layout(Layout::right_to_left(egui::Align::Center), remark);
        },
    );
}

/// Why there is no network in view, and what to do.
fn waiting(ui: &mut Ui, view: &View<'_>) {
    let text = match &view.studio.generator {
        _ if view.studio.replay.is_some() => {
            "A replay answers no budgets: leave it, and the slider answers.".to_owned()
        }
        Generator::Ready => "Move the slider: the generator answers with a network.".to_owned(),
        Generator::Waiting(why) => {
            format!("No network yet: {why}. The slider answers as soon as it is there.")
        }
    };
    ui.add_space(8.0);
    ui.vertical_centered(|ui| ui.label(RichText::new(text).color(view.tokens.muted)));
}
