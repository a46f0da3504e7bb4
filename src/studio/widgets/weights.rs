//! What the generator weighs: for each layer and sub-block the probabilities of k3, k5, k7 and
//! skip as parts of a bar, in the columns of the strip.

use eframe::egui::{self, Align2, CornerRadius, Rect, Response, Sense, Ui, Vec2, pos2, vec2};

use super::columns::Columns;
use super::strip;
use crate::space::{KERNELS, OPS, SUB_BLOCKS};
use crate::studio::theme::{self, Tokens};

/// Heights of the drawing where there is little room, and where there is enough, points.
pub(in crate::studio) const HEIGHTS: (f32, f32) =
    (8.0 * SUB_BLOCKS as f32, 17.0 * SUB_BLOCKS as f32);

/// A part of a bar that is as large is numbered with its kernel, points.
const NUMBERED: Vec2 = vec2(9.0, 9.0);

/// Draws the probabilities, [layers x 6 x 4], in a given height; the layer under the pointer.
pub(in crate::studio) fn show(
    ui: &mut Ui,
    tokens: &Tokens,
    probabilities: &[f32],
    lit: Option<usize>,
    height: f32,
) -> (Response, Option<usize>) {
    let row_height = height / SUB_BLOCKS as f32;
    let size = vec2(ui.available_width(), height);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::Role::Image, true, "what the generator weighs")
    });
    let of_layer = SUB_BLOCKS * OPS;
    let columns = Columns::new(rect, probabilities.len() / of_layer);
    let painter = ui.painter_at(rect.expand(2.0));
    for (row, name) in [(0, "part 1"), (SUB_BLOCKS - 1, "part 6")] {
        let at = pos2(rect.left(), rect.top() + (row as f32 + 0.5) * row_height - 1.5);
        painter.text(at, Align2::LEFT_CENTER, name, theme::caption(), tokens.muted);
    }
    for (layer, values) in probabilities.chunks_exact(of_layer).enumerate() {
        let span = columns.span(layer);
        for (cell, shares) in values.as_chunks::<OPS>().0.iter().enumerate() {
            let top = rect.top() + cell as f32 * row_height;
            let bar = Rect::from_x_y_ranges(span, top..=top + 0.8 * row_height);
            painter.rect_filled(bar, CornerRadius::same(2), tokens.line);
            let mut left = bar.left();
            for (&kernel, &share) in KERNELS.iter().zip(shares) {
                let right = (left + share * bar.width()).min(bar.right());
                let part = Rect::from_x_y_ranges(left..=right, bar.y_range());
                painter.rect_filled(part, CornerRadius::same(1), tokens.kernel(kernel));
                // Not by colour alone, where a number has room.
                if part.width() >= NUMBERED.x && part.height() >= NUMBERED.y {
                    let (font, at) = (theme::bold(NUMBERED.y - 1.0), part.center());
                    let number = kernel.to_string();
                    painter.text(at, Align2::CENTER_CENTER, number, font, tokens.on_kernels);
                }
                left = right;
            }
        }
    }
    if let Some(layer) = lit.filter(|&layer| layer < columns.count()) {
        strip::light(&painter, tokens, &columns, layer, rect.top() - 1.0, rect.bottom());
    }
    let under = response.hover_pos().and_then(|at| columns.at(at.x));
    (response, under)
}
