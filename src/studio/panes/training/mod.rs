//! The pane "Training": loss and accuracy of the phase in view, raw faint under smoothed, one
//! cursor over both plots.

mod charts;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use eframe::egui::{self, RichText, Stroke, Ui};
use egui_plot::{Line, LineStyle, PlotPoints, VLine};

use self::charts::{Chart, charts};
use super::Pane;
use crate::protocol::RunState;
use crate::protocol::facts::{PathCounts, Phase};
use crate::protocol::quantity::grouped;
use crate::studio::curve::{self, Curve};
use crate::studio::series::nearest;
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
    /// The curves as far as they are known, and the folder of the run that they are of.
    curves: Curves,
    folder: PathBuf,
}

/// Curves by phase and name.
type Curves = BTreeMap<(Phase, &'static str), Curve>;

impl Default for Training {
    fn default() -> Self {
        Self {
            phase: None,
            smoothing: 0.6,
            y: Scale::Linear,
            cursor: None,
            paths: false,
            hidden: BTreeSet::new(),
            curves: Curves::new(),
            folder: PathBuf::new(),
        }
    }
}

/// From this height on the heat map of trained paths stands below the curves, points.
const ROOM_FOR_PATHS: f32 = 480.0;

/// Room of the name of the x axis, points.
const FOOT: f32 = 18.0;

/// Values at the cursor are written as if ticks lay so far apart.
const DIGITS: f64 = 0.001;

impl Pane for Training {
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>) {
        let Some(run) = &view.studio.run else { return };
        let phase = self.phase.unwrap_or_else(|| followed(&run.state));
        let charts = charts(&run.state, phase, self.y, view.tokens);
        if charts.iter().all(|chart| chart.curves.iter().all(|curve| curve.count == 0)) {
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
        if self.folder != run.folder {
            (self.folder, self.curves) = (run.folder.clone(), Curves::new());
        }
        for curve in charts.iter().flat_map(|chart| &chart.curves) {
            let own = self.curves.entry((phase, curve.name)).or_default();
            own.follow(curve.count, &curve.at, self.smoothing);
        }
        for (i, chart) in charts.iter().enumerate() {
            // The last one names the axis that they share.
            let foot = if i + 1 == charts.len() { FOOT } else { 0.0 };
            let room = egui::vec2(ui.available_width(), height - 8.0);
            ui.allocate_ui(room, |ui| self.chart(ui, view.tokens, (phase, chart, foot), before));
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
            for [epoch, value] in (0..curve.count).map(&curve.at) {
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

    fn chart(
        &mut self,
        ui: &mut Ui,
        tokens: &Tokens,
        (phase, chart, foot): (Phase, &Chart<'_>, f32),
        cursor: Option<f64>,
    ) {
        let series: Vec<plot::Named> =
            chart.curves.iter().map(|curve| (curve.name.to_owned(), curve.ink)).collect();
        plot::heading(ui, tokens, chart.heading, &series, &mut self.hidden);
        let hidden = &self.hidden;
        plot::quiet(ui, tokens);
        let pixels = ui.available_width().max(1.0) as usize;
        let smoothing = self.smoothing;
        let x = (Scale::Linear, plot::number as plot::Label);
        let shown = plot::plot(chart.heading, tokens, x, (chart.scale, chart.label))
            .height(ui.available_height() - foot)
            .link_axis(ui.scope_id().with("training"), [true, false])
            .include_x(0.0);
        let curves = &self.curves;
        let response = shown.show(ui, |plot| {
            let bounds = plot.plot_bounds();
            let all = plot.auto_bounds().x;
            let whole = (f64::NEG_INFINITY, f64::INFINITY);
            let range = if all { whole } else { (bounds.min()[0], bounds.max()[0]) };
            for curve in chart.curves.iter().filter(|curve| !hidden.contains(curve.name)) {
                let Some(own) = curves.get(&(phase, curve.name)) else { continue };
                let drawn = |line: &curve::Line| placed(line.between(range, pixels), chart.scale);
                let bold = if curve.noisy && smoothing > 0.0 {
                    let faint = Stroke::new(1.0, curve.ink.gamma_multiply(0.35));
                    plot.line(line(curve.name, drawn(own.raw()), faint));
                    own.mean()
                } else {
                    own.raw()
                };
                plot.line(line(curve.name, drawn(bold), Stroke::new(1.8, curve.ink)));
            }
            if let Some(x) = cursor {
                let stroke = Stroke::new(1.0, tokens.muted);
                let line = VLine::new("", x).stroke(stroke).style(LineStyle::dashed_dense());
                plot.vline(line.allow_hover(false));
            }
            plot.pointer_coordinate()
        });
        if foot > 0.0 {
            plot::foot(ui, tokens, "epoch");
        }
        if response.response.hovered()
            && let Some(at) = response.inner
        {
            self.cursor = Some(at.x);
            ui.ctx().request_repaint();
        }
        if let Some(x) = self.cursor.or(cursor)
            && response.response.hovered()
        {
            let text = values((phase, chart), &self.curves, x);
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

fn placed(mut points: Vec<[f64; 2]>, scale: Scale) -> Vec<[f64; 2]> {
    points.iter_mut().for_each(|[_, y]| *y = scale.place(*y));
    points.retain(|[_, y]| y.is_finite());
    points
}

/// What the curves say at the cursor, a line each.
fn values((phase, chart): (Phase, &Chart<'_>), curves: &Curves, x: f64) -> String {
    let mut lines = vec![format!("epoch {x:.2}")];
    for curve in &chart.curves {
        let Some(own) = curves.get(&(phase, curve.name)) else { continue };
        let Some([_, raw]) = nearest(own.raw().points(), x) else { continue };
        let raw = (chart.label)(raw, DIGITS);
        match nearest(own.mean().points(), x).filter(|_| curve.noisy) {
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
