//! What egui has drawn in an area, as SVG: every shape becomes the element of the same kind, text
//! stays text. So a drawing leaves the window as it was seen, whichever pane it is from. Images
//! (meshes), of which the panes have none, are left out.

use std::fmt::Write as _;

use eframe::egui::epaint::{
    CircleShape, ClippedShape, ColorMode, PathShape, RectShape, StrokeKind, TextShape,
};
use eframe::egui::{Color32, FontFamily, Pos2, Rect, Shape, Stroke};

/// The shapes inside `area`, on a ground of this colour, as the text of an SVG file.
pub(super) fn svg<'a>(
    shapes: impl Iterator<Item = &'a ClippedShape>,
    area: Rect,
    ground: Color32,
) -> String {
    let mut page = Page { text: String::new(), clips: 0 };
    let (width, height) = (area.width(), area.height());
    page.put(format_args!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"{} {} {width} {height}\" font-family=\"DejaVu Sans, sans-serif\">\n",
        area.left(),
        area.top(),
    ));
    page.rect(area, 8.0, &fill(ground));
    for clipped in shapes {
        let visible = clipped.clip_rect.intersect(area);
        let bounds = clipped.shape.visual_bounding_rect();
        if !visible.is_positive() || !bounds.intersects(visible) {
            continue;
        }
        // Most shapes lie whole in their clip: a path of their own would say nothing.
        let cut = !visible.contains_rect(bounds);
        if cut {
            page.clip(visible);
        }
        page.shape(&clipped.shape);
        if cut {
            page.put(format_args!("</g>\n"));
        }
    }
    page.put(format_args!("</svg>\n"));
    page.text
}

struct Page {
    text: String,
    clips: usize,
}

impl Page {
    fn put(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.text.write_fmt(text);
    }

    /// Opens a group that shows only what lies in `area`.
    fn clip(&mut self, area: Rect) {
        let name = self.clips;
        self.clips += 1;
        self.put(format_args!("<clipPath id=\"c{name}\">"));
        self.rect(area, 0.0, "");
        self.put(format_args!("</clipPath><g clip-path=\"url(#c{name})\">\n"));
    }

    fn shape(&mut self, shape: &Shape) {
        match shape {
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| self.shape(shape)),
            Shape::Circle(circle) => self.circle(circle),
            Shape::LineSegment { points: [a, b], stroke } => self.put(format_args!(
                "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"{}/>\n",
                a.x,
                a.y,
                b.x,
                b.y,
                outline(*stroke)
            )),
            Shape::Path(path) => self.path(path),
            Shape::Rect(rect) => self.framed(rect),
            Shape::Text(text) => self.words(text),
            _ => {}
        }
    }

    fn circle(&mut self, circle: &CircleShape) {
        let CircleShape { center, radius, fill: ink, stroke } = circle;
        let style = format!("{}{}", fill(*ink), outline(*stroke));
        self.put(format_args!(
            "<circle cx=\"{}\" cy=\"{}\" r=\"{radius}\"{style}/>\n",
            center.x, center.y
        ));
    }

    fn path(&mut self, path: &PathShape) {
        let color = match path.stroke.color {
            ColorMode::Solid(color) => color,
            ColorMode::UV(_) => Color32::GRAY,
        };
        let style =
            format!("{}{}", fill(path.fill), outline(Stroke::new(path.stroke.width, color)));
        let name = if path.closed { "polygon" } else { "polyline" };
        let points = path.points.iter().map(|Pos2 { x, y }| format!("{x},{y}"));
        let points = points.collect::<Vec<_>>().join(" ");
        self.put(format_args!("<{name} points=\"{points}\"{style}/>\n"));
    }

    fn framed(&mut self, shape: &RectShape) {
        // In SVG a stroke lies on the edge.
        let half = 0.5 * shape.stroke.width;
        let rect = match shape.stroke_kind {
            _ if shape.stroke.is_empty() => shape.rect,
            StrokeKind::Inside => shape.rect.shrink(half),
            StrokeKind::Middle => shape.rect,
            StrokeKind::Outside => shape.rect.expand(half),
        };
        let style = format!("{}{}", fill(shape.fill), outline(shape.stroke));
        self.rect(rect, f32::from(shape.corner_radius.nw), &style);
    }

    fn rect(&mut self, rect: Rect, radius: f32, style: &str) {
        self.put(format_args!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{radius}\"{style}/>\n",
            rect.left(),
            rect.top(),
            rect.width(),
            rect.height()
        ));
    }

    /// A text row by row. Its format is that of its first part: labels have one.
    fn words(&mut self, text: &TextShape) {
        let Some(section) = text.galley.job.sections.first() else { return };
        let format = &section.format;
        let own = match format.color {
            Color32::PLACEHOLDER => text.fallback_color,
            color => color,
        };
        let ink = text.override_text_color.unwrap_or(own).gamma_multiply(text.opacity_factor);
        let bold = matches!(&format.font_id.family, FontFamily::Name(name) if &**name == "bold");
        let weight = if bold { " font-weight=\"bold\"" } else { "" };
        let turn = if text.angle == 0.0 {
            String::new()
        } else {
            let (degrees, Pos2 { x, y }) = (text.angle.to_degrees(), text.pos);
            format!(" transform=\"rotate({degrees} {x} {y})\"")
        };
        for row in &text.galley.rows {
            let Some(first) = row.row.glyphs.first() else { continue };
            let at = text.pos + row.pos.to_vec2() + first.pos.to_vec2();
            // The breadth as laid out, should the reader have another font.
            let length: f32 = row.row.glyphs.iter().map(|glyph| glyph.advance_width).sum();
            self.put(format_args!(
                "<text x=\"{}\" y=\"{}\" font-size=\"{}\" textLength=\"{length}\"{weight}{}{turn}>{}</text>\n",
                at.x,
                at.y,
                format.font_id.size,
                fill(ink),
                escaped(&row.row.text())
            ));
        }
    }
}

