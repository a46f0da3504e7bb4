//! The command palette and the list of shortcuts, both made from the table of commands.

use eframe::egui::{
    self, Align, Color32, CornerRadius, Id, Key, Layout, Modal, Modifiers, RichText, ScrollArea,
    Sense, TextEdit, Ui, vec2,
};

use super::theme::{self, Tokens};
use super::view::{Command, View};

/// Breadth of both windows, points.
const WIDTH: f32 = 460.0;
/// Height of a command's row, points.
const ROW: f32 = 30.0;

/// What of both is open.
#[derive(Default)]
pub(super) struct Palette {
    /// The search of the palette; `None` while it is closed.
    search: Option<String>,
    /// The chosen row.
    at: usize,
    /// Whether the list of shortcuts is open.
    shortcuts: bool,
}

impl Palette {
    /// Opens the palette, or closes it.
    pub(super) fn toggle(&mut self) {
        self.search = if self.search.is_some() { None } else { Some(String::new()) };
        (self.at, self.shortcuts) = (0, false);
    }

    /// Opens the list of shortcuts, or closes it.
    pub(super) fn toggle_shortcuts(&mut self) {
        self.shortcuts = !self.shortcuts;
        self.search = None;
    }

    /// Draws what is open.
    pub(super) fn show(&mut self, ctx: &egui::Context, view: &View<'_>) {
        if self.shortcuts {
            let shown = modal("shortcuts").show(ctx, |ui| list(ui, view));
            self.shortcuts = !shown.should_close();
        }
        if self.search.is_some() {
            let shown = modal("palette").show(ctx, |ui| self.choose(ui, view));
            if shown.inner || shown.should_close() {
                self.search = None;
            }
        }
    }

    /// The search and what it finds; true once one was taken.
    fn choose(&mut self, ui: &mut Ui, view: &View<'_>) -> bool {
        let Some(search) = &mut self.search else { return true };
        ui.set_width(WIDTH);
        let down = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::ArrowDown));
        let up = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::ArrowUp));
        let taken = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
        let edit = TextEdit::singleline(search).hint_text("What do you want to do?");
        let field = ui.add(edit.desired_width(WIDTH).margin(vec2(10.0, 8.0)));
        let role = egui::Role::TextInput;
        field.widget_info(|| egui::WidgetInfo::labeled(role, true, "Search commands"));
        field.request_focus();
        if field.changed() {
            self.at = 0;
        }
        let found = matching(&view.commands, search);
        self.at = (self.at + usize::from(down)).min(found.len().saturating_sub(1));
        self.at = self.at.saturating_sub(usize::from(up));
        ui.add_space(4.0);
        if found.is_empty() {
            let text = "No command is called so.";
            ui.label(RichText::new(text).color(view.tokens.muted));
        }
        let mut chosen = taken.then_some(self.at);
        ScrollArea::vertical().max_height(9.0 * ROW).auto_shrink([false, true]).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for (i, command) in found.iter().enumerate() {
                let row = row(ui, view.tokens, command, i == self.at);
                if i == self.at && (up || down) {
                    row.scroll_to_me(None);
                }
                if row.clicked() {
                    chosen = Some(i);
                }
            }
        });
        let wish = chosen.and_then(|i| found.get(i)).and_then(|command| command.wish.clone());
        wish.map(|wish| view.wish(wish)).is_some()
    }
}

fn modal(name: &str) -> Modal {
    let id = Id::unique(name);
    let area = Modal::default_area(id).anchor(egui::Align2::CENTER_TOP, vec2(0.0, 96.0));
    Modal::new(id).area(area)
}

/// The commands that can be done now and hold every word of the search.
fn matching<'a>(commands: &'a [Command], search: &str) -> Vec<&'a Command> {
    let search = search.to_lowercase();
    let words: Vec<&str> = search.split_whitespace().collect();
    let fits = |command: &&Command| {
        let name = command.name.to_lowercase();
        command.wish.is_some() && words.iter().all(|word| name.contains(word))
    };
    commands.iter().filter(fits).collect()
}

fn row(ui: &mut Ui, tokens: &Tokens, command: &Command, chosen: bool) -> egui::Response {
    let size = vec2(ui.available_width(), ROW);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let role = egui::Role::Button;
    response.widget_info(|| egui::WidgetInfo::labeled(role, true, format!("do: {}", command.name)));
    let fill = match (chosen, response.hovered()) {
        (true, _) => tokens.line,
        (false, true) => tokens.background,
        (false, false) => Color32::TRANSPARENT,
    };
    ui.painter().rect_filled(rect, CornerRadius::same(theme::CELL_RADIUS), fill);
    let (left, right) = (egui::Align2::LEFT_CENTER, egui::Align2::RIGHT_CENTER);
    let at = rect.left_center() + vec2(10.0, 0.0);
    ui.painter().text(at, left, &command.name, theme::body(), tokens.text);
    if let Some(keys) = &command.keys {
        let at = rect.right_center() - vec2(10.0, 0.0);
        let text = ui.ctx().format_shortcut(keys);
        ui.painter().text(at, right, text, theme::caption(), tokens.muted);
    }
    response
}

/// The commands with keys, and what the pointer does.
fn list(ui: &mut Ui, view: &View<'_>) {
    let tokens = view.tokens;
    ui.set_width(WIDTH);
    ui.horizontal(|ui| {
        ui.label(theme::heading("Shortcuts", 15.0));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.button("Close").clicked() {
                ui.close();
            }
        });
    });
    ui.add_space(4.0);
    let room = (ui.ctx().content_rect().height() - 220.0).max(120.0);
    ScrollArea::vertical().max_height(room).auto_shrink([false, true]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 3.0;
        let line = |ui: &mut Ui, name: &str, keys: String| {
            ui.horizontal(|ui| {
                ui.label(RichText::new(name).color(tokens.text));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    ui.label(RichText::new(keys).color(tokens.muted));
                });
            });
        };
        for command in &view.commands {
            if let Some(keys) = &command.keys {
                line(ui, &command.name, ui.ctx().format_shortcut(keys));
            }
        }
        ui.separator();
        for (name, keys) in [
            ("Move a plot", "drag"),
            ("Zoom into a box of a plot", "drag with the right button"),
            ("Zoom a plot", "Ctrl and scroll"),
            ("See all of a plot", "double click"),
            ("Move a pane elsewhere", "drag its title"),
        ] {
            line(ui, name, keys.to_owned());
        }
    });
}
