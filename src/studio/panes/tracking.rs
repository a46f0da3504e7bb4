//! The pane "Generator accuracy": the costs of the generator's answers against the targets it was
//! given, and how well they agree, epoch by epoch (paper, Fig. 7a).

use std::collections::BTreeSet;
use std::fmt::Write;

use eframe::egui::{self, Stroke, Ui, vec2};
use egui_plot::{LineStyle, MarkerShape, PlotPoints, Points, VLine};

use super::Pane;
use crate::protocol::RunState;
use crate::protocol::facts::Tracked;
use crate::protocol::quantity::{grouped, percent, short};
use crate::protocol::statistics::{Fit, fit};
use crate::space::Metric;
use crate::studio::view::View;
use crate::studio::widgets::card::{self, Card};
use crate::studio::widgets::plot::{self, Scale};
use crate::studio::widgets::{icon, note, room};

/// From this breadth on the two plots stand side by side, points.
const WIDE: f32 = 620.0;
/// Least room of a plot with its heading and its axis, points.
const LEAST_PLOT: f32 = 150.0;
/// Room below a plot for the name of its x axis, points.
const FOOT: f32 = 16.0;

/// The pane's own state.
#[derive(Default)]
pub(super) struct Tracking {
    /// The epoch in view, counted from 0; `None` follows the run to its last word.
    epoch: Option<u64>,
    /// Names of series that are not drawn.
    hidden: BTreeSet<String>,
}

/// The answers in view.
struct Shown<'a> {
    answers: &'a [Tracked],
    /// "epoch 12" or "kept generator".
    name: String,
    /// The epoch, counted from 0; `None` for the generator that was kept.
    epoch: Option<u64>,
}

impl Pane for Tracking {
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>) {
        let Some(run) = &view.studio.run else { return };
        let Some(shown) = self.shown(&run.state) else {
            note::centred(ui, view.tokens, empty(&run.state));
            return;
        };
        let metric = run.state.start.as_ref().map(|start| start.config.general.constraint);
        let metric = metric.unwrap_or_default();
        let plots = if ui.available_width() >= WIDE { 1.0 } else { 2.0 };
        room::at_least(ui, card::HEIGHT + plots * LEAST_PLOT, |ui| {
            self.draw(ui, view, &run.state, (&shown, metric));
        });
    }

    fn csv(&self, view: &View<'_>) -> Option<String> {
        let state = &view.studio.run.as_ref()?.state;
        let mut text = String::from("generator,target,cost,kendall tau,pearson\n");
        let epochs = state.generator_epochs.iter();
        let epochs = epochs.map(|one| (format!("epoch {}", one.epoch + 1), &one.answers));
        for (name, answers) in epochs.chain([("kept".to_owned(), &state.tracking)]) {
            let Fit { kendall_tau, pearson, .. } = fit(answers);
            for one in answers {
                let (target, cost) = (one.budget, one.cost);
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{name},{target},{cost},{kendall_tau},{pearson}");
            }
        }
        Some(text)
    }

    fn bar(&mut self, ui: &mut Ui, view: &View<'_>) {
        let Some(run) = &view.studio.run else { return };
        let Some(name) = self.shown(&run.state).map(|shown| shown.name) else { return };
        let last = run.state.generator_epochs.last().map_or(0, |epoch| epoch.epoch);
        icon::quiet_menu(ui, view.tokens, &name, |ui| {
            if ui.selectable_label(self.epoch.is_none(), "Follow the run").clicked() {
                self.epoch = None;
                ui.close();
            }
            let mut number = self.epoch.unwrap_or(last) + 1;
            let slider = egui::Slider::new(&mut number, 1..=last + 1).text("epoch");
            if ui.add(slider).changed() {
                self.epoch = Some(number - 1);
            }
        });
    }
}

