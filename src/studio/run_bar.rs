//! The bar on top: which run, its phases, how far it is, and the buttons that steer it.

use std::ops::RangeInclusive;

use eframe::egui::{
    self, Align2, Button, CornerRadius, DragValue, Rect, RichText, Sense, StrokeKind, Ui, vec2,
};

use super::action::{self, items};
use super::backend::Request;
use super::layout;
use super::panes::PANES;
use super::state::{Live, OpenRun, Replay, Seek, Training};
use super::theme::{self, Tokens};
use super::view::{View, Wish};
use super::widgets::icon::{self, Icon};
use crate::protocol::facts::Phase;
use crate::protocol::quantity::{duration, grouped};

/// Height of the bar, points.
pub(super) const HEIGHT: f32 = 48.0;

/// How many times as fast as it was a replay may be.
const SPEEDS: RangeInclusive<f64> = 0.1..=100_000.0;

const PHASES: [(Phase, &str); 4] = [
    (Phase::Supernet, "Supernet"),
    (Phase::Generator, "Generator"),
    (Phase::Evaluate, "Evaluate"),
    (Phase::Scratch, "From scratch"),
];

/// Draws the bar.
pub(super) fn show(ui: &mut Ui, view: &View<'_>) {
    ui.horizontal_centered(|ui| {
        let narrow = ui.available_width() < layout::NARROW;
        if !narrow || view.studio.run.is_none() {
            ui.label(theme::heading("SGNAS Studio", 15.0));
        }
        let Some(run) = &view.studio.run else {
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                menu(ui, view);
                match view.studio.start_page {
                    true => action::button(ui, view, "Start", "start"),
                    false => action::button(ui, view, "New run", "new"),
                }
            });
            return;
        };
        run_menu(ui, view, run, narrow);
        let wide = ui.available_width() > 760.0;
        ui.add_space(if wide { 24.0 } else { 4.0 });
        for (phase, name) in PHASES {
            let standing = match phase {
                Phase::Scratch if run.state.phase(phase).is_none() => {
                    Standing::of_trainings(&view.studio.trainings, view.studio.training())
                }
                phase => Standing::of_phase(run, phase),
            };
            // Few runs have the last phase, or networks trained beside them.
            let counts = standing.current || (!narrow && phase != Phase::Scratch);
            if counts || (standing.begun && !narrow) || wide {
                chip(ui, view.tokens, name, &standing);
            }
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            menu(ui, view);
            controls(ui, view, run);
            if view.studio.start_page && !narrow {
                action::button(ui, view, "Start", "start");
            }
            if !narrow {
                progress(ui, view, run);
            }
        });
    });
}

fn run_menu(ui: &mut Ui, view: &View<'_>, run: &OpenRun, narrow: bool) {
    let seed = run
        .seed()
        .filter(|_| !narrow)
        .map_or(String::new(), |seed| format!(" · seed {}", grouped(seed)));
    let text = format!("{}{seed}", run.name());
    let response = icon::quiet_menu(ui, view.tokens, &text, |ui| {
        items(ui, view, &["new", "open folder", "open file", "report", "save", "pack"]);
    });
    response.on_hover_text(run.folder.display().to_string());
}

/// The menu at the right end: panes and layout.
pub(super) fn menu(ui: &mut Ui, view: &View<'_>) {
    let response = icon::button(ui, view.tokens, Icon::Menu, "Panes, layout, theme", true);
    egui::Popup::menu(&response).show(|ui| {
        let panes: Vec<&str> = PANES.iter().map(|entry| entry.key).collect();
        items(ui, view, &panes);
        ui.separator();
        items(ui, view, &["share", "share network"]);
        items(ui, view, &["restore layout", "check adapter", "palette", "shortcuts"]);
        items(ui, view, &["larger", "smaller", "normal size"]);
        ui.separator();
        theme_choice(ui);
    });
}

/// Dark, light, or as the system has it; in words, since egui's own buttons are symbols that no
/// font here has.
fn theme_choice(ui: &mut Ui) {
    use egui::ThemePreference::{Dark, Light, System};
    let now = ui.ctx().options(|options| options.theme_preference);
    ui.horizontal(|ui| {
        for (choice, name) in [(System, "as the system"), (Dark, "dark"), (Light, "light")] {
            if ui.selectable_label(now == choice, name).clicked() {
                ui.ctx().set_theme(choice);
            }
        }
    });
}

/// How far a phase is.
struct Standing {
    /// Under way now.
    current: bool,
    begun: bool,
    done: bool,
    /// In words.
    words: String,
}

