//! The pane "Training": loss, accuracy and learning rate of the phase in view, one cursor over all
//! plots, and how often what was trained.

mod axis;
mod bar;
mod chart;
mod charts;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use eframe::egui::{self, RichText, Ui};

use self::axis::{Axis, X};
use self::chart::{Curves, Shared};
use self::charts::{Chart, charts};
use super::Pane;
use crate::protocol::RunState;
use crate::protocol::facts::{EXPANSIONS, PathCounts, Phase};
use crate::protocol::quantity::grouped;
use crate::space::KERNELS;
use crate::studio::theme::Tokens;
use crate::studio::view::View;
use crate::studio::widgets::plot::Scale;
use crate::studio::widgets::{heat, note};

/// The pane's own state.
pub(super) struct Training {
    /// The phase in view; `None` follows the run.
    phase: Option<Phase>,
    look: Look,
    smoothing: f64,
    x: X,
    x_scale: Scale,
    y_scale: Scale,
    /// The cursor, on the x axis.
    cursor: Option<f64>,
    /// Names of series that are not drawn.
    hidden: BTreeSet<String>,
    /// The curves as far as they are known, and the folder of the run that they are of.
    curves: Curves,
    folder: PathBuf,
}

/// What of a phase is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Look {
    /// All curves that there is room for.
    #[default]
    Curves,
    /// The learning rate alone.
    Rate,
    /// How often what was trained.
    Paths,
}

impl Default for Training {
    fn default() -> Self {
        Self {
            phase: None,
            look: Look::Curves,
            smoothing: 0.6,
            x: X::Epochs,
            x_scale: Scale::Linear,
            y_scale: Scale::Linear,
            cursor: None,
            hidden: BTreeSet::new(),
            curves: Curves::new(),
            folder: PathBuf::new(),
        }
    }
}

/// From this height on the heat map of trained paths stands below the curves, points.
const ROOM_FOR_PATHS: f32 = 480.0;
/// From this height on the learning rate stands below the other curves, points.
const ROOM_FOR_RATE: f32 = 400.0;

/// Least room of a plot with its heading, points.
const LEAST_PLOT: f32 = 72.0;
/// Room of the numbers of the x axis, and of its name below them, points.
const NUMBERS: f32 = 20.0;
const FOOT: f32 = 18.0;

impl Pane for Training {
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>) {
        let Some(run) = &view.studio.run else { return };
        let phase = self.phase.unwrap_or_else(|| followed(&run.state));
        if self.look == Look::Paths && phase == Phase::Supernet {
            let height = ui.available_height();
            paths(ui, view.tokens, &run.state, height);
            return;
        }
        let axis = Axis::new(&run.state, phase, self.x);
        let all = charts(&run.state, phase, axis, self.y_scale, view.tokens);
        if all.iter().all(|chart| chart.curves.iter().all(|curve| curve.count == 0)) {
            empty(ui, view.tokens, phase);
            return;
        }
        if self.folder != run.folder {
            (self.folder, self.curves) = (run.folder.clone(), Curves::new());
        }
        let mut room = ui.available_height();
        let below = self.look == Look::Curves && phase == Phase::Supernet && room >= ROOM_FOR_PATHS;
        if below {
            room *= 0.6;
        }
        let shown = match self.look {
            Look::Rate => &all[2..],
            _ if room >= ROOM_FOR_RATE => &all[..],
            _ => &all[..2],
        };
        // In a window where they would say nothing they are higher, and scroll.
        let least = LEAST_PLOT * shown.len() as f32 + NUMBERS + FOOT;
        if room < least {
            let scroll = egui::ScrollArea::vertical().auto_shrink(false);
            scroll.show(ui, |ui| self.plots(ui, view.tokens, (phase, axis, shown), least));
        } else {
            self.plots(ui, view.tokens, (phase, axis, shown), room);
        }
        if below {
            let height = ui.available_height();
            paths(ui, view.tokens, &run.state, height);
        }
    }

    fn bar(&mut self, ui: &mut Ui, view: &View<'_>) {
        bar::show(ui, view, self);
    }

    fn csv(&self, view: &View<'_>) -> Option<String> {
        let state = &view.studio.run.as_ref()?.state;
        let phase = self.phase.unwrap_or_else(|| followed(state));
        if self.look == Look::Paths && phase == Phase::Supernet {
            return PathCounts::sum(&state.path_counts).map(|counts| table(&counts));
        }
        let axis = Axis::new(state, phase, self.x);
        let mut text = format!("series,{},value\n", axis.column());
        let charts = charts(state, phase, axis, self.y_scale, view.tokens);
        for curve in charts.iter().flat_map(|chart| &chart.curves) {
            for [x, value] in (0..curve.count).map(&curve.at) {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{},{x},{value}", curve.name);
            }
        }
        Some(text)
    }

    fn save(&self) -> String {
        let (x, y) = (self.x_scale.name(), self.y_scale.name());
        format!("{} {y} {} {x}", self.smoothing, self.x.name())
    }

    fn load(&mut self, saved: &str) {
        let mut words = saved.split(' ');
        if let Some(smoothing) = words.next().and_then(|word| word.parse::<f64>().ok()) {
            self.smoothing = smoothing.clamp(0.0, 0.99);
        }
        let scale = |word: Option<&str>| match word {
            Some(word) if word == Scale::Log.name() => Scale::Log,
            _ => Scale::Linear,
        };
        self.y_scale = scale(words.next());
        let x = words.next();
        self.x = X::ALL.into_iter().find(|one| Some(one.name()) == x).unwrap_or_default();
        self.x_scale = scale(words.next());
    }
}

impl Training {
    /// Draws plots below each other in `room` points of height.
    fn plots(
        &mut self,
        ui: &mut Ui,
        tokens: &Tokens,
        (phase, axis, shown): (Phase, Axis, &[Chart<'_>]),
        room: f32,
    ) {
        for curve in shown.iter().flat_map(|chart| &chart.curves) {
            let own = self.curves.entry((phase, curve.name)).or_default();
            own.follow(curve.count, &curve.at, self.smoothing);
        }
        let of = Shared {
            phase,
            axis,
            x_scale: self.x_scale,
            smoothing: self.smoothing,
            curves: &self.curves,
            group: ui.scope_id().with(("training", axis.x.name(), self.x_scale.name())),
            cursor: self.cursor.take(),
            charts: shown,
        };
        // Each plot has as much of it, beside the axis that they share.
        let height = (room - FOOT - NUMBERS) / shown.len() as f32;
        for (i, chart) in shown.iter().enumerate() {
            let (foot, axis) =
                if i + 1 == shown.len() { (FOOT, FOOT + NUMBERS) } else { (0.0, 0.0) };
            let size =
                egui::vec2(ui.available_width(), height + axis - ui.spacing().item_spacing.y);
            let at = ui.allocate_ui(size, |ui| {
                chart::show(ui, tokens, (chart, foot), &of, &mut self.hidden)
            });
            self.cursor = self.cursor.or(at.inner);
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

/// The numbers of the heat map.
fn table(counts: &PathCounts) -> String {
    let mut text = String::from("layer,expansion,kernel,times trained\n");
    for layer in 0..counts.layers() {
        for (e, expansion) in EXPANSIONS.iter().enumerate() {
            for (k, kernel) in KERNELS.iter().enumerate() {
                let count = counts.count(layer, e, k);
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{},{expansion},{kernel},{count}", layer + 1);
            }
        }
    }
    text
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
