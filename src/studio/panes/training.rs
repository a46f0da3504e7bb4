//! The pane "Training": loss and accuracy of the phase in view, raw faint under smoothed, one
//! cursor over both plots.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use eframe::egui::{self, Color32, RichText, Stroke, Ui};
use egui_plot::{Line, LineStyle, PlotPoints, VLine};

use super::Pane;
use crate::protocol::RunState;
use crate::protocol::facts::{PathCounts, Phase};
use crate::protocol::progress::epoch_steps;
use crate::protocol::quantity::grouped;
use crate::studio::series::{decimate, nearest, smooth};
use crate::studio::theme::Tokens;
use crate::studio::view::View;
use crate::studio::widgets::plot::{self, Scale};
use crate::studio::widgets::{heat, icon, note};

/// Below this breadth of the header its words are shortened, points.
const NARROW: f32 = 400.0;

/// The pane's own state.
pub(super) struct Training {
    /// The phase in view; `None` follows the run.
    phase: Option<Phase>,
    smoothing: f64,
    y: Scale,
    /// The cursor, on the x axis.
    cursor: Option<f64>,
    /// Whether the heat map of trained paths stands in the place of the curves.
    paths: bool,
    /// Names of series that are not drawn.
    hidden: BTreeSet<String>,
}

impl Default for Training {
    fn default() -> Self {
        Self {
            phase: None,
            smoothing: 0.6,
            y: Scale::Linear,
            cursor: None,
            paths: false,
            hidden: BTreeSet::new(),
        }
    }
}

/// From this height on the heat map of trained paths stands below the curves, points.
const ROOM_FOR_PATHS: f32 = 480.0;

/// Values at the cursor are written as if ticks lay so far apart.
const DIGITS: f64 = 0.001;

/// One curve: its name, its colour, its points (epoch, value), and whether it is noisy.
struct Curve {
    name: &'static str,
    ink: Color32,
    points: Vec<[f64; 2]>,
    noisy: bool,
}

/// One of the two plots.
struct Chart {
    heading: &'static str,
    label: plot::Label,
    scale: Scale,
    curves: Vec<Curve>,
}

impl Pane for Training {
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>) {
        let Some(run) = &view.studio.run else { return };
        let phase = self.phase.unwrap_or_else(|| followed(&run.state));
        let charts = charts(&run.state, phase, self.y, view.tokens);
        if charts.iter().all(|chart| chart.curves.iter().all(|curve| curve.points.is_empty())) {
            empty(ui, view.tokens, phase);
            return;
        }
        if self.shows_paths(phase) {
            let height = ui.available_height();
            paths(ui, view.tokens, &run.state, height);
            return;
        }
        let mut room = ui.available_height();
        let below = phase == Phase::Supernet && room >= ROOM_FOR_PATHS;
        if below {
            room *= 0.6;
        }
        let height = room / charts.len() as f32;
        let before = self.cursor.take();
        for chart in &charts {
            let room = egui::vec2(ui.available_width(), height - 8.0);
            ui.allocate_ui(room, |ui| self.chart(ui, view.tokens, chart, before));
        }
        if below {
            let height = ui.available_height();
            paths(ui, view.tokens, &run.state, height);
        }
    }

    fn bar(&mut self, ui: &mut Ui, view: &View<'_>) {
        let tokens = view.tokens;
        // The title comes first where there is room for one alone.
        let narrow = ui.available_width() < NARROW;
        let word = if narrow { "" } else { "smoothing " };
        let text = format!("{word}{:.2}", self.smoothing);
        icon::quiet_menu(ui, tokens, &text, |ui| {
            ui.label("Smoothing");
            ui.add(egui::Slider::new(&mut self.smoothing, 0.0..=0.99).fixed_decimals(2));
            ui.label(RichText::new("0 shows the raw values alone").small().color(tokens.muted));
            if narrow && ui.button(format!("Loss on a {} axis", self.y.toggled().name())).clicked()
            {
                self.y = self.y.toggled();
                ui.close();
            }
        })
        .on_hover_text("Smoothing: how far the bold line averages over the steps before");
        let text = format!("{} y", self.y.name());
        if !narrow
            && icon::quiet(ui, tokens, &text, false).on_hover_text("Scale of the loss").clicked()
        {
            self.y = self.y.toggled();
        }
        let Some(run) = &view.studio.run else { return };
        let shown = self.phase.unwrap_or_else(|| followed(&run.state));
        icon::quiet_menu(ui, tokens, name(shown), |ui| {
            for phase in [Phase::Supernet, Phase::Generator, Phase::Scratch] {
                if ui.selectable_label(self.phase == Some(phase), name(phase)).clicked() {
                    (self.phase, self.paths) = (Some(phase), false);
                    ui.close();
                }
            }
            if ui.selectable_label(self.paths, "what was trained how often").clicked() {
                (self.phase, self.paths) = (Some(Phase::Supernet), !self.paths);
                ui.close();
            }
            if ui.selectable_label(self.phase.is_none(), "follow the run").clicked() {
                self.paths = false;
                self.phase = None;
                ui.close();
            }
        });
    }

    fn csv(&self, view: &View<'_>) -> Option<String> {
        let state = &view.studio.run.as_ref()?.state;
        let phase = self.phase.unwrap_or_else(|| followed(state));
        let mut text = String::from("series,epoch,value\n");
        let charts = charts(state, phase, self.y, view.tokens);
        for curve in charts.iter().flat_map(|chart| &chart.curves) {
            for [epoch, value] in &curve.points {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{},{epoch},{value}", curve.name);
            }
        }
        Some(text)
    }

    fn save(&self) -> String {
        format!("{} {}", self.smoothing, self.y.name())
    }

    fn load(&mut self, saved: &str) {
        let mut words = saved.split(' ');
        if let Some(smoothing) = words.next().and_then(|word| word.parse::<f64>().ok()) {
            self.smoothing = smoothing.clamp(0.0, 0.99);
        }
        if words.next() == Some(Scale::Log.name()) {
            self.y = Scale::Log;
        }
    }
}