impl Standing {
    fn of_phase(run: &OpenRun, phase: Phase) -> Self {
        let known = run.state.phase(phase);
        let live = run.live.under_way() || run.live == Live::Replay;
        let current = live && run.state.current_phase() == Some(phase);
        let seconds = known.and_then(|phase| phase.seconds);
        let begun = known.is_some();
        let words = match (seconds, current, begun) {
            (Some(seconds), ..) => format!("done in {}", duration(seconds)),
            (None, true, _) => "under way".to_owned(),
            (None, false, true) => "begun".to_owned(),
            (None, false, false) => "still to come".to_owned(),
        };
        Self { current, begun, done: seconds.is_some(), words }
    }

    /// Of the networks that are trained beside the run, and the one in training.
    fn of_trainings(all: &[Training], now: Option<&Training>) -> Self {
        let trained = all.iter().filter(|training| training.result().is_some()).count();
        let current = now.map(|training| {
            let (done, epochs) = training.epochs();
            format!("{} in training, {done} of {epochs} epochs", training.run.name())
        });
        let words = match (&current, trained) {
            (None, 0) => "no network trained yet".to_owned(),
            (None, 1) => "1 network trained".to_owned(),
            (None, count) => format!("{count} networks trained"),
            (Some(current), 0) => current.clone(),
            (Some(current), count) => format!("{current}; {count} trained"),
        };
        let done = trained > 0 && current.is_none();
        Self { current: current.is_some(), begun: !all.is_empty(), done, words }
    }
}

fn chip(ui: &mut Ui, tokens: &Tokens, name: &str, standing: &Standing) {
    let Standing { current, begun, done, words } = standing;
    let (ink, fill) = match (current, begun) {
        (true, _) => (tokens.on_accent, tokens.accent),
        (false, true) => (tokens.text, tokens.background),
        (false, false) => (tokens.muted, tokens.panel),
    };
    let galley = ui.painter().layout_no_wrap(name.to_owned(), theme::body(), ink);
    let hook = if *done { 14.0 } else { 0.0 };
    let size = vec2(galley.size().x + 20.0 + hook, 22.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    ui.painter().rect(rect, CornerRadius::same(11), fill, tokens.border(), StrokeKind::Inside);
    if *done {
        let hook = Rect::from_center_size(rect.left_center() + vec2(14.0, 0.0), vec2(9.0, 9.0));
        Icon::Check.paint(ui.painter(), hook, tokens.accent);
    }
    let room = rect.with_min_x(rect.left() + hook);
    let text = Align2::CENTER_CENTER.align_size_within_rect(galley.size(), room);
    ui.painter().galley(text.min, galley, ink);
    let state = format!("{name}: {words}");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &state));
    response.on_hover_text(state);
}

fn controls(ui: &mut Ui, view: &View<'_>, run: &OpenRun) {
    match run.live {
        Live::Running | Live::Paused | Live::Stopping => {
            action::icon(ui, view, Icon::Stop, "stop");
            action::icon(ui, view, Icon::Step, "step");
            match run.live {
                Live::Paused => action::icon(ui, view, Icon::Play, "go on"),
                _ => action::icon(ui, view, Icon::Pause, "pause"),
            }
        }
        Live::Stored => action::button(ui, view, "Resume", "resume"),
        Live::Replay => replay_controls(ui, view, run),
        Live::Finished if !view.studio.start_page => action::button(ui, view, "New run", "new"),
        Live::Finished => {}
    }
}

fn replay_controls(ui: &mut Ui, view: &View<'_>, run: &OpenRun) {
    let Some(replay) = &view.studio.replay else { return };
    let leave = ui.add(Button::new("Leave").min_size(vec2(0.0, 26.0)));
    if leave.on_hover_text("Leave the replay: open the run as it is").clicked() {
        view.wish(Wish::Ask(Request::Open(run.folder.clone())));
    }
    let speed = |speed: f64| match speed {
        100.0.. => format!("{} × speed", grouped(speed.round() as u64)),
        _ => format!("{} × speed", (100.0 * speed).round() / 100.0),
    };
    let menu = icon::quiet(ui, view.tokens, &speed(replay.speed), true);
    let stays = egui::PopupCloseBehavior::CloseOnClickOutside;
    egui::Popup::menu(&menu).close_behavior(stays).show(|ui| {
        for choice in [1.0, 10.0, 100.0, 1_000.0] {
            if ui.selectable_label(replay.speed == choice, speed(choice)).clicked() {
                view.wish(Wish::Seek(Seek::Speed(choice)));
                ui.close();
            }
        }
        ui.separator();
        let label = ui.label("Any other speed");
        let (mut own, step) = (replay.speed, 0.05 * replay.speed);
        let entry = DragValue::new(&mut own).range(SPEEDS).speed(step).max_decimals(2);
        let entry = ui.add(entry.suffix(" ×")).labelled_by(label.id);
        if entry.on_hover_text("Drag, or click and type").changed() {
            view.wish(Wish::Seek(Seek::Speed(own)));
        }
    });
    match replay.playing {
        true => action::icon(ui, view, Icon::Pause, "hold replay"),
        false => action::icon(ui, view, Icon::Play, "play"),
    }
}

