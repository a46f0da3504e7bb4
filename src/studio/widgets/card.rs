//! A card: one number, large, with its name above and its unit, uncertainty or origin below.

use eframe::egui::{
    self, Color32, CornerRadius, FontId, Rect, Response, Sense, Stroke, StrokeKind, Ui, pos2, vec2,
};

use super::ring;
use crate::studio::backend::Request;
use crate::studio::theme::{self, Tokens};

/// Height of a card, points.
pub(in crate::studio) const HEIGHT: f32 = 68.0;

/// What a card says.
pub(in crate::studio) struct Card {
    /// What the number is.
    pub(in crate::studio) name: &'static str,
    /// The number with its unit; `None` shows a dash.
    pub(in crate::studio) value: Option<String>,
    /// Where it comes from, or why there is none.
    pub(in crate::studio) note: String,
    /// Set while the number is on its way.
    pub(in crate::studio) waiting: Option<Waiting>,
    /// Its help.
    pub(in crate::studio) help: &'static str,
    /// What a click asks for; `None` for cards that only tell.
    pub(in crate::studio) asks: Option<Request>,
}

/// How far a number is that is on its way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::studio) enum Waiting {
    /// Nobody knows.
    Unknown,
    /// So far, 0 to 1.
    Share(f32),
}

/// Between two cards, points.
const GAP: f32 = 10.0;
/// Least breadth of a card.
const LEAST: f32 = 104.0;
/// At the sides of its text where there is room, and where there is little.
const SIDES: [f32; 2] = [12.0, 6.0];
/// A card that is narrower has little room.
const NARROW: f32 = 128.0;

/// How many cards stand side by side in this room.
pub(in crate::studio) fn columns(room: f32) -> usize {
    (((room + GAP) / (LEAST + GAP)) as usize).max(1)
}

/// Draws cards side by side, all of one width, in as many rows as they need; what a click asks for.
pub(in crate::studio) fn row(ui: &mut Ui, tokens: &Tokens, cards: &[Card]) -> Option<Request> {
    let mut asked = None;
    let room = ui.available_width();
    let columns = columns(room).min(cards.len().max(1));
    let width = (room - GAP * (columns - 1) as f32) / columns as f32;
    for cards in cards.chunks(columns) {
        let (line, _) = ui.allocate_exact_size(vec2(room, HEIGHT), Sense::hover());
        for (i, card) in cards.iter().enumerate() {
            let left = line.left() + i as f32 * (width + GAP);
            let rect = Rect::from_min_size(pos2(left, line.top()), vec2(width, HEIGHT));
            if draw(ui, tokens, rect, card).clicked() {
                asked = card.asks.clone();
            }
        }
    }
    asked
}

fn draw(ui: &Ui, tokens: &Tokens, rect: Rect, card: &Card) -> Response {
    let (sense, role) = match card.asks {
        Some(_) => (Sense::click(), egui::Role::Button),
        None => (Sense::hover(), egui::Role::Label),
    };
    let response = ui.interact(rect, ui.scope_id().with(("card", card.name)), sense);
    let value = card.value.as_deref().unwrap_or("–");
    let spoken = format!("{}: {value}, {}", card.name, card.note);
    response.widget_info(|| egui::WidgetInfo::labeled(role, true, &spoken));
    let painter = ui.painter().with_clip_rect(rect);
    let radius = CornerRadius::same(6);
    let lit = card.asks.is_some() && (response.hovered() || response.has_focus());
    let border = if lit { Stroke::new(1.0, tokens.muted) } else { tokens.border() };
    painter.rect(rect, radius, tokens.background, border, StrokeKind::Inside);
    let side = if rect.width() < NARROW { SIDES[1] } else { SIDES[0] };
    let room = rect.width() - 2.0 * side;
    let line = |y: f32, text: &str, font: FontId, ink: Color32| {
        let whole = painter.layout_no_wrap(text.to_owned(), font.clone(), ink);
        // What comes after a comma is told on hovering where there is no room for it.
        let text = match text.split_once(',') {
            Some((first, _)) if whole.size().x > room => first,
            _ => text,
        };
        let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), font, ink);
        job.wrap.max_width = room;
        job.wrap.max_rows = 1;
        let galley = painter.layout_job(job);
        painter.galley(pos2(rect.left() + side, rect.top() + y), galley, ink);
    };
    line(8.0, card.name, theme::caption(), tokens.muted);
    let ink = if card.value.is_some() { tokens.text } else { tokens.muted };
    // A number is told whole, if need be in smaller figures.
    let wanted = painter.layout_no_wrap(value.to_owned(), theme::bold(theme::CARD), ink).size().x;
    let size = (theme::CARD * room / wanted.max(room)).floor().max(theme::CAPTION);
    line(23.0 + 0.5 * (theme::CARD - size), value, theme::bold(size), ink);
    line(48.0, &card.note, theme::caption(), tokens.muted);
    let center = pos2(rect.right() - 16.0, rect.top() + 16.0);
    match card.waiting {
        None => {}
        Some(Waiting::Unknown) => {
            let place = Rect::from_center_size(center, vec2(12.0, 12.0));
            egui::Spinner::new().color(tokens.accent).paint_at(ui, place);
        }
        Some(Waiting::Share(share)) => ring::paint(&painter, tokens, center, share),
    }
    response.on_hover_text(format!("{}: {}\n{}", card.name, card.note, card.help))
}
