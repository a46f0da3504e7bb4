//! The pane "Explain": seven short steps from the images to the answer. Each points at the pane
//! where its subject lives, which it opens and highlights, and has a switch that the next run is
//! started with, as the paper's ablations are.

use eframe::egui::{self, CornerRadius, RichText, Sense, Stroke, Ui, pos2, vec2};

use super::Pane;
use crate::studio::settings;
use crate::studio::theme::{self, Tokens};
use crate::studio::view::{View, Wish};
use crate::studio::widgets::tick;

/// Something to try: a setting of the next run.
struct Switch {
    /// As in "supernet.forced_sampling".
    key: &'static str,
    /// Its value when the switch is off.
    off: &'static str,
    /// What the switch is called.
    name: &'static str,
    /// What to look for in a run without it.
    look: &'static str,
}

/// A step of the tour.
struct Step {
    title: &'static str,
    text: &'static str,
    /// The pane that it points at.
    pane: &'static str,
    switch: Switch,
}

const STEPS: [Step; 7] = [
    Step {
        title: "Images",
        text: "A run begins with labelled images. One part trains the weights, a held-out part trains the generator, and the test images only measure. Training shows both curves: the batches that are learnt from, and images that were never seen.",
        pane: "training",
        switch: Switch {
            key: "supernet.label_smoothing",
            off: "0.0",
            name: "softened labels",
            look: "Without them a label counts for its class alone: the loss on batches falls lower, and the one on held-out images tells whether that helps.",
        },
    },
    Step {
        title: "One block for all",
        text: "Each layer of the supernet is one unified block of six parts. A part is a 3×3, 5×5 or 7×7 depthwise convolution, or is skipped; as many parts as stay, so many times wider is the block inside. A column of the strip is a layer, a cell a part: click one to change it by hand and see what it costs.",
        pane: "architecture",
        switch: Switch {
            key: "generator.mask",
            off: "official",
            name: "two parts that always stay",
            look: "Without it a layer may shrink to a single part: the cheapest answers get cheaper, and the strip's second row may be empty.",
        },
    },
    Step {
        title: "Forced sampling",
        text: "A training step draws random paths. Expansion 4 always means the first four parts, so the last parts are trained less, but every one is trained for its place. The heat map of Training (below the curves, or “what was trained how often” in its menu) counts how often each layer had each expansion and kernel.",
        pane: "training",
        switch: Switch {
            key: "supernet.forced_sampling",
            off: "false",
            name: "forced sampling",
            look: "Without it any subset of parts may stay: the random dots of the cloud lie lower and further apart.",
        },
    },
    Step {
        title: "Shadow batch norm",
        text: "A block of expansion 2 puts out other statistics than one of expansion 6. So each expansion has a batch norm of its own behind the block, and none blurs the others'.",
        pane: "training",
        switch: Switch {
            key: "supernet.shadow_bn",
            off: "false",
            name: "shadow batch norms",
            look: "Without them one batch norm serves all: the curves of the smallest and the largest network drift apart.",
        },
    },
    Step {
        title: "The generator",
        text: "The trained supernet is frozen. A small network is given a budget and puts out how much each kernel of each part weighs. It learns from two losses at once: how wrong the soft network is, and how far its cost lies from the budget. Generator accuracy shows the cost of its answers against what was asked.",
        pane: "tracking",
        switch: Switch {
            key: "generator.hardware_loss",
            off: "square",
            name: "a steeper loss above the budget",
            look: "Without it the loss is the paper's plain square (Eq. 8): answers lie as often above their target as below it.",
        },
    },
    Step {
        title: "A prior to start from",
        text: "The generator does not begin with nothing: a random architecture of known cost goes in beside the budget, and the answer is a change of it. So answers differ from the first epoch on and do not fall into one shape.",
        pane: "tracking",
        switch: Switch {
            key: "generator.prior_pool",
            off: "0",
            name: "the prior",
            look: "Without it the generator starts from an empty sheet: watch how much later its answers follow the budget.",
        },
    },
    Step {
        title: "The answer",
        text: "Now any budget is one forward pass: drag the slider and the network redraws. Its weights are the supernet's, so its accuracy is known at once. The squares in the cloud are such answers, the dots random networks of the same cost.",
        pane: "scatter",
        switch: Switch {
            key: "evaluate.decode",
            off: "argmax",
            name: "a budget that is kept",
            look: "Without it each part takes its most probable kernel, as in the paper: the squares come near their budgets, on either side.",
        },
    },
];