fn progress(ui: &mut Ui, view: &View<'_>, run: &OpenRun) {
    let tokens = view.tokens;
    let (done, total) = run.state.preparing.unwrap_or_else(|| run.progress.steps());
    let what = if run.state.preparing.is_some() { "kernels" } else { "steps" };
    let share = if total == 0 { 0.0 } else { (done as f32 / total as f32).min(1.0) };
    ui.label(RichText::new(standing(view, run)).color(tokens.muted));
    let width = (ui.available_width() - 16.0).clamp(0.0, 196.0);
    if run.live == Live::Finished || width < 40.0 {
        return;
    }
    if let (Live::Replay, Some(replay)) = (run.live, &view.studio.replay) {
        place_bar(ui, view, replay, width);
        return;
    }
    let (rect, response) = ui.allocate_exact_size(vec2(width, 6.0), Sense::hover());
    let radius = CornerRadius::same(3);
    ui.painter().rect_filled(rect, radius, tokens.line);
    let filled = Rect::from_min_size(rect.min, vec2(rect.width() * share, rect.height()));
    ui.painter().rect_filled(filled, radius, tokens.accent);
    response.on_hover_text(format!("{} of {} {what}", grouped(done), grouped(total)));
}

/// How far the run is, in words.
pub(super) fn standing(view: &View<'_>, run: &OpenRun) -> String {
    match run.live {
        Live::Finished => {
            let seconds: f64 = run.state.phases.iter().filter_map(|phase| phase.seconds).sum();
            format!("finished in {}", duration(seconds))
        }
        Live::Stored => "stopped".to_owned(),
        Live::Stopping => "saving …".to_owned(),
        Live::Replay => view.studio.replay.as_ref().map_or(String::new(), |replay| {
            format!("{} of {}", duration(replay.position()), duration(replay.length()))
        }),
        Live::Paused => format!("{} · paused", place(run)),
        Live::Running => match run.progress.remaining(view.studio.now()) {
            Some(seconds) if run.state.preparing.is_none() => {
                format!("{} · {} left", place(run), duration(seconds))
            }
            _ => place(run),
        },
    }
}

/// The place of a replay, to be dragged elsewhere.
fn place_bar(ui: &mut Ui, view: &View<'_>, replay: &Replay, width: f32) {
    ui.spacing_mut().slider_width = width;
    let share = replay.position() / replay.length().max(f64::MIN_POSITIVE);
    let mut place = share.clamp(0.0, 1.0);
    let slider = egui::Slider::new(&mut place, 0.0..=1.0)
        .show_value(false)
        .handle_shape(egui::style::HandleShape::Circle);
    let response = ui.add(slider).on_hover_text("Drag to another place of the run");
    response.widget_info(|| egui::WidgetInfo::slider(true, place, "place of the replay"));
    if response.changed() {
        view.wish(Wish::Seek(Seek::To(place)));
    }
}

/// "epoch 18 / 30" of the running phase, its steps where it has no epochs, or its kernels as long as
/// they are made ready.
fn place(run: &OpenRun) -> String {
    let state = &run.state;
    let Some(config) = state.start.as_ref().map(|start| &start.config) else {
        return "starting …".to_owned();
    };
    let epoch = |at: Option<u64>, of: u64| {
        format!("epoch {} / {}", grouped(at.map_or(0, |epoch| epoch + 1)), grouped(of))
    };
    if let Some((done, total)) = state.preparing {
        return format!("preparing kernel {} / {}", grouped(done + 1), grouped(total));
    }
    match state.current_phase() {
        None => "between two phases".to_owned(),
        Some(Phase::Supernet) => {
            epoch(state.supernet_steps.last().map(|step| step.epoch), config.supernet.epochs)
        }
        Some(Phase::Generator) => {
            epoch(state.generator_steps.last().map(|step| step.epoch), config.generator.epochs)
        }
        Some(Phase::Evaluate) => {
            let (done, total) = run.progress.steps();
            format!("network {} / {}", grouped(done), grouped(total))
        }
        Some(Phase::Scratch) => {
            let next = state.scratch_epochs.last().map_or(0, |epoch| epoch.epoch + 1);
            epoch(Some(next.min(config.scratch.epochs.saturating_sub(1))), config.scratch.epochs)
        }
    }
}
