//! Icons, painted: fonts differ in the symbols that they have.

use eframe::egui::{
    self, Align2, Color32, CornerRadius, Painter, Rect, Response, Sense, Shape, Stroke, StrokeKind,
    Ui, pos2, vec2,
};

use crate::studio::theme::{self, Tokens};

/// A symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::studio) enum Icon {
    /// A triangle to the right.
    Play,
    /// Two bars.
    Pause,
    /// A triangle and a bar.
    Step,
    /// A square.
    Stop,
    /// Three lines.
    Menu,
    /// A hook.
    Check,
    /// An arrow down to a line.
    Save,
}

impl Icon {
    /// Paints the symbol into a square.
    pub(in crate::studio) fn paint(self, painter: &Painter, square: Rect, ink: Color32) {
        let at = |x: f32, y: f32| square.min + vec2(x * square.width(), y * square.height());
        let bar = |x0: f32, x1: f32| {
            painter.rect_filled(Rect::from_min_max(at(x0, 0.15), at(x1, 0.85)), 1.0, ink);
        };
        let triangle = |x0: f32, x1: f32| {
            let points = vec![at(x0, 0.12), at(x1, 0.5), at(x0, 0.88)];
            painter.add(Shape::convex_polygon(points, ink, Stroke::NONE));
        };
        match self {
            Self::Play => triangle(0.25, 0.9),
            Self::Pause => [(0.2, 0.4), (0.6, 0.8)].iter().for_each(|&(x0, x1)| bar(x0, x1)),
            Self::Step => {
                triangle(0.1, 0.65);
                bar(0.7, 0.85);
            }
            Self::Stop => bar(0.15, 0.85),
            Self::Menu => {
                for y in [0.2, 0.5, 0.8] {
                    painter.line_segment([at(0.05, y), at(0.95, y)], Stroke::new(1.5, ink));
                }
            }
            Self::Save => {
                let stroke = Stroke::new(1.5, ink);
                painter.line_segment([at(0.5, 0.05), at(0.5, 0.7)], stroke);
                painter.line_segment([at(0.2, 0.42), at(0.5, 0.72)], stroke);
                painter.line_segment([at(0.8, 0.42), at(0.5, 0.72)], stroke);
                painter.line_segment([at(0.1, 0.97), at(0.9, 0.97)], stroke);
            }
            Self::Check => {
                let points = vec![at(0.1, 0.55), at(0.4, 0.85), at(0.9, 0.2)];
                painter.add(Shape::line(points, Stroke::new(1.8, ink)));
            }
        }
    }
}

/// A square button with an icon; `hint` is its name and its tooltip.
pub(in crate::studio) fn button(
    ui: &mut Ui,
    tokens: &Tokens,
    icon: Icon,
    hint: &str,
    enabled: bool,
) -> Response {
    let sense = if enabled { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(28.0, 26.0), sense);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, enabled, hint));
    let ink = if enabled { tokens.text } else { tokens.muted.gamma_multiply(0.5) };
    let lit = enabled && (response.hovered() || response.has_focus());
    let stroke = if lit { Stroke::new(1.0, tokens.muted) } else { tokens.border() };
    let radius = CornerRadius::same(theme::CELL_RADIUS);
    ui.painter().rect(rect, radius, tokens.background, stroke, StrokeKind::Inside);
    icon.paint(ui.painter(), Rect::from_center_size(rect.center(), vec2(11.0, 11.0)), ink);
    response.on_hover_text(hint)
}

/// A quiet button in a pane's header: text, with a small triangle where a menu opens.
pub(in crate::studio) fn quiet(ui: &mut Ui, tokens: &Tokens, text: &str, menu: bool) -> Response {
    let galley = ui.painter().layout_no_wrap(text.to_owned(), theme::body(), tokens.muted);
    let room = if menu { 14.0 } else { 0.0 };
    let size = vec2(galley.size().x + 8.0 + room, 24.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, text));
    let ink = if response.hovered() || response.has_focus() { tokens.text } else { tokens.muted };
    let text_at =
        Align2::LEFT_CENTER.align_size_within_rect(galley.size(), rect.shrink2(vec2(4.0, 0.0)));
    ui.painter().galley_with_override_text_color(text_at.min, galley, ink);
    if menu {
        let c = pos2(rect.right() - 8.0, rect.center().y + 1.0);
        let points = vec![c + vec2(-3.5, -2.0), c + vec2(3.5, -2.0), c + vec2(0.0, 2.5)];
        ui.painter().add(Shape::convex_polygon(points, ink, Stroke::NONE));
    }
    response
}

/// [`quiet`] that opens a menu.
pub(in crate::studio) fn quiet_menu(
    ui: &mut Ui,
    tokens: &Tokens,
    text: &str,
    content: impl FnOnce(&mut Ui),
) -> Response {
    let response = quiet(ui, tokens, text, true);
    egui::Popup::menu(&response).show(content);
    response
}
