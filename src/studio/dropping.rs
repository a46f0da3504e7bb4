//! While something is held over the window: that it can be dropped, and what it may be.

use eframe::egui::{Align2, Context, CornerRadius, Id, LayerId, Order, Stroke, StrokeKind, pos2};

use super::theme::{self, Tokens};

/// Draws the hint over everything else.
pub(super) fn show(ctx: &Context, tokens: &Tokens) {
    let names = ctx.input(|input| {
        let files = input.raw.hovered_files.iter();
        let name = |path: &std::path::Path| {
            path.file_name().unwrap_or_default().to_string_lossy().into_owned()
        };
        let paths = files.map(|file| file.path.as_deref().map(name).unwrap_or_default());
        paths.collect::<Vec<_>>()
    });
    if names.is_empty() {
        return;
    }
    let painter = ctx.layer_painter(LayerId::new(Order::Foreground, Id::unique("dropping")));
    let all = ctx.content_rect();
    painter.rect_filled(all, CornerRadius::ZERO, tokens.background.gamma_multiply(0.95));
    let frame = all.shrink(24.0);
    let (radius, stroke) =
        (CornerRadius::same(theme::PANEL_RADIUS), Stroke::new(2.0, tokens.accent));
    painter.rect_stroke(frame, radius, stroke, StrokeKind::Inside);
    let c = all.center();
    let line = |y: f32, text: &str, font, ink| {
        painter.text(pos2(c.x, c.y + y), Align2::CENTER_CENTER, text, font, ink);
    };
    let title = format!("Drop {}", names.join(", "));
    line(-24.0, title.trim(), theme::bold(theme::CARD), tokens.text);
    let opens =
        "a run folder, or the file of a run, opens; the .json of an architecture comes into view";
    line(4.0, opens, theme::body(), tokens.muted);
    let images = "a folder, .zip, .tar.gz, IDX or CIFAR files become the images of a new run";
    line(24.0, images, theme::body(), tokens.muted);
}
