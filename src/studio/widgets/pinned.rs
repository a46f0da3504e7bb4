//! Cards of pinned architectures in a row: a letter, a cost, an accuracy, and a cross that unpins.

use eframe::egui::{
    self, Align2, Color32, CornerRadius, Painter, Pos2, Rect, Sense, Stroke, StrokeKind, Ui, pos2,
    vec2,
};

use crate::studio::theme::{self, Tokens};

/// Height of a row of cards, points.
const HEIGHT: f32 = 32.0;
const GAP: f32 = 8.0;
/// The smallest breadth that letter, cost, accuracy and cross have room in.
const LEAST: f32 = 172.0;

/// What a card says.
pub(in crate::studio) struct Pinned {
    /// The letter of the pin.
    pub(in crate::studio) letter: char,
    /// Its cost.
    pub(in crate::studio) cost: String,
    /// Its accuracy, or a dash.
    pub(in crate::studio) accuracy: String,
    /// Whether it is the architecture in view.
    pub(in crate::studio) chosen: bool,
}

/// What was clicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::studio) enum Click {
    /// The card of this place.
    Card(usize),
    /// Its cross.
    Cross(usize),
}

fn columns(room: f32, count: usize) -> usize {
    (((room + GAP) / (LEAST + GAP)) as usize).clamp(1, count.max(1))
}

/// The height that so many cards take in a given breadth, points.
pub(in crate::studio) fn height(room: f32, count: usize) -> f32 {
    count.div_ceil(columns(room, count)) as f32 * (HEIGHT + GAP) - GAP
}

/// Draws the cards in as many rows as they need; what was clicked.
pub(in crate::studio) fn show(ui: &mut Ui, tokens: &Tokens, cards: &[Pinned]) -> Option<Click> {
    let room = ui.available_width();
    let columns = columns(room, cards.len());
    let width = ((room - GAP * (columns - 1) as f32) / columns as f32).min(220.0);
    let (all, _) = ui.allocate_exact_size(vec2(room, height(room, cards.len())), Sense::hover());
    let mut click = None;
    for (i, card) in cards.iter().enumerate() {
        let (row, column) = ((i / columns) as f32, (i % columns) as f32);
        let corner = all.min + vec2(column * (width + GAP), row * (HEIGHT + GAP));
        let rect = Rect::from_min_size(corner, vec2(width, HEIGHT));
        click = draw(ui, tokens, rect, card, i).or(click);
    }
    click
}

fn draw(ui: &Ui, tokens: &Tokens, rect: Rect, card: &Pinned, place: usize) -> Option<Click> {
    let id = ui.scope_id().with(("pinned", card.letter));
    let response = ui.interact(rect, id, Sense::click());
    let spoken = format!("pinned {}: {}, {}", card.letter, card.cost, card.accuracy);
    response.widget_info(|| {
        egui::WidgetInfo::selected(egui::Role::Button, true, card.chosen, spoken.as_str())
    });
    let cross = Rect::from_min_max(pos2(rect.right() - 24.0, rect.top()), rect.max);
    let unpin = ui.interact(cross, id.with("cross"), Sense::click());
    let name = format!("Unpin {}", card.letter);
    unpin.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
    let stroke = match (card.chosen, response.hovered() || response.has_focus()) {
        (true, _) => Stroke::new(1.5, tokens.generated),
        (false, true) => Stroke::new(1.0, tokens.muted),
        (false, false) => tokens.border(),
    };
    let painter = ui.painter();
    let radius = CornerRadius::same(6);
    painter.rect(rect, radius, tokens.background, stroke, StrokeKind::Inside);
    let y = rect.center().y;
    let text = |x: f32, align: Align2, text: &str, font, ink: Color32| {
        painter.text(pos2(x, y), align, text, font, ink);
    };
    let letter = card.letter.to_string();
    badge(painter, tokens, pos2(rect.left() + 16.0, y), &letter);
    text(rect.left() + 32.0, Align2::LEFT_CENTER, &card.cost, theme::caption(), tokens.muted);
    let right = rect.right() - 26.0;
    text(right, Align2::RIGHT_CENTER, &card.accuracy, theme::bold(12.0), tokens.text);
    let ink = if unpin.hovered() || unpin.has_focus() { tokens.text } else { tokens.muted };
    for (from, to) in [((-3.5, -3.5), (3.5, 3.5)), ((-3.5, 3.5), (3.5, -3.5))] {
        let center = cross.center() - vec2(2.0, 0.0);
        let ends = [center + from.into(), center + to.into()];
        painter.line_segment(ends, Stroke::new(1.3, ink));
    }
    if unpin.on_hover_text(name).clicked() {
        return Some(Click::Cross(place));
    }
    response.on_hover_text("Bring it back into view").clicked().then_some(Click::Card(place))
}

/// A letter in a disc, as pins are marked wherever they are drawn.
pub(in crate::studio) fn badge(painter: &Painter, tokens: &Tokens, at: Pos2, letter: &str) {
    painter.circle(at, 8.5, tokens.panel, Stroke::new(1.5, tokens.text));
    painter.text(at, Align2::CENTER_CENTER, letter, theme::bold(theme::CAPTION), tokens.text);
}
