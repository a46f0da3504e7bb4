//! The presets as rows of the start page: size, what each is for, and how long a search takes on
//! this adapter, from steps that were timed on it.

use eframe::egui::{self, CornerRadius, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

use crate::protocol::Config;
use crate::protocol::quantity::{about, grouped, short};
use crate::space::{PRESETS, Space};
use crate::studio::backend::Probing;
use crate::studio::state::Studio;
use crate::studio::theme;
use crate::studio::view::View;

/// The name of the images inside the program.
pub(super) const EMBEDDED: &str = "fashion-mnist-12k";
/// Below this breadth lines are broken, and notes left out.
pub(super) const NARROW: f32 = 560.0;
/// Images inside the program that train, and that test.
const EMBEDDED_IMAGES: [usize; 2] = [10_000, 2_000];

/// Draws them, the one that `config` is based on marked; the one that was clicked.
pub(super) fn rows(ui: &mut Ui, view: &View<'_>, config: Option<&Config>) -> Option<&'static str> {
    let mut clicked = None;
    for (name, _) in PRESETS {
        let own = config.filter(|config| config.general.preset == name);
        let time = match own {
            Some(config) => time(config, view.studio),
            None => Config::preset(name).ok().and_then(|config| time(&config, view.studio)),
        };
        if row(ui, view, (name, own.is_some()), time) {
            clicked = Some(name);
        }
    }
    clicked
}

/// One of them; whether it was clicked.
fn row(
    ui: &mut Ui,
    view: &View<'_>,
    (name, chosen): (&str, bool),
    time: Option<(String, String)>,
) -> bool {
    let tokens = view.tokens;
    let wide = ui.available_width() > NARROW;
    let indent = if wide { 120.0 } else { 40.0 };
    let (words, aside) = match &time {
        Some((time, _)) if wide => (describe(name), time.as_str()),
        Some((time, _)) => (format!("{}: {time}", describe(name)), ""),
        None => (describe(name), ""),
    };
    let ink = if chosen { tokens.text } else { tokens.muted };
    let aside = ui.painter().layout_no_wrap(aside.to_owned(), theme::body(), ink);
    let room = (ui.available_width() - indent - aside.size().x - 32.0).max(80.0);
    let told = ui.painter().layout(words, theme::body(), tokens.muted, room);
    let height = if wide { 44.0 } else { told.size().y + 44.0 };
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
    let spoken = format!("preset {name}");
    response
        .widget_info(|| egui::WidgetInfo::selected(egui::Role::RadioButton, true, chosen, &spoken));
    let stroke = match (chosen, response.hovered() || response.has_focus()) {
        (true, _) => Stroke::new(1.5, tokens.accent),
        (false, true) => Stroke::new(1.0, tokens.muted),
        (false, false) => tokens.border(),
    };
    let radius = CornerRadius::same(theme::PANEL_RADIUS);
    ui.painter().rect(rect, radius, tokens.panel, stroke, StrokeKind::Inside);
    let middle = if wide { rect.center().y } else { rect.top() + 20.0 };
    let center = pos2(rect.left() + 20.0, middle);
    let ring = if chosen { tokens.accent } else { tokens.muted };
    ui.painter().circle_stroke(center, 6.0, Stroke::new(1.5, ring));
    if chosen {
        ui.painter().circle_filled(center, 3.0, tokens.accent);
    }
    let left = egui::Align2::LEFT_CENTER;
    let at = pos2(rect.left() + 40.0, middle);
    ui.painter().text(at, left, name, theme::body(), tokens.text);
    let down = if wide { 0.5 * (height - told.size().y) } else { 34.0 };
    let at = pos2(rect.left() + indent, rect.top() + down);
    ui.painter().galley(at, told, tokens.muted);
    let right = pos2(rect.right() - 16.0, rect.center().y);
    let at = egui::Align2::RIGHT_CENTER.anchor_size(right, aside.size()).min;
    ui.painter().galley(at, aside, ink);
    let Some((time, hint)) = time else { return response.clicked() };
    let told = ui.interact(rect, ui.scope_id().with(("time", name)), Sense::hover());
    told.widget_info(|| {
        egui::WidgetInfo::labeled(egui::Role::Label, true, format!("{name}: {time}"))
    });
    response.on_hover_text(hint).clicked()
}

/// How long a search with these settings takes on this adapter, and where that is known from.
fn time(config: &Config, studio: &Studio) -> Option<(String, String)> {
    let Some(pace) = studio.paces.get(&config.general.preset) else {
        let hint = "A few steps of its trainings are timed on this adapter";
        let measuring = studio.probing == Probing::UnderWay;
        return measuring.then(|| ("measuring …".to_owned(), hint.to_owned()));
    };
    let [train, test] = EMBEDDED_IMAGES;
    let time = about(pace.seconds(config, train, test));
    let images = grouped((train + test) as u64);
    let place = match config.general.data == EMBEDDED {
        true => "here".to_owned(),
        false => format!("for {images} images"),
    };
    let hint = format!(
        "An estimate for {images} images with these settings, from a probe of some seconds: steps of small networks timed on this adapter, larger ones by their arithmetic"
    );
    Some((format!("{time} {place}"), hint))
}

/// A preset in a line: size and what it is for.
fn describe(name: &str) -> String {
    let Ok(space) = Space::preset(name) else { return String::new() };
    let (low, high) = space.cost_range();
    let home = match name {
        "tiny" => "a first look",
        "small" => "small images",
        "cifar" => "CIFAR images",
        _ => "large images",
    };
    format!(
        "{} layers, {} px, {} to {} MACs: {home}",
        space.layers().len(),
        space.input().height,
        short(low.macs),
        short(high.macs)
    )
}
