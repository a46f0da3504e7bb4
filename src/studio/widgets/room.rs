//! Room for drawings that would say nothing in less: where a window has too little, they scroll.

use eframe::egui::{ScrollArea, Ui};

/// Draws in all the room of `ui`, or in `least` points of height that scroll where it has fewer.
pub(in crate::studio) fn at_least(ui: &mut Ui, least: f32, draw: impl FnOnce(&mut Ui)) {
    if ui.available_height() >= least {
        return draw(ui);
    }
    let scroll = ScrollArea::vertical().auto_shrink(false);
    scroll.show(ui, |ui| {
        ui.set_max_height(least);
        draw(ui);
    });
}