impl Training {
    fn shows_paths(&self, phase: Phase) -> bool {
        self.paths && phase == Phase::Supernet
    }

    fn chart(&mut self, ui: &mut Ui, tokens: &Tokens, chart: &Chart, cursor: Option<f64>) {
        let series: Vec<plot::Named> =
            chart.curves.iter().map(|curve| (curve.name.to_owned(), curve.ink)).collect();
        plot::heading(ui, tokens, chart.heading, &series, &mut self.hidden);
        let hidden = &self.hidden;
        plot::quiet(ui, tokens);
        let pixels = ui.available_width().max(1.0) as usize;
        let smoothing = self.smoothing;
        let x = (Scale::Linear, plot::number as plot::Label);
        let shown = plot::plot(chart.heading, tokens, x, (chart.scale, chart.label))
            .height(ui.available_height())
            .link_axis(ui.scope_id().with("training"), [true, false])
            .include_x(0.0);
        let response = shown.show(ui, |plot| {
            for curve in chart.curves.iter().filter(|curve| !hidden.contains(curve.name)) {
                let bold = if curve.noisy && smoothing > 0.0 {
                    let faint = Stroke::new(1.0, curve.ink.gamma_multiply(0.35));
                    let raw = decimate(&placed(&curve.points, chart.scale), pixels);
                    plot.line(line(curve.name, raw, faint));
                    smooth(&curve.points, smoothing)
                } else {
                    curve.points.clone()
                };
                let bold = decimate(&placed(&bold, chart.scale), pixels);
                plot.line(line(curve.name, bold, Stroke::new(1.8, curve.ink)));
            }
            if let Some(x) = cursor {
                let stroke = Stroke::new(1.0, tokens.muted);
                let line = VLine::new("", x).stroke(stroke).style(LineStyle::dashed_dense());
                plot.vline(line.allow_hover(false));
            }
            plot.pointer_coordinate()
        });
        if response.response.hovered()
            && let Some(at) = response.inner
        {
            self.cursor = Some(at.x);
            ui.ctx().request_repaint();
        }
        if let Some(x) = self.cursor.or(cursor)
            && response.response.hovered()
        {
            let text = values(chart, smoothing, x);
            response.response.on_hover_ui_at_pointer(|ui| {
                ui.label(RichText::new(text));
            });
        }
    }
}

/// How often each layer, expansion and kernel was trained so far.
fn paths(ui: &mut Ui, tokens: &Tokens, state: &RunState, height: f32) {
    let Some(counts) = PathCounts::sum(&state.path_counts) else {
        let text = "How often each layer, expansion and kernel was trained appears here after the first epoch.";
        note::centred(ui, tokens, text);
        return;
    };
    let most = grouped(counts.most());
    let name = format!("times trained, by expansion and kernel (3, 5, 7 from above): up to {most}");
    ui.label(RichText::new(name).small().color(tokens.muted));
    let (response, under) = heat::show(ui, tokens, &counts, (height - 24.0).max(120.0));
    let Some((layer, expansion, kernel, count)) = under else { return };
    response.on_hover_ui_at_pointer(|ui| {
        let title = format!("layer {}, expansion {expansion}, {kernel}×{kernel}", layer + 1);
        ui.label(RichText::new(title).strong());
        ui.label(RichText::new(format!("trained {} times", grouped(count))).small());
    });
}

