//! Pinned architectures below each other, column by column: numbers beside those of a reference,
//! and cells that differ from it outlined.

use eframe::egui::{self, Align2, CornerRadius, RichText, Sense, StrokeKind, Ui, pos2, vec2};

use crate::protocol::quantity::{percent, short};
use crate::space::{Architecture, Metric, SUB_BLOCKS, Space};
use crate::studio::estimate::Estimate;
use crate::studio::state::{Accuracy, Pin, Studio};
use crate::studio::theme::{self, Tokens};
use crate::studio::view::View;
use crate::studio::widgets::{difference, pinned, strip};

const HEAD: f32 = 24.0;
/// Below a strip, and what egui puts between the parts of an entry.
const GAP: f32 = 6.0;
const LEAST_GAP: f32 = 16.0;
/// Height of the note and the titles above all entries, and of the legend below.
const AROUND: f32 = 76.0;
/// Where the columns of numbers begin, as shares of the breadth right of the letter.
const COLUMNS: [(f32, &str); 5] = [
    (0.0, "MACs"),
    (0.22, "parameters"),
    (0.45, "accuracy, inherited"),
    (0.68, "estimate"),
    (0.84, "parts that differ"),
];
/// Room for the letter at the left, as the strips have it.
const LETTER: f32 = 60.0;

/// Draws the comparison in `room` points of height, or more; `reference` is what the others are compared
/// with, and follows clicks.
pub(super) fn show(
    ui: &mut Ui,
    view: &View<'_>,
    (space, room): (&Space, f32),
    reference: &mut Option<Architecture>,
    lit: &mut Option<usize>,
) {
    let (tokens, studio) = (view.tokens, view.studio);
    // What the lines of words leave of the room is shared.
    let each = (room - AROUND) / studio.pins.len().max(1) as f32 - HEAD - GAP - LEAST_GAP;
    let Some(base) = base(studio, reference.as_ref()) else { return };
    let note = format!(
        "compared with {}; click a line to compare with another. Cells that differ are outlined.",
        base.letter
    );
    ui.label(RichText::new(note).small().color(tokens.muted));
    ui.add_space(2.0);
    titles(ui, tokens);
    let estimate = Estimate::of(studio);
    let mut under = None;
    for pin in studio.pins.iter() {
        let words = words(studio, pin, base, estimate.as_ref());
        if line(ui, tokens, pin, &words, pin == base) {
            *reference = Some(pin.network.architecture.clone());
        }
        let drawing = strip::Strip {
            layers: space.layers(),
            kernels: pin.network.architecture.kernels(),
            fading: None,
            lit: *lit,
            unlike: (pin != base).then(|| base.network.architecture.kernels()),
            around: strip::Around::Nothing,
        };
        let (response, at) = strip::show(ui, tokens, &drawing, each);
        let layer = at.map(|(layer, _)| layer);
        super::hover::layer(&response, layer.and_then(|layer| pin.network.layers().nth(layer)));
        under = under.or(layer);
        ui.add_space(GAP);
    }
    *lit = under;
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| strip::legend(ui, tokens));
}

/// The pin that the others are compared with: the chosen one, else the first.
pub(super) fn base<'a>(studio: &'a Studio, reference: Option<&Architecture>) -> Option<&'a Pin> {
    let is_chosen = |pin: &&Pin| Some(&pin.network.architecture) == reference;
    studio.pins.iter().find(is_chosen).or(studio.pins.iter().next())
}

/// Where the columns begin in a line of this extent.
fn places(left: f32, width: f32) -> impl Iterator<Item = f32> {
    let (left, width) = (left + LETTER, width - LETTER);
    COLUMNS.iter().map(move |(share, _)| left + share * width)
}

fn titles(ui: &mut Ui, tokens: &Tokens) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 14.0), Sense::hover());
    for (x, (_, title)) in places(rect.left(), rect.width()).zip(COLUMNS) {
        let at = pos2(x, rect.center().y);
        ui.painter().text(at, Align2::LEFT_CENTER, title, theme::caption(), tokens.muted);
    }
}

/// A number and how it differs from the reference's.
type Words = [(String, String); 5];

fn words(studio: &Studio, pin: &Pin, base: &Pin, estimate: Option<&Estimate>) -> Words {
    let same = pin == base;
    let beside = |text: String| if same { String::new() } else { text };
    let cost = |metric| {
        let (own, other) = (pin.network.cost.get(metric), base.network.cost.get(metric));
        (short(own), beside(difference::count(own, other)))
    };
    let of = |pin: &Pin| match studio.accuracy(&pin.network.architecture) {
        Accuracy::Known(share) if share.is_finite() => Some(share),
        _ => None,
    };
    let accuracy = match (of(pin), studio.accuracy(&pin.network.architecture)) {
        (Some(own), _) => {
            let other = of(base).map(|other| difference::points(own, other));
            (percent(own), beside(other.unwrap_or_default()))
        }
        (None, Accuracy::Measuring(_)) => ("measuring …".to_owned(), String::new()),
        (None, _) => ("–".to_owned(), String::new()),
    };
    let fit = |pin: &Pin| estimate.map(|fit| fit.at(pin.network.cost.macs as f64));
    let estimated = match (fit(pin), fit(base)) {
        (Some(own), Some(other)) => (percent(own), beside(difference::points(own, other))),
        _ => ("–".to_owned(), String::new()),
    };
    let (own, other) = (&pin.network.architecture, &base.network.architecture);
    let parts = if same {
        ("reference".to_owned(), String::new())
    } else {
        let all = SUB_BLOCKS * own.layer_count();
        let differing = difference::cells(own.kernels(), other.kernels());
        (differing.to_string(), format!("of {all}"))
    };
    [cost(Metric::Macs), cost(Metric::Params), accuracy, estimated, parts]
}

/// The line of numbers above a strip; true where it was clicked.
fn line(ui: &mut Ui, tokens: &Tokens, pin: &Pin, words: &Words, is_base: bool) -> bool {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEAD), Sense::click());
    let spoken: Vec<String> = words
        .iter()
        .zip(COLUMNS)
        .map(|((value, beside), (_, title))| format!("{title} {value} {beside}").trim().to_owned())
        .collect();
    let spoken = format!("compare {}: {}", pin.letter, spoken.join(", "));
    response.widget_info(|| {
        egui::WidgetInfo::selected(egui::Role::RadioButton, true, is_base, spoken.as_str())
    });
    let painter = ui.painter_at(rect);
    if is_base || response.hovered() || response.has_focus() {
        let radius = CornerRadius::same(theme::CELL_RADIUS);
        let fill = tokens.line.gamma_multiply(if is_base { 0.6 } else { 0.4 });
        painter.rect(rect, radius, fill, egui::Stroke::NONE, StrokeKind::Inside);
    }
    let y = rect.center().y;
    pinned::badge(&painter, tokens, pos2(rect.left() + 16.0, y), &pin.letter.to_string());
    for (x, (value, beside)) in places(rect.left(), rect.width()).zip(words) {
        let font = theme::bold(theme::BODY);
        let drawn = painter.text(pos2(x, y), Align2::LEFT_CENTER, value, font, tokens.text);
        let at = pos2(drawn.right() + 5.0, y + 0.5);
        painter.text(at, Align2::LEFT_CENTER, beside, theme::caption(), tokens.muted);
    }
    response.on_hover_text("Compare the others with this one").clicked()
}
