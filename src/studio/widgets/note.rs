//! What stands in the place of a drawing that has nothing to show yet: why, and what to do.

use eframe::egui::{Align2, Sense, Ui, pos2};

use crate::studio::theme::{self, Tokens};

/// Writes a sentence into the middle of the room, wrapped to a readable width.
pub(in crate::studio) fn centred(ui: &mut Ui, tokens: &Tokens, text: &str) {
    let (rect, response) = ui.allocate_exact_size(ui.available_size(), Sense::hover());
    response
        .widget_info(|| eframe::egui::WidgetInfo::labeled(eframe::egui::Role::Label, true, text));
    let width = (rect.width() - 24.0).clamp(40.0, 420.0);
    let mut job =
        eframe::egui::text::LayoutJob::simple(text.to_owned(), theme::body(), tokens.muted, width);
    job.halign = eframe::egui::Align::Center;
    let galley = ui.painter().layout_job(job);
    let top = Align2::CENTER_CENTER.align_size_within_rect(galley.size(), rect).top();
    ui.painter().galley(pos2(rect.center().x, top), galley, tokens.muted);
}
