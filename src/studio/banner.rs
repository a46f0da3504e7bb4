//! The banner: the newest trouble in a line of its own, with what can be done about it at hand,
//! until it is put away.

use eframe::egui::{Align, Frame, Label, Layout, Margin, Panel, RichText, Ui, vec2};

use super::action;
use super::state::Live;
use super::view::{View, Wish};

/// Room for the buttons, points.
const BUTTONS: f32 = 270.0;

/// Draws the banner of a trouble.
pub(super) fn show(ui: &mut Ui, view: &View<'_>, trouble: &str) {
    let tokens = view.tokens;
    // Whole: what lies behind a panel is dark in every theme.
    let fill = tokens.background.blend(tokens.warning.gamma_multiply(0.18));
    let frame = Frame::new().fill(fill).inner_margin(Margin::symmetric(20, 8));
    Panel::top("trouble").frame(frame).resizable(false).show(ui, |ui| {
        ui.horizontal(|ui| {
            let text = RichText::new(trouble).color(tokens.text);
            ui.allocate_ui(vec2(ui.available_width() - BUTTONS, 0.0), |ui| {
                ui.add(Label::new(text).wrap().selectable(true));
            });
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.button("Dismiss").clicked() {
                    view.wish(Wish::Dismiss);
                }
                if ui.button("Show the log").on_hover_text("What came before").clicked() {
                    view.wish(Wish::Pane("log"));
                }
                if view.studio.run.as_ref().is_some_and(|run| run.live == Live::Stored) {
                    action::button(ui, view, "Resume the run", "resume");
                }
            });
        });
    });
}