/// The pane's own state.
#[derive(Default)]
pub(super) struct Explain {
    step: usize,
}

impl Pane for Explain {
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>) {
        egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.set_max_width(ui.available_width().min(560.0));
            self.trail(ui, view.tokens);
            ui.add_space(6.0);
            if let Some(step) = STEPS.get(self.step) {
                self.step(ui, view, step);
            }
        });
    }

    fn save(&self) -> String {
        self.step.to_string()
    }

    fn load(&mut self, saved: &str) {
        self.step = saved.parse().unwrap_or(0).min(STEPS.len() - 1);
    }
}

impl Explain {
    /// The steps as numbered discs on a line.
    fn trail(&mut self, ui: &mut Ui, tokens: &Tokens) {
        let size = vec2(ui.available_width(), 34.0);
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        let pitch = ((rect.width() - 28.0) / (STEPS.len() - 1) as f32).min(64.0);
        let at = |i: usize| pos2(rect.left() + 14.0 + i as f32 * pitch, rect.center().y);
        let ends = [at(0), at(STEPS.len() - 1)];
        ui.painter().line_segment(ends, Stroke::new(1.0, tokens.line));
        for (i, step) in STEPS.iter().enumerate() {
            let disc = egui::Rect::from_center_size(at(i), vec2(26.0, 26.0));
            let id = ui.scope_id().with(("step", i));
            let response = ui.interact(disc, id, Sense::click());
            let chosen = i == self.step;
            let name = format!("step {}: {}", i + 1, step.title);
            response.widget_info(|| {
                egui::WidgetInfo::selected(egui::Role::RadioButton, true, chosen, name.as_str())
            });
            let (fill, ink) = if chosen {
                (tokens.accent, tokens.on_accent)
            } else {
                (tokens.background, tokens.muted)
            };
            let lit = response.hovered() || response.has_focus();
            let edge = if lit { Stroke::new(1.0, tokens.muted) } else { tokens.border() };
            ui.painter().circle(at(i), 12.0, fill, edge);
            let (middle, font) = (egui::Align2::CENTER_CENTER, theme::bold(theme::CAPTION));
            ui.painter().text(at(i), middle, (i + 1).to_string(), font, ink);
            if response.on_hover_text(step.title).clicked() {
                self.step = i;
            }
        }
    }

    fn step(&mut self, ui: &mut Ui, view: &View<'_>, step: &Step) {
        let tokens = view.tokens;
        ui.label(theme::heading(step.title, 15.0));
        ui.label(step.text);
        ui.add_space(4.0);
        let show = ui.button(format!("Show it in {}", super::title(step.pane)));
        if show.on_hover_text("Opens the pane and lights its frame").clicked() {
            view.wish(Wish::Point(step.pane));
        }
        ui.add_space(6.0);
        try_it(ui, view, &step.switch);
        ui.add_space(10.0);
        ui.horizontal(|ui| {
            if ui.add_enabled(self.step > 0, egui::Button::new("Back")).clicked() {
                self.step -= 1;
            }
            let last = self.step + 1 == STEPS.len();
            if ui.add_enabled(!last, egui::Button::new("Next")).clicked() {
                self.step += 1;
            }
            let text = format!("step {} of {}", self.step + 1, STEPS.len());
            ui.label(RichText::new(text).small().color(tokens.muted));
        });
    }
}

/// A switch for the next run, with what to look for.
fn try_it(ui: &mut Ui, view: &View<'_>, switch: &Switch) {
    let tokens = view.tokens;
    let frame = egui::Frame::new()
        .fill(tokens.background)
        .stroke(tokens.border())
        .corner_radius(CornerRadius::same(6))
        .inner_margin(egui::Margin::symmetric(12, 10));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        let off = view.studio.next_run.get(switch.key).is_some_and(|value| value == switch.off);
        let mut on = !off;
        let text = format!("{} in the next run", switch.name);
        if tick::show(ui, tokens, &mut on, text).changed() {
            view.wish(Wish::NextRun(switch.key, (!on).then_some(switch.off)));
        }
        ui.label(RichText::new(switch.look).small().color(tokens.muted));
        let now = view.studio.run.as_ref().and_then(|run| run.state.start.as_ref());
        if let Some(start) = now {
            let without = settings::text(&start.config, switch.key) == switch.off;
            let word = if without { "without" } else { "with" };
            let text = format!("This run has been started {word} it.");
            ui.label(RichText::new(text).small().color(tokens.muted));
        }
        if off && ui.button("Start such a run …").clicked() {
            view.wish(Wish::StartPage(true));
        }
    });
}
