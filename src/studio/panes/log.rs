//! The pane "Log": what the run and the studio told, with levels to filter by, a search, and a way
//! to copy what is shown.

use std::fmt::Write;

use eframe::egui::{
    self, Align, Color32, CornerRadius, Label, Layout, RichText, ScrollArea, Sense, StrokeKind,
    TextEdit, Ui, vec2,
};

use super::Pane;
use crate::protocol::quantity::grouped;
use crate::studio::state::{Level, Line, Log};
use crate::studio::theme::{self, Tokens};
use crate::studio::view::View;
use crate::studio::widgets::{icon, note};

/// Lines that are laid out at a time; a search finds what is older.
const MOST: usize = 500;
/// Breadth of the time's column and of the level's, points.
const COLUMNS: [f32; 2] = [64.0, 64.0];

/// The pane's own state.
pub(super) struct LogPane {
    search: String,
    /// Levels that are shown, in the order of [`Level::ALL`].
    shown: [bool; 4],
}

impl Default for LogPane {
    fn default() -> Self {
        Self { search: String::new(), shown: [false, true, true, true] }
    }
}

impl Pane for LogPane {
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>) {
        let log = &view.studio.log;
        self.filters(ui, view.tokens, log);
        ui.add_space(4.0);
        let lines = self.chosen(log);
        if lines.is_empty() {
            let text = if log.lines().is_empty() {
                "Nothing has happened yet. What the run tells appears here."
            } else {
                "No line has this text at these levels: change the search, or show more levels."
            };
            note::centred(ui, view.tokens, text);
            return;
        }
        let room = ScrollArea::vertical().auto_shrink(false).stick_to_bottom(true);
        room.show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 3.0;
            if let Some(more) = lines.len().checked_sub(MOST + 1) {
                let text =
                    format!("{} earlier lines: a search finds them", grouped(more as u64 + 1));
                ui.label(RichText::new(text).color(view.tokens.muted));
            }
            for line in &lines[lines.len().saturating_sub(MOST)..] {
                row(ui, view.tokens, log, line);
            }
        });
    }

    fn csv(&self, view: &View<'_>) -> Option<String> {
        let log = &view.studio.log;
        let mut text = String::from("seconds,level,text\n");
        for line in self.chosen(log) {
            let seconds = log.since_start(line).map_or(String::new(), |at| at.to_string());
            let quoted = line.text.replace('"', "\"\"");
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{seconds},{},\"{quoted}\"", line.level.name());
        }
        Some(text)
    }

    fn bar(&mut self, ui: &mut Ui, view: &View<'_>) {
        let copy = icon::quiet(ui, view.tokens, "copy", false);
        if copy.on_hover_text("Copy the lines that are shown").clicked() {
            let log = &view.studio.log;
            let text: String = self.chosen(log).iter().map(|line| plain(log, line)).collect();
            ui.ctx().copy_text(text);
        }
    }

    fn save(&self) -> String {
        let names = Level::ALL.into_iter().zip(self.shown);
        let names = names.filter(|(_, shown)| *shown).map(|(level, _)| level.name());
        names.collect::<Vec<_>>().join(" ")
    }

    fn load(&mut self, saved: &str) {
        self.shown = Level::ALL.map(|level| saved.split(' ').any(|name| name == level.name()));
    }
}

impl LogPane {
    /// The lines that pass the filters.
    fn chosen<'a>(&self, log: &'a Log) -> Vec<&'a Line> {
        let wanted = self.search.trim().to_lowercase();
        let levels = Level::ALL.into_iter().zip(self.shown).filter(|(_, shown)| *shown);
        let levels: Vec<Level> = levels.map(|(level, _)| level).collect();
        let passes = |line: &&Line| {
            levels.contains(&line.level) && line.text.to_lowercase().contains(&wanted)
        };
        log.lines().iter().filter(passes).collect()
    }

    fn filters(&mut self, ui: &mut Ui, tokens: &Tokens, log: &Log) {
        ui.horizontal_wrapped(|ui| {
            let edit = TextEdit::singleline(&mut self.search).hint_text("Search the log");
            let field =
                ui.add(edit.desired_width((ui.available_width() - 360.0).clamp(80.0, 260.0)));
            field.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Search the log")
            });
            for (level, shown) in Level::ALL.into_iter().zip(&mut self.shown) {
                let count = log.lines().iter().filter(|line| line.level == level).count();
                toggle(ui, tokens, level, count, shown);
            }
        });
    }
}

/// A level with its number of lines; a click shows or hides it.
fn toggle(ui: &mut Ui, tokens: &Tokens, level: Level, count: usize, shown: &mut bool) {
    let text = format!("{} {}", level.name(), grouped(count as u64));
    let color = if *shown { tokens.text } else { tokens.muted };
    let galley = ui.painter().layout_no_wrap(text, theme::caption(), color);
    let (rect, response) =
        ui.allocate_exact_size(vec2(galley.size().x + 28.0, 24.0), Sense::click());
    let name = format!("show {}", level.name());
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::CheckBox, true, *shown, &name));
    let lit = response.hovered() || response.has_focus();
    let stroke = if lit { egui::Stroke::new(1.0, tokens.muted) } else { tokens.border() };
    let fill = if *shown { tokens.background } else { Color32::TRANSPARENT };
    ui.painter().rect(rect, CornerRadius::same(12), fill, stroke, StrokeKind::Inside);
    let dot = rect.left_center() + vec2(12.0, 0.0);
    if *shown {
        ui.painter().circle_filled(dot, 3.5, ink(tokens, level));
    } else {
        ui.painter().circle_stroke(dot, 3.0, egui::Stroke::new(1.0, tokens.muted));
    }
    let at = rect.left_center() + vec2(20.0, -0.5 * galley.size().y);
    ui.painter().galley(at, galley, color);
    if response.clicked() {
        *shown = !*shown;
    }
    response.on_hover_text("Click to show or hide lines of this level");
}

fn ink(tokens: &Tokens, level: Level) -> Color32 {
    match level {
        Level::Detail => tokens.muted,
        Level::Info => tokens.accent,
        Level::Warning => tokens.warning,
        Level::Error => tokens.generated,
    }
}

fn row(ui: &mut Ui, tokens: &Tokens, log: &Log, line: &Line) {
    let cell = |ui: &mut Ui, width: f32, text: RichText| {
        let layout = Layout::left_to_right(Align::Min);
        ui.allocate_ui_with_layout(vec2(width, 0.0), layout, |ui| {
            ui.set_min_width(width);
            ui.add(Label::new(text).selectable(true));
        });
    };
    ui.with_layout(Layout::left_to_right(Align::Min), |ui| {
        let muted = |text: String| RichText::new(text).color(tokens.muted);
        cell(ui, COLUMNS[0], muted(clock(log, line)));
        let level = RichText::new(line.level.name()).color(ink(tokens, line.level));
        cell(ui, COLUMNS[1], level);
        ui.add(Label::new(RichText::new(&line.text).color(tokens.text)).wrap().selectable(true));
    });
}

/// The time since the run began, as in "0:03:20".
fn clock(log: &Log, line: &Line) -> String {
    log.since_start(line).map_or("–".to_owned(), |seconds| {
        let seconds = seconds as u64;
        format!("{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
    })
}

/// A line as it is copied.
fn plain(log: &Log, line: &Line) -> String {
    format!("{}\t{}\t{}\n", clock(log, line), line.level.name(), line.text)
}
