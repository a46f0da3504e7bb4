//! MACs per layer: a bar a layer, pointwise below and depthwise on top, in the columns of the
//! strip.

use eframe::egui::{self, Align2, CornerRadius, Rect, Response, Sense, Stroke, Ui, pos2, vec2};

use super::columns::Columns;
use super::strip;
use crate::protocol::quantity::short;
use crate::space::PartCost;
use crate::studio::theme::{self, Tokens};

const LABEL: f32 = 15.0;

/// Draws the bars in a given height; the layer under the pointer.
pub(in crate::studio) fn show(
    ui: &mut Ui,
    tokens: &Tokens,
    layers: &[&PartCost],
    lit: Option<usize>,
    height: f32,
) -> (Response, Option<usize>) {
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, "MACs per layer"));
    let columns = Columns::new(rect, layers.len());
    let painter = ui.painter_at(rect.expand(2.0));
    let most = layers.iter().map(|layer| layer.cost().macs).max().unwrap_or(1).max(1);
    let scale = (height - LABEL) / most as f32;
    for (i, layer) in layers.iter().enumerate() {
        let span = columns.span(i);
        let (wide, deep) =
            (layer.macs.pointwise as f32 * scale, layer.macs.depthwise as f32 * scale);
        let bottom = rect.bottom() - 1.0;
        let middle = bottom - wide;
        let radius = CornerRadius::same(2);
        let bar = Rect::from_x_y_ranges(span, middle..=bottom);
        painter.rect_filled(bar, radius, tokens.random);
        let cap = Rect::from_x_y_ranges(span, middle - deep..=middle);
        painter.rect_filled(cap, radius, tokens.warning);
        if columns.width() >= 24.0 {
            let at = pos2(span.center(), middle - deep - 3.0);
            let text = compact(layer.cost().macs, columns.width());
            painter.text(at, Align2::CENTER_BOTTOM, text, theme::caption(), tokens.muted);
        }
    }
    let base = pos2(columns.span(0).min, rect.bottom() - 0.5);
    let end = pos2(columns.span(columns.count().saturating_sub(1)).max, base.y);
    painter.line_segment([base, end], Stroke::new(1.0, tokens.line));
    if let Some(layer) = lit.filter(|&layer| layer < columns.count()) {
        strip::light(&painter, tokens, &columns, layer, rect.top(), rect.bottom());
    }
    let under = response.hover_pos().and_then(|at| columns.at(at.x));
    (response, under)
}

/// The colours' meaning, into a line that runs from right to left.
pub(in crate::studio) fn legend(ui: &mut Ui, tokens: &Tokens) {
    for (colour, name) in [(tokens.warning, "depthwise"), (tokens.random, "pointwise")] {
        ui.label(egui::RichText::new(name).small().color(tokens.muted));
        let (rect, _) = ui.allocate_exact_size(vec2(11.0, 11.0), Sense::hover());
        ui.painter().rect_filled(rect, CornerRadius::same(2), colour);
        ui.add_space(4.0);
    }
}

/// A count as short as a column is narrow: "324 k", or "324k", or in its unit alone.
fn compact(count: u64, width: f32) -> String {
    let text = short(count);
    if width >= 44.0 {
        return text;
    }
    let (number, unit) = text.split_once(' ').unwrap_or((&text, ""));
    let figures: String = number.chars().take(3).collect();
    format!("{}{unit}", figures.trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrow_column_has_a_shorter_label() {
        assert_eq!(compact(324_320, 60.0), "324.3 k");
        assert_eq!(compact(324_320, 30.0), "324k");
        assert_eq!(compact(1_400_000, 30.0), "1.4M");
        assert_eq!(compact(812, 30.0), "812");
    }
}
