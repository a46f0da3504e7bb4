//! The table of runs: what each is and how far it is, and what can be done with it.

use eframe::egui::{
    self, Align, CornerRadius, Label, Layout, RichText, ScrollArea, Sense, Ui, pos2, vec2,
};

use super::{MOST, Runs, name};
use crate::platform::clock;
use crate::protocol::quantity::{duration, grouped, percent};
use crate::studio::backend::{Request, RunEntry, Standing};
use crate::studio::view::{View, Wish};
use crate::studio::widgets::{icon, tick};

/// Height of a row, points.
const ROW: f32 = 28.0;
/// Room of the buttons at the right, points.
const ACTIONS: f32 = 190.0;
/// Shares of the remaining room: name, preset and seed, state, best.
const SHARES: [f32; 4] = [0.31, 0.2, 0.19, 0.3];
/// Below this room for the columns there is only the first, points.
const LEAST: f32 = 240.0;

/// Draws the table in no more than `most` points of height.
pub(super) fn show(ui: &mut Ui, view: &View<'_>, runs: &[RunEntry], most: f32, pane: &mut Runs) {
    ScrollArea::vertical().max_height(most).auto_shrink([false, true]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        for run in runs {
            row(ui, view, run, pane);
        }
    });
}

fn row(ui: &mut Ui, view: &View<'_>, run: &RunEntry, pane: &mut Runs) {
    let tokens = view.tokens;
    let open = view.studio.run.as_ref().filter(|open| open.folder == run.folder);
    let width = ui.available_width();
    let called = name(&run.folder);
    let size = vec2(width, ROW);
    let row = ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_size(size);
        ui.spacing_mut().item_spacing.x = 6.0;
        if open.is_some() {
            let rect = ui.max_rect();
            let radius = CornerRadius::same(crate::studio::theme::CELL_RADIUS);
            ui.painter().rect_filled(rect, radius, tokens.background);
        }
        let look = pane.look(tokens, &run.folder);
        let mut ticked = look.is_some();
        let full = !ticked && pane.chosen.len() >= MOST;
        let tick = ui.add_enabled_ui(!full, |ui| tick::show(ui, tokens, &mut ticked, "")).inner;
        let role = egui::Role::CheckBox;
        tick.widget_info(|| {
            egui::WidgetInfo::selected(role, !full, ticked, format!("compare {called}"))
        });
        if tick.on_hover_text("Compare it with others").changed() {
            pane.choose(view, run);
        }
        let (line, _) = ui.allocate_exact_size(vec2(14.0, ROW), Sense::hover());
        if let Some((ink, dashed)) = look {
            let (left, right) = (line.left_center(), pos2(line.right(), line.center().y));
            let (dash, gap) = if dashed { (4.0, 2.0) } else { (line.width(), 0.0) };
            let stroke = egui::Stroke::new(3.0, ink);
            ui.painter().extend(egui::Shape::dashed_line(&[left, right], stroke, dash, gap));
        }
        let room = (width - ACTIONS - 48.0 - 4.0 * 6.0).max(80.0);
        let texts = [
            (called.clone(), tokens.text),
            (format!("{} · seed {}", run.preset, grouped(run.seed)), tokens.muted),
            (standing(run, open.is_some()), tokens.muted),
            (best(run), tokens.muted),
        ];
        // Where there is room for little, the name alone; hovering tells the rest.
        let shares = if room < LEAST { &[1.0][..] } else { &SHARES[..] };
        for ((text, ink), share) in texts.into_iter().zip(shares) {
            let layout = Layout::left_to_right(Align::Center);
            ui.allocate_ui_with_layout(vec2(share * room, ROW), layout, |ui| {
                ui.set_min_width(share * room);
                let label = ui.add(Label::new(RichText::new(text).color(ink)).truncate());
                label.on_hover_text(about(run));
            });
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            actions(ui, view, run, open.is_some_and(|open| open.live.under_way()), pane);
        });
    });
    row.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Row, true, &called));
}

fn actions(ui: &mut Ui, view: &View<'_>, run: &RunEntry, under_way: bool, pane: &mut Runs) {
    let called = name(&run.folder);
    let button = |ui: &mut Ui, text: &str, hint: &str| {
        let response = icon::quiet(ui, view.tokens, text, false);
        let spoken = format!("{text} {called}");
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &spoken));
        response.on_hover_text(hint).clicked()
    };
    let busy = under_way || run.standing == Standing::Active;
    if !busy && button(ui, "delete", "Delete it with all that it wrote, after a question") {
        pane.doomed = Some(run.folder.clone());
    }
    match run.standing {
        Standing::Stopped | Standing::Failed
            if !busy && button(ui, "resume", "Go on from its newest checkpoint") =>
        {
            view.wish(Wish::Ask(Request::Resume(run.folder.clone())));
        }
        Standing::Finished if button(ui, "replay", "Show it again from its first step on") => {
            view.wish(Wish::Ask(Request::Replay(run.folder.clone())));
        }
        _ => {}
    }
    if !under_way && button(ui, "open", "Look at it, and ask its generator") {
        view.wish(Wish::Ask(Request::Open(run.folder.clone())));
    }
}

fn standing(run: &RunEntry, open: bool) -> String {
    let words = match run.standing {
        Standing::Finished => "finished",
        Standing::Stopped => "stopped",
        Standing::Active => "under way",
        Standing::Failed => "failed",
    };
    if open { format!("{words} · open") } else { words.to_owned() }
}

/// The best accuracy of a generated network, and how well the answers follow their targets.
fn best(run: &RunEntry) -> String {
    let accuracy = run.best.map(|best| format!("best {}", percent(best)));
    let tau = run.tau.map(|tau| format!("tau {tau:.3}"));
    let known: Vec<String> = accuracy.into_iter().chain(tau).collect();
    if known.is_empty() { "–".to_owned() } else { known.join(" · ") }
}

/// The folder, and how long ago the run last said something.
fn about(run: &RunEntry) -> String {
    let folder = run.folder.display();
    let age = clock::unix_milliseconds().saturating_sub(run.touched) as f64 / 1e3;
    match run.touched {
        0 => format!("{folder}\nnothing done yet"),
        _ => format!("{folder}\nlast event {} ago", duration(age)),
    }
}