fn line(name: &'static str, points: Vec<[f64; 2]>, stroke: Stroke) -> Line<'static> {
    Line::new(name, PlotPoints::from(points)).stroke(stroke).allow_hover(false)
}

fn placed(points: &[[f64; 2]], scale: Scale) -> Vec<[f64; 2]> {
    points.iter().map(|&[x, y]| [x, scale.place(y)]).collect()
}

/// What the curves say at the cursor, a line each.
fn values(chart: &Chart, smoothing: f64, x: f64) -> String {
    let mut lines = vec![format!("epoch {x:.2}")];
    for curve in &chart.curves {
        let smoothed = if curve.noisy { smooth(&curve.points, smoothing) } else { Vec::new() };
        let Some([_, raw]) = nearest(&curve.points, x) else { continue };
        let raw = (chart.label)(raw, DIGITS);
        match nearest(&smoothed, x) {
            Some([_, mean]) => {
                let mean = (chart.label)(mean, DIGITS);
                lines.push(format!("{}: {mean} (raw {raw})", curve.name));
            }
            None => lines.push(format!("{}: {raw}", curve.name)),
        }
    }
    lines.join("\n")
}

/// The phase that a run's curves are about: the one under way, else the last with curves.
fn followed(state: &RunState) -> Phase {
    match state.current_phase() {
        Some(phase) if phase != Phase::Evaluate => phase,
        _ if !state.scratch_epochs.is_empty() => Phase::Scratch,
        _ if state.generator_steps.is_empty() => Phase::Supernet,
        Some(_) => Phase::Generator,
        None => Phase::Supernet,
    }
}

fn name(phase: Phase) -> &'static str {
    match phase {
        Phase::Supernet => "supernet",
        Phase::Generator | Phase::Evaluate => "generator",
        Phase::Scratch => "from scratch",
    }
}

fn charts(state: &RunState, phase: Phase, y: Scale, tokens: &Tokens) -> Vec<Chart> {
    let curve = |name, ink, points, noisy| Curve { name, ink, points, noisy };
    let start = state.start.as_ref();
    let of_epoch = start.map_or(1, |start| epoch_steps(&start.config, &start.data, phase)) as f64;
    match phase {
        Phase::Supernet => {
            let steps = |value: fn(&crate::protocol::facts::SupernetStep) -> f64| {
                let all = state.supernet_steps.iter();
                all.map(|step| [(step.step + 1) as f64 / of_epoch, value(step)]).collect()
            };
            let epochs = |value: fn(&crate::protocol::facts::SupernetEpoch) -> f64| {
                let all = state.supernet_epochs.iter();
                all.map(|epoch| [(epoch.epoch + 1) as f64, value(epoch)]).collect()
            };
            let loss = vec![curve("loss", tokens.accent, steps(|step| step.loss), true)];
            let accuracy = vec![
                curve("batches", tokens.random, steps(|step| step.accuracy), true),
                curve("random paths", tokens.accent, epochs(|e| e.mean), false),
                curve("smallest", tokens.muted, epochs(|e| e.smallest), false),
                curve("largest", tokens.warning, epochs(|e| e.largest), false),
            ];
            two(
                ("loss", y, loss),
                ("accuracy on batches, and on held-out images, %", plot::percent, accuracy),
            )
        }
        Phase::Generator | Phase::Evaluate => {
            let steps = |value: fn(&crate::protocol::facts::GeneratorStep) -> f64| {
                let all = state.generator_steps.iter();
                all.map(|step| [(step.step + 1) as f64 / of_epoch, value(step)]).collect()
            };
            let loss = vec![curve("cross-entropy", tokens.accent, steps(|step| step.ce), true)];
            let hardware = vec![
                curve("hardware loss", tokens.generated, steps(|step| step.hardware), true),
                curve("temperature", tokens.warning, steps(|step| step.tau), false),
            ];
            two(
                ("cross-entropy", y, loss),
                ("hardware loss and temperature", plot::number, hardware),
            )
        }
        Phase::Scratch => {
            let epochs = |value: fn(&crate::protocol::facts::ScratchEpoch) -> f64| {
                let all = state.scratch_epochs.iter();
                all.map(|epoch| [(epoch.epoch + 1) as f64, value(epoch)]).collect()
            };
            let loss = vec![curve("training loss", tokens.accent, epochs(|e| e.loss), false)];
            let accuracy = vec![curve("test", tokens.generated, epochs(|e| e.accuracy), false)];
            two(("loss", y, loss), ("accuracy, %", plot::percent, accuracy))
        }
    }
}

type Below = (&'static str, plot::Label, Vec<Curve>);

fn two(
    (heading, scale, curves): (&'static str, Scale, Vec<Curve>),
    (below, label, others): Below,
) -> Vec<Chart> {
    vec![
        Chart { heading, label: plot::number, scale, curves },
        Chart { heading: below, label, scale: Scale::Linear, curves: others },
    ]
}

fn empty(ui: &mut Ui, tokens: &Tokens, phase: Phase) {
    let text = match phase {
        Phase::Supernet => "The supernet has not made a step yet: its curves appear here.",
        Phase::Generator | Phase::Evaluate => {
            "The generator trains when the supernet is done: its curves appear here."
        }
        Phase::Scratch => {
            "This run trains no network from scratch itself: the pane “From scratch” shows those trained beside it."
        }
    };
    note::centred(ui, tokens, text);
}