impl Tracking {
    /// Cards and both plots, in all the room of `ui`.
    fn draw(
        &mut self,
        ui: &mut Ui,
        view: &View<'_>,
        state: &RunState,
        (shown, metric): (&Shown<'_>, Metric),
    ) {
        card::row(ui, view.tokens, &cards(shown, metric));
        ui.add_space(6.0);
        let (room, gap) = (ui.available_size(), 16.0);
        if room.x >= WIDE {
            let size = vec2(0.5 * (room.x - gap), room.y);
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = gap;
                ui.allocate_ui(size, |ui| {
                    ui.vertical(|ui| self.answers(ui, view, shown, metric));
                });
                ui.allocate_ui(size, |ui| {
                    ui.vertical(|ui| self.agreement(ui, view, state, shown.epoch));
                });
            });
        } else {
            let upper = vec2(room.x, 0.6 * room.y - 4.0);
            ui.allocate_ui(upper, |ui| {
                ui.vertical(|ui| self.answers(ui, view, shown, metric));
            });
            ui.vertical(|ui| self.agreement(ui, view, state, shown.epoch));
        }
    }

    fn shown<'a>(&self, state: &'a RunState) -> Option<Shown<'a>> {
        let epochs = || state.generator_epochs.iter().filter(|epoch| !epoch.answers.is_empty());
        if self.epoch.is_none() && !state.tracking.is_empty() {
            let name = "kept generator".to_owned();
            return Some(Shown { answers: &state.tracking, name, epoch: None });
        }
        let wanted = self.epoch.unwrap_or(u64::MAX);
        let epoch = epochs().rev().find(|one| one.epoch <= wanted).or_else(|| epochs().next())?;
        let name = format!("epoch {}", grouped(epoch.epoch + 1));
        Some(Shown { answers: &epoch.answers, name, epoch: Some(epoch.epoch) })
    }

    /// Target against cost.
    fn answers(&mut self, ui: &mut Ui, view: &View<'_>, shown: &Shown<'_>, metric: Metric) {
        let tokens = view.tokens;
        let most = shown.answers.iter().map(|one| one.budget.max(one.cost)).max().unwrap_or(0);
        let (label, unit): (plot::Label, &str) = match most {
            1_000_000.. => (plot::millions, "M"),
            _ => (plot::thousands, "k"),
        };
        let answers = format!("answers, {}", shown.name);
        let series =
            [("exactly met".to_owned(), tokens.muted), (answers.clone(), tokens.generated)];
        let heading = format!("cost of the answer, {unit} {metric}");
        plot::heading(ui, tokens, &heading, &series, &mut self.hidden);
        let points: Vec<[f64; 2]> =
            shown.answers.iter().map(|one| [one.budget as f64, one.cost as f64]).collect();
        let ends = |pick: fn(f64, f64) -> f64| points.iter().map(|point| point[0]).reduce(pick);
        let diagonal = match (ends(f64::min), ends(f64::max)) {
            (Some(low), Some(high)) => vec![[low, low], [high, high]],
            _ => Vec::new(),
        };
        let hidden = &self.hidden;
        ui.scope(|ui| {
            plot::quiet(ui, tokens);
            let axis = (Scale::Linear, label);
            let response = plot::plot("targets", tokens, axis, axis)
                .height(ui.available_height() - FOOT)
                .show(ui, |plot| {
                    if !hidden.contains("exactly met") {
                        let line = plot::line("", diagonal, Stroke::new(1.0, tokens.muted));
                        plot.line(line.style(LineStyle::dashed_dense()));
                    }
                    if !hidden.contains(&answers) {
                        let squares = Points::new("", PlotPoints::from(points));
                        let squares = squares.shape(MarkerShape::Square).radius(4.0);
                        plot.points(squares.color(tokens.generated).allow_hover(false));
                    }
                    plot.pointer_coordinate()
                });
            if let Some(pointer) = response.inner.filter(|_| response.response.hovered()) {
                let apart = |one: &&Tracked| (one.budget as f64 - pointer.x).abs();
                let near = shown.answers.iter().min_by(|a, b| apart(a).total_cmp(&apart(b)));
                if let Some(one) = near {
                    response.response.on_hover_text_at_pointer(told(one, metric));
                }
            }
        });
        plot::foot(ui, tokens, &format!("target, {unit} {metric}"));
    }

    /// Kendall's tau and Pearson's correlation by epoch.
    fn agreement(&mut self, ui: &mut Ui, view: &View<'_>, state: &RunState, epoch: Option<u64>) {
        const TAU: &str = "Kendall tau";
        const PEARSON: &str = "Pearson";
        let tokens = view.tokens;
        let series = [(TAU.to_owned(), tokens.accent), (PEARSON.to_owned(), tokens.warning)];
        plot::heading(ui, tokens, "agreement", &series, &mut self.hidden);
        let hidden = &self.hidden;
        let x = |epoch: u64| (epoch + 1) as f64;
        let all = &state.generator_epochs;
        let tau: Vec<[f64; 2]> = all.iter().map(|one| [x(one.epoch), one.kendall_tau]).collect();
        let told = all.iter().filter(|one| !one.answers.is_empty());
        let pearson: Vec<[f64; 2]> =
            told.map(|one| [x(one.epoch), fit(&one.answers).pearson]).collect();
        ui.scope(|ui| {
            plot::quiet(ui, tokens);
            let axis = (Scale::Linear, plot::number as plot::Label);
            let shown = plot::plot("agreement", tokens, axis, axis)
                .height(ui.available_height() - FOOT)
                .include_x(0.0)
                .include_y(0.0)
                .include_y(1.0);
            shown.show(ui, |plot| {
                for (name, points, ink) in
                    [(PEARSON, &pearson, tokens.warning), (TAU, &tau, tokens.accent)]
                {
                    if !hidden.contains(name) {
                        plot.line(plot::line(name, points.clone(), Stroke::new(1.8, ink)));
                        let dots = Points::new("", PlotPoints::from(points.clone())).radius(2.0);
                        plot.points(dots.color(ink).allow_hover(false));
                    }
                }
                if let Some(epoch) = epoch {
                    let stroke = Stroke::new(1.0, tokens.muted);
                    let line = VLine::new("", x(epoch)).stroke(stroke);
                    plot.vline(line.style(LineStyle::dashed_dense()).allow_hover(false));
                }
            });
        });
        plot::foot(ui, tokens, "epoch");
    }
}

