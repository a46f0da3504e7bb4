//! The heat map of what was trained: a column a layer, in it for each expansion a row a kernel, the
//! brighter the more often.

use eframe::egui::{self, Align2, Color32, CornerRadius, Rect, Response, Sense, Ui, pos2, vec2};

use super::columns::Columns;
use crate::protocol::facts::{EXPANSIONS, PathCounts};
use crate::space::KERNELS;
use crate::studio::theme::{self, Tokens};

/// Rows of a layer.
const ROWS: usize = EXPANSIONS.len() * KERNELS.len();
/// Between two expansions, and below the layers' numbers, points.
const GAP: f32 = 4.0;
const FOOT: f32 = 18.0;

/// What is under the pointer: layer, expansion, kernel, and how often they were trained together.
pub(in crate::studio) type Under = (usize, usize, u8, u64);

/// Draws the counts in a given height; the response, and what is under the pointer.
pub(in crate::studio) fn show(
    ui: &mut Ui,
    tokens: &Tokens,
    counts: &PathCounts,
    height: f32,
) -> (Response, Option<Under>) {
    let size = vec2(ui.available_width(), height);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let most = counts.most().max(1);
    response.widget_info(|| {
        let name =
            format!("how often each layer, expansion and kernel was trained, at most {most}");
        egui::WidgetInfo::labeled(egui::Role::Image, true, name)
    });
    let columns = Columns::new(rect, counts.layers());
    let row = (height - FOOT - GAP * EXPANSIONS.len() as f32) / ROWS as f32;
    let painter = ui.painter_at(rect);
    let top = |expansion: usize, kernel: usize| {
        let rows = expansion * KERNELS.len() + kernel;
        rect.top() + rows as f32 * row + expansion as f32 * GAP
    };
    let mut under = None;
    for (e, &expansion) in EXPANSIONS.iter().enumerate() {
        let middle = 0.5 * (top(e, 0) + top(e, KERNELS.len()));
        let name = format!("exp. {expansion}");
        let at = pos2(rect.left(), middle);
        painter.text(at, Align2::LEFT_CENTER, name, theme::caption(), tokens.muted);
        for layer in 0..counts.layers() {
            for (k, &kernel) in KERNELS.iter().enumerate() {
                let count = counts.count(layer, e, k);
                let y = top(e, k)..=top(e, k) + row - (0.12 * row).min(1.0);
                let cell =
                    Rect::from_x_y_ranges(columns.span(layer), y.start().min(*y.end())..=*y.end());
                let ink = shade(tokens, count as f32 / most as f32);
                painter.rect_filled(cell, CornerRadius::same(1), ink);
                if response.hover_pos().is_some_and(|at| cell.expand(0.5).contains(at)) {
                    under = Some((layer, expansion, kernel, count));
                }
            }
        }
    }
    let every = if columns.width() >= 20.0 { 1 } else { 2 };
    for layer in (0..counts.layers()).step_by(every) {
        let at = pos2(columns.span(layer).center(), rect.bottom() - 0.5 * FOOT);
        let number = (layer + 1).to_string();
        painter.text(at, Align2::CENTER_CENTER, number, theme::caption(), tokens.muted);
    }
    let at = pos2(rect.left(), rect.bottom() - 0.5 * FOOT);
    painter.text(at, Align2::LEFT_CENTER, "layer", theme::caption(), tokens.muted);
    (response, under)
}

/// From the ground to the accent.
fn shade(tokens: &Tokens, share: f32) -> Color32 {
    let (from, to) = (tokens.background, tokens.accent);
    let mix = |a: u8, b: u8| (f32::from(a) + share * (f32::from(b) - f32::from(a))).round() as u8;
    Color32::from_rgb(mix(from.r(), to.r()), mix(from.g(), to.g()), mix(from.b(), to.b()))
}
