//! A checkbox whose box can be seen while it is empty.

use eframe::egui::{self, Response, Ui};

use crate::studio::theme::Tokens;

/// Draws it.
pub(in crate::studio) fn show(
    ui: &mut Ui,
    tokens: &Tokens,
    on: &mut bool,
    text: impl Into<String>,
) -> Response {
    let text: String = text.into();
    ui.scope(|ui| {
        let widgets = &mut ui.visuals_mut().widgets;
        for widget in [&mut widgets.inactive, &mut widgets.noninteractive, &mut widgets.hovered] {
            widget.bg_stroke = egui::Stroke::new(1.0, tokens.muted);
        }
        ui.checkbox(on, text)
    })
    .inner
}
