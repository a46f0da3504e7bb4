//! The layer strip: the drawing of an architecture. A column a layer, six cells a column, coloured
//! and numbered by kernel, empty where skipped; map sizes as bands above, a dotted line where the
//! stride is 2, channels and layer numbers below.

use eframe::egui::{
    self, Align2, Color32, CornerRadius, Painter, Rect, Response, Sense, Shape, Stroke, StrokeKind,
    Ui, pos2, vec2,
};

use super::columns::Columns;
use crate::space::{Layer, SUB_BLOCKS};
use crate::studio::theme::{self, Tokens};

const BAND: f32 = 24.0;
/// The tallest row, and the tallest in columns that are as broad: only where there is room that nothing
/// else wants.
const MOST_ROW: (f32, f32) = (48.0, 110.0);
const LEAST_ROW: f32 = 16.0;
/// Height of the strip with everything around it where it looks best, points.
pub(in crate::studio) const COMFORTABLE: f32 = BAND + 6.0 * 29.0 + FOOT;
const FOOT: f32 = 34.0;
/// The lowest and the tallest row of a bare strip.
const BARE_ROW: (f32, f32) = (16.0, 32.0);

/// What stands around the cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::studio) enum Around {
    /// Maps above, channels and numbers of the layers below, names of the rows at the left.
    Everything,
    /// Nothing: for strips below each other.
    Nothing,
}

/// What to draw.
pub(in crate::studio) struct Strip<'a> {
    /// The space's layers.
    pub(in crate::studio) layers: &'a [Layer],
    /// Kernels of each layer; empty where no architecture is in view.
    pub(in crate::studio) kernels: &'a [Vec<u8>],
    /// Kernels of the architecture before and how far it has faded away, 0 to 1.
    pub(in crate::studio) fading: Option<(&'a [Vec<u8>], f32)>,
    /// The layer that is lit.
    pub(in crate::studio) lit: Option<usize>,
    /// Kernels of another architecture: cells that differ from it are outlined.
    pub(in crate::studio) unlike: Option<&'a [Vec<u8>]>,
    /// What stands around the cells.
    pub(in crate::studio) around: Around,
}

impl Strip<'_> {
    /// Heights of what stands above the cells, of a row of them, and of what stands below, in a
    /// strip with columns of this breadth that may take `room`, points.
    fn heights(&self, column: f32, room: f32) -> (f32, f32, f32) {
        match self.around {
            Around::Everything => {
                let most = column.clamp(MOST_ROW.0, MOST_ROW.1);
                let row = ((room - BAND - FOOT) / SUB_BLOCKS as f32).clamp(LEAST_ROW, most);
                (BAND, row, FOOT)
            }
            Around::Nothing => {
                let row = (room / SUB_BLOCKS as f32).clamp(BARE_ROW.0, BARE_ROW.1);
                (0.0, row, 0.0)
            }
        }
    }
}

/// Draws the strip; the response, and the layer and cell under the pointer.
pub(in crate::studio) fn show(
    ui: &mut Ui,
    tokens: &Tokens,
    strip: &Strip<'_>,
    room: f32,
) -> (Response, Option<(usize, usize)>) {
    let columns = Columns::new(ui.available_rect_before_wrap(), strip.layers.len());
    let (above, row, below) = strip.heights(columns.width(), room);
    let height = above + SUB_BLOCKS as f32 * row + below;
    let size = vec2(ui.available_width(), height);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, spoken(strip.kernels)));
    let columns = Columns::new(rect, strip.layers.len());
    let cells = Cells { top: rect.top() + above, row, columns };
    let painter = ui.painter_at(rect.expand(2.0));
    if strip.around == Around::Everything {
        bands(&painter, tokens, strip.layers, rect, &cells);
        for cell in 0..SUB_BLOCKS {
            let at = pos2(rect.left(), cells.rect(0, cell).center().y);
            let name = format!("part {}", cell + 1);
            painter.text(at, Align2::LEFT_CENTER, name, theme::caption(), tokens.muted);
        }
        foot(&painter, tokens, strip.layers, rect, &cells);
    }
    for (layer, _) in strip.layers.iter().enumerate() {
        for cell in 0..SUB_BLOCKS {
            let of = |kernels: &[Vec<u8>]| kernels.get(layer).and_then(|l| l.get(cell)).copied();
            let (now, place) = (of(strip.kernels), cells.rect(layer, cell));
            match strip.fading {
                Some((before, share)) if of(before) != now => {
                    draw(&painter, tokens, place, of(before), 1.0 - share);
                    draw(&painter, tokens, place, now, share);
                }
                _ => draw(&painter, tokens, place, now, 1.0),
            }
            if strip.unlike.is_some_and(|other| of(other) != now) {
                let radius = CornerRadius::same(theme::CELL_RADIUS);
                let stroke = Stroke::new(1.5, tokens.text);
                painter.rect_stroke(place, radius, stroke, StrokeKind::Outside);
            }
        }
    }
    if let Some(layer) = strip.lit {
        light(
            &painter,
            tokens,
            &cells.columns,
            layer,
            rect.top() + (above - 3.0).max(-1.0),
            rect.bottom() - (below - 2.0).max(0.0),
        );
    }
    let under = response.hover_pos().and_then(|at| cells.at(at));
    (response, under)
}

/// The frame around a lit layer's column.
pub(in crate::studio) fn light(
    painter: &Painter,
    tokens: &Tokens,
    columns: &Columns,
    layer: usize,
    top: f32,
    bottom: f32,
) {
    let span = columns.span(layer);
    let rect = Rect::from_x_y_ranges(span, top..=bottom).expand2(vec2(1.5, 0.0));
    let stroke = Stroke::new(1.0, tokens.accent);
    painter.rect_stroke(rect, CornerRadius::same(theme::CELL_RADIUS), stroke, StrokeKind::Outside);
}

