//! Buttons of commands: named, lit and fulfilled as the table of commands has it.

use eframe::egui::{Button, Ui, vec2};

use super::view::{Command, View};
use super::widgets::icon::{self, Icon};

/// A button of a command; what it says may be shorter than the command's name.
pub(super) fn button(ui: &mut Ui, view: &View<'_>, text: &str, id: &str) {
    let Some(command) = view.command(id) else { return };
    let button = Button::new(text).min_size(vec2(0.0, 26.0));
    let response = ui.add_enabled(command.wish.is_some(), button).on_hover_text(told(ui, command));
    if let (true, Some(wish)) = (response.clicked(), &command.wish) {
        view.wish(wish.clone());
    }
}

/// A square button with an icon.
pub(super) fn icon(ui: &mut Ui, view: &View<'_>, symbol: Icon, id: &str) {
    let Some(command) = view.command(id) else { return };
    let hint = told(ui, command);
    let response = icon::button(ui, view.tokens, symbol, &hint, command.wish.is_some());
    if let (true, Some(wish)) = (response.clicked(), &command.wish) {
        view.wish(wish.clone());
    }
}

/// Menu items of those commands that can be done now.
pub(super) fn items(ui: &mut Ui, view: &View<'_>, ids: &[&str]) {
    for command in ids.iter().filter_map(|id| view.command(id)) {
        let Some(wish) = &command.wish else { continue };
        let mut item = Button::new(&command.name);
        if let Some(keys) = &command.keys {
            item = item.shortcut_text(ui.ctx().format_shortcut(keys));
        }
        if ui.add(item).clicked() {
            view.wish(wish.clone());
            ui.close();
        }
    }
}

/// A command's name, with its keys.
fn told(ui: &Ui, command: &Command) -> String {
    match &command.keys {
        Some(keys) => format!("{} ({})", command.name, ui.ctx().format_shortcut(keys)),
        None => command.name.clone(),
    }
}