/// The attribute for what fills a shape.
fn fill(color: Color32) -> String {
    if color.a() == 0 { " fill=\"none\"".to_owned() } else { paint("fill", color) }
}

/// The attributes for what runs around a shape.
fn outline(stroke: Stroke) -> String {
    if stroke.is_empty() {
        return String::new();
    }
    format!("{} stroke-width=\"{}\"", paint("stroke", stroke.color), stroke.width)
}

fn paint(name: &str, color: Color32) -> String {
    let [r, g, b, a] = color.to_srgba_unmultiplied();
    let solid = format!(" {name}=\"#{r:02x}{g:02x}{b:02x}\"");
    if a == 255 {
        return solid;
    }
    format!("{solid} {name}-opacity=\"{:.3}\"", f32::from(a) / 255.0)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use eframe::egui::{pos2, vec2};

    fn drawn(shape: Shape) -> String {
        let area = Rect::from_min_size(pos2(10.0, 20.0), vec2(100.0, 50.0));
        let (clip_rect, transform_after_tessellation) = (area.expand(5.0), Default::default());
        let clipped = ClippedShape { clip_rect, shape, transform_after_tessellation };
        svg(std::iter::once(&clipped), area, Color32::BLACK)
    }

    #[test]
    fn shapes_keep_their_places_and_colours() {
        let ink = Color32::from_rgb(0x12, 0xab, 0xff);
        let text = drawn(Shape::circle_filled(pos2(30.0, 40.0), 3.0, ink));
        assert!(text.contains("viewBox=\"10 20 100 50\""), "{text}");
        assert!(text.contains("<circle cx=\"30\" cy=\"40\" r=\"3\" fill=\"#12abff\"/>"), "{text}");
        let half = Stroke::new(2.0, Color32::from_rgba_unmultiplied(255, 0, 0, 128));
        let text = drawn(Shape::line_segment([pos2(20.0, 30.0), pos2(40.0, 30.0)], half));
        assert!(text.contains("stroke=\"#ff0000\" stroke-opacity=\"0.502\""), "{text}");
    }

    #[test]
    fn what_lies_outside_is_left_out_and_what_spills_over_is_cut() {
        let text = drawn(Shape::circle_filled(pos2(300.0, 40.0), 3.0, Color32::RED));
        assert!(!text.contains("circle"), "{text}");
        let text = drawn(Shape::circle_filled(pos2(109.0, 40.0), 3.0, Color32::RED));
        assert!(text.contains("clip-path=\"url(#c0)\"") && text.contains("</g>"), "{text}");
    }

    #[test]
    fn signs_of_markup_are_escaped() {
        assert_eq!(escaped("a < b & c > d"), "a &lt; b &amp; c &gt; d");
    }
}
