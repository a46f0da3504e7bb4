//! The list of what a box in the cloud holds: best first, a click shows a network, and all of it
//! can be copied as CSV.

use std::fmt::Write as _;

use eframe::egui::{self, Align2, CornerRadius, RichText, ScrollArea, Sense, Ui, pos2, vec2};

use super::dots::Dot;
use crate::protocol::quantity::{grouped, percent, short};
use crate::space::{Architecture, Cost};
use crate::studio::state::Source;
use crate::studio::theme::{self, Tokens};
use crate::studio::view::{View, Wish};
use crate::studio::widgets::icon;

const ROW: f32 = 24.0;

/// An entry of the list.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Picked {
    origin: String,
    source: Source,
    architecture: Architecture,
    cost: Cost,
    accuracy: f64,
}

impl Picked {
    /// The entry of a dot.
    pub(super) fn of(dot: &Dot<'_>, source: Source) -> Self {
        Self {
            origin: dot.origin(source),
            source,
            architecture: dot.architecture.clone(),
            cost: dot.cost,
            accuracy: dot.accuracy,
        }
    }
}

/// Brings the best to the top.
pub(super) fn sort(picked: &mut [Picked]) {
    picked.sort_by(|a, b| b.accuracy.total_cmp(&a.accuracy).then(a.cost.macs.cmp(&b.cost.macs)));
}

/// The height that a list of so many wants, with its header, points.
pub(super) fn height(count: usize) -> f32 {
    28.0 + ROW * count as f32 + 8.0
}

/// The entries as CSV, the kernels as in the short form of an architecture.
pub(super) fn csv(picked: &[Picked]) -> String {
    let mut text = String::from("origin,macs,params,accuracy,architecture\n");
    for one in picked {
        let Cost { macs, params } = one.cost;
        let (origin, accuracy) = (&one.origin, one.accuracy);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{origin},{macs},{params},{accuracy},{}", one.architecture);
    }
    text
}

/// Draws the list; true where it is to go.
pub(super) fn show(ui: &mut Ui, view: &View<'_>, picked: &[Picked]) -> bool {
    let tokens = view.tokens;
    let mut clear = false;
    ui.horizontal(|ui| {
        ui.label(theme::heading(format!("{} selected", grouped(picked.len() as u64)), 12.5));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            clear = icon::quiet(ui, tokens, "clear", false).clicked();
            if icon::quiet(ui, tokens, "copy as CSV", false).clicked() {
                ui.ctx().copy_text(csv(picked));
            }
        });
    });
    let rows = ScrollArea::vertical().auto_shrink(false);
    rows.show_rows(ui, ROW - ui.spacing().item_spacing.y, picked.len(), |ui, range| {
        for one in picked.get(range).unwrap_or_default() {
            row(ui, view, one);
        }
    });
    clear
}

fn row(ui: &mut Ui, view: &View<'_>, one: &Picked) {
    let tokens = view.tokens;
    let size = vec2(ui.available_width(), ROW - ui.spacing().item_spacing.y);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let spoken =
        format!("{}: {}, {} MACs", one.origin, percent(one.accuracy), short(one.cost.macs));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, spoken.as_str()));
    let shown = view.studio.network.as_ref().map(|network| &network.architecture);
    if response.hovered() || response.has_focus() || shown == Some(&one.architecture) {
        let radius = CornerRadius::same(theme::CELL_RADIUS);
        ui.painter().rect_filled(rect, radius, tokens.line.gamma_multiply(0.6));
    }
    columns(ui, tokens, rect, one);
    let hint = one.architecture.to_string();
    let response = response.on_hover_ui(|ui| {
        ui.label(RichText::new(hint).small());
        ui.label(RichText::new("Click to show it").small().color(tokens.muted));
    });
    if response.clicked() {
        view.wish(Wish::Show(one.architecture.clone(), one.source));
        view.wish(Wish::Pane("architecture"));
    }
}

fn columns(ui: &Ui, tokens: &Tokens, rect: egui::Rect, one: &Picked) {
    let painter = ui.painter_at(rect);
    let y = rect.center().y;
    let left = pos2(rect.left() + 6.0, y);
    painter.text(left, Align2::LEFT_CENTER, &one.origin, theme::caption(), tokens.muted);
    let costs = [
        (1.0, percent(one.accuracy), tokens.text),
        (0.78, format!("{} par.", short(one.cost.params)), tokens.muted),
        (0.56, format!("{} MACs", short(one.cost.macs)), tokens.muted),
    ];
    for (share, text, ink) in costs {
        let at = pos2(rect.left() + share * rect.width() - 6.0, y);
        painter.text(at, Align2::RIGHT_CENTER, text, theme::caption(), ink);
    }
}