struct Cells {
    top: f32,
    row: f32,
    columns: Columns,
}

impl Cells {
    fn rect(&self, layer: usize, cell: usize) -> Rect {
        let top = self.top + cell as f32 * self.row;
        Rect::from_x_y_ranges(self.columns.span(layer), top..=top + self.row - 4.0)
    }

    fn at(&self, at: egui::Pos2) -> Option<(usize, usize)> {
        let layer = self.columns.at(at.x)?;
        let cell = ((at.y - self.top) / self.row).floor();
        (cell >= 0.0 && (cell as usize) < SUB_BLOCKS).then_some((layer, cell as usize))
    }
}

fn draw(painter: &Painter, tokens: &Tokens, rect: Rect, kernel: Option<u8>, share: f32) {
    let radius = CornerRadius::same(theme::CELL_RADIUS);
    let Some(kernel) = kernel else {
        let stroke = Stroke::new(1.0, tokens.line.gamma_multiply(share));
        painter.rect_stroke(rect, radius, stroke, StrokeKind::Inside);
        return;
    };
    painter.rect_filled(rect, radius, tokens.kernel(kernel).gamma_multiply(share));
    let size = (0.5 * rect.height()).clamp(9.0, theme::BODY).min(0.9 * rect.width());
    let ink: Color32 = tokens.on_kernels.gamma_multiply(share);
    let font = theme::bold(size);
    painter.text(rect.center(), Align2::CENTER_CENTER, kernel.to_string(), font, ink);
}

/// The sizes of the maps that leave the layers, one band a size.
fn bands(painter: &Painter, tokens: &Tokens, layers: &[Layer], rect: Rect, cells: &Cells) {
    let text = |at, align, text: String| {
        painter.text(at, align, text, theme::caption(), tokens.muted);
    };
    text(pos2(rect.left(), rect.top() + 9.0), Align2::LEFT_CENTER, "map, px".to_owned());
    let mut first = 0;
    while let Some(layer) = layers.get(first) {
        let size = |layer: &Layer| (layer.output.height, layer.output.width);
        let same = layers[first..].iter().take_while(|other| size(other) == size(layer)).count();
        let last = first + same - 1;
        let span = cells.columns.span(first).min..=cells.columns.span(last).max;
        let band = Rect::from_x_y_ranges(span, rect.top()..=rect.top() + 18.0);
        let radius = CornerRadius::same(theme::CELL_RADIUS);
        painter.rect(band, radius, tokens.background, tokens.border(), StrokeKind::Inside);
        let (height, width) = size(layer);
        let long = format!("{height} × {width}");
        let name = if band.width() > 48.0 { long } else { height.to_string() };
        text(band.center(), Align2::CENTER_CENTER, name);
        first = last + 1;
    }
    for (i, _) in layers.iter().enumerate().filter(|(_, layer)| layer.stride == 2) {
        let x = cells.columns.edge(i);
        let ends = [pos2(x, rect.top()), pos2(x, rect.bottom() - FOOT)];
        painter.extend(Shape::dashed_line(&ends, Stroke::new(1.0, tokens.muted), 2.0, 3.0));
    }
}

/// Channels and numbers of the layers; every second one where they would touch.
fn foot(painter: &Painter, tokens: &Tokens, layers: &[Layer], rect: Rect, cells: &Cells) {
    let every = if cells.columns.width() >= 24.0 { 1 } else { 2 };
    for (y, name) in [(FOOT - 8.0, "channels"), (FOOT - 23.0, "layer")] {
        let y = rect.bottom() - y;
        painter.text(
            pos2(rect.left(), y),
            Align2::LEFT_CENTER,
            name,
            theme::caption(),
            tokens.muted,
        );
        for (i, layer) in layers.iter().enumerate().step_by(every) {
            let number = if name == "layer" { i + 1 } else { layer.output.channels };
            let at = pos2(cells.columns.span(i).center(), y);
            let text = number.to_string();
            painter.text(at, Align2::CENTER_CENTER, text, theme::caption(), tokens.muted);
        }
    }
}

/// The colours' meaning, into a line that runs from right to left.
pub(in crate::studio) fn legend(ui: &mut Ui, tokens: &Tokens) {
    let entries = [(None, "skip"), (Some(7), "7×7"), (Some(5), "5×5"), (Some(3), "3×3")];
    for (kernel, name) in entries {
        ui.label(egui::RichText::new(name).small().color(tokens.muted));
        let (rect, _) = ui.allocate_exact_size(vec2(11.0, 11.0), Sense::hover());
        let radius = CornerRadius::same(2);
        match kernel {
            Some(kernel) => {
                ui.painter().rect_filled(rect, radius, tokens.kernel(kernel));
            }
            None => {
                ui.painter().rect_stroke(rect, radius, tokens.border(), StrokeKind::Inside);
            }
        }
        ui.add_space(4.0);
    }
}

/// The strip for those who hear it.
fn spoken(kernels: &[Vec<u8>]) -> String {
    if kernels.is_empty() {
        return "layer strip: no architecture in view".to_owned();
    }
    let layers = kernels.iter().map(|layer| {
        let kernels: Vec<String> = layer.iter().map(u8::to_string).collect();
        kernels.join("")
    });
    format!("layer strip: {}", layers.collect::<Vec<_>>().join(" "))
}