fn cards(shown: &Shown<'_>, metric: Metric) -> [Card; 3] {
    let Fit { kendall_tau, pearson, mean_abs_error } = fit(shown.answers);
    let (budgets, count) = (shown.answers.iter().map(|one| one.budget), shown.answers.len());
    let range = budgets.clone().max().unwrap_or(0) - budgets.min().unwrap_or(0);
    let card = |name, value: String, note: String, help| Card {
        name,
        value: Some(value),
        note,
        waiting: None,
        help,
        asks: None,
    };
    [
        card(
            "Kendall tau",
            format!("{kendall_tau:.3}"),
            format!("{}, {} targets", shown.name, grouped(count as u64)),
            "Whether a larger target always gets a larger network: 1 if so, 0 if there is no relation",
        ),
        card(
            "Pearson",
            format!("{pearson:.3}"),
            "1 is a straight line".to_owned(),
            "Linear correlation of targets and costs",
        ),
        card(
            "Mean error",
            format!("{} {metric}", short(mean_abs_error.round() as u64)),
            format!("{} of the range", percent(mean_abs_error / range.max(1) as f64)),
            "Mean distance of a cost from its target; by argmax, which may lie above it",
        ),
    ]
}

fn told(one: &Tracked, metric: Metric) -> String {
    let error = one.cost as f64 / one.budget.max(1) as f64 - 1.0;
    let (target, cost) = (short(one.budget), short(one.cost));
    format!("target {target} {metric}\ncost {cost} {metric}\n{:+.1} %", 100.0 * error)
}

fn empty(state: &RunState) -> &'static str {
    if state.generator_epochs.is_empty() {
        "The generator trains when the supernet is done. After each of its epochs, its answers to a grid of targets appear here."
    } else {
        "The journal of this run does not tell the answers of each epoch; they appear when the evaluation measures them."
    }
}
