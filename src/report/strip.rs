//! The drawing of an architecture: a column a layer, six cells coloured and numbered by kernel,
//! the sizes of the maps above, channels and layer numbers below, and under them the MACs of each
//! layer. Names of rows are a drawing of their own that stays in view when the rest scrolls.

use super::markup::{Html, markup};
use super::words;
use crate::space::{Part, PartCost, SUB_BLOCKS};

/// From one column to the next, and a cell's width, in px.
const PITCH: usize = 30;
const CELL: usize = 26;
/// From one row of cells to the next, and a cell's height.
const ROW: usize = 24;
const TALL: usize = 20;
/// Where rows lie: bands of maps, cells, channels, layers, the foot of the bars, and their height.
const BAND: usize = 0;
const CELLS: usize = 26;
const CHANNELS: usize = CELLS + ROW * SUB_BLOCKS + 10;
const LAYERS: usize = CHANNELS + 16;
const FOOT: usize = LAYERS + 70;
const BARS: usize = 48;
/// The height of the whole.
const HEIGHT: usize = FOOT + 2;
/// The width of the names of rows.
const NAMES: usize = 62;

/// The scale of the bars, common to all drawings of a page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    /// MACs of the longest bar.
    most: u64,
    /// MACs to the unit of the labels.
    unit: f64,
    decimals: usize,
    name: &'static str,
}

impl Scale {
    /// The scale on which the dearest layer of all fills the height.
    pub(super) fn over<'a>(parts: impl Iterator<Item = &'a PartCost>) -> Self {
        let layers = parts.filter(|part| matches!(part.part, Part::Layer(_)));
        let most = layers.map(|part| part.cost().macs).max().unwrap_or(0).max(1);
        let (unit, decimals, name) = match most {
            0..1_000_000 => (1e3, 0, "k MACs"),
            1_000_000..10_000_000 => (1e6, 2, "M MACs"),
            10_000_000..100_000_000 => (1e6, 1, "M MACs"),
            _ => (1e6, 0, "M MACs"),
        };
        Self { most, unit, decimals, name }
    }

    fn label(self, macs: u64) -> String {
        format!("{:.*}", self.decimals, macs as f64 / self.unit)
    }

    fn length(self, macs: u64) -> f64 {
        macs as f64 / self.most as f64 * BARS as f64
    }
}

/// The width in px that a strip of so many layers needs.
pub(super) fn width(layers: usize) -> usize {
    NAMES + layers * PITCH
}

/// The drawing of an architecture with these parts; `label` names it for those who cannot see it.
pub(super) fn strip(parts: &[PartCost], scale: Scale, label: &str) -> Html {
    let layers: Vec<&PartCost> =
        parts.iter().filter(|part| matches!(part.part, Part::Layer(_))).collect();
    let columns = layers.iter().enumerate().map(|(index, part)| column(index, part, scale));
    markup!(
        "<div class=\"strip\" tabindex=\"0\">{}<svg viewBox=\"-1 0 {} {}\" width=\"{}\" height=\"{}\" role=\"img\" aria-label=\"{}\">{}{}</svg></div>\n",
        names(scale),
        layers.len() * PITCH + 2,
        HEIGHT,
        layers.len() * PITCH + 2,
        HEIGHT,
        label,
        bands(&layers),
        columns.collect::<Html>()
    )
}

/// The names of the rows.
fn names(scale: Scale) -> Html {
    let row = |y: usize, name: &str| markup!("<text x=\"0\" y=\"{}\">{}</text>", y, name);
    let mut rows = row(BAND + 14, "map, px");
    for sub_block in 0..SUB_BLOCKS {
        rows.push(row(CELLS + ROW * sub_block + 14, &format!("part {}", sub_block + 1)));
    }
    rows.push(row(CHANNELS, "channels"));
    rows.push(row(LAYERS, "layer"));
    rows.push(row(FOOT - 1, scale.name));
    markup!(
        "<svg class=\"names\" width=\"{}\" height=\"{}\" aria-hidden=\"true\">{}</svg>",
        NAMES,
        HEIGHT,
        rows
    )
}

/// A band over each run of layers whose maps have one size.
fn bands(layers: &[&PartCost]) -> Html {
    let size = |part: &PartCost| (part.output.height, part.output.width);
    let mut start = 0;
    let band = |group: &[&PartCost]| {
        let x = start * PITCH + 1;
        start += group.len();
        let (height, width) = group.first().map_or((0, 0), |part| size(part));
        let space = group.len() * PITCH - 4;
        let text = if height == width {
            format!("{height}\u{b2}")
        } else {
            format!("{height}\u{d7}{width}")
        };
        // A letter is about 7 px wide; what does not fit is in the tip.
        let shown = if text.chars().count() * 7 < space { text.as_str() } else { "" };
        markup!(
            "<g><title>{} \u{d7} {} px</title><rect class=\"band\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"20\" rx=\"4\"/><text class=\"mid\" x=\"{}\" y=\"{}\">{}</text></g>",
            height,
            width,
            x,
            BAND,
            space + 2,
            x + space / 2 + 1,
            BAND + 14,
            shown
        )
    };
    layers.chunk_by(|a, b| size(a) == size(b)).map(band).collect()
}

/// One layer from its cells to its bar.
fn column(index: usize, part: &PartCost, scale: Scale) -> Html {
    let left = index * PITCH;
    let x = left + (PITCH - CELL) / 2;
    let middle = left + PITCH / 2;
    let cells = (0..SUB_BLOCKS).map(|sub_block| {
        let y = CELLS + sub_block * ROW;
        match part.kernels.get(sub_block) {
            Some(&kernel) => {
                let kernel = usize::from(kernel);
                markup!(
                    "<rect class=\"k{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"4\"/><text class=\"kernel\" x=\"{}\" y=\"{}\">{}</text>",
                    kernel, x, y, CELL, TALL, middle, y + 14, kernel
                )
            }
            None => markup!(
                "<rect class=\"skip\" x=\"{}.5\" y=\"{}.5\" width=\"{}\" height=\"{}\" rx=\"4\"/>",
                x, y, CELL - 1, TALL - 1
            ),
        }
    });
    let stride = if part.stride == 2 {
        markup!(
            "<line class=\"stride\" x1=\"{}\" y1=\"0\" x2=\"{}\" y2=\"{}\"/>",
            left,
            left,
            CHANNELS - 14
        )
    } else {
        Html::default()
    };
    markup!(
        "<g class=\"layer\"><title>{}</title><rect class=\"hit\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>{}{}<text class=\"mid\" x=\"{}\" y=\"{}\">{}</text><text class=\"mid\" x=\"{}\" y=\"{}\">{}</text>{}</g>\n",
        tip(index, part),
        left,
        CELLS - 3,
        PITCH,
        HEIGHT - CELLS + 3,
        cells.collect::<Html>(),
        stride,
        middle,
        CHANNELS,
        part.output.channels,
        middle,
        LAYERS,
        index + 1,
        bars(middle, part, scale)
    )
}

/// Pointwise below, depthwise on top, and the sum.
fn bars(middle: usize, part: &PartCost, scale: Scale) -> Html {
    let (low, high) = (scale.length(part.macs.pointwise), scale.length(part.macs.depthwise));
    let foot = FOOT as f64;
    let x = middle - CELL / 2 + 2;
    markup!(
        "<rect class=\"pointwise\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/><rect class=\"depthwise\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/><text class=\"mid\" x=\"{}\" y=\"{}\">{}</text>",
        x,
        foot - low,
        CELL - 4,
        low,
        x,
        foot - low - high,
        CELL - 4,
        high,
        middle,
        foot - low - high - 4.0,
        scale.label(part.cost().macs)
    )
}

fn tip(index: usize, part: &PartCost) -> String {
    format!(
        "layer {}, expansion {}: {} \u{2192} {} \u{2192} {} channels, {} \u{d7} {} px, stride {}; {} MACs ({} pointwise, {} depthwise), {} parameters",
        index + 1,
        part.kernels.len(),
        part.input.channels,
        part.width,
        part.output.channels,
        part.output.height,
        part.output.width,
        part.stride,
        words::grouped(part.cost().macs),
        words::grouped(part.macs.pointwise),
        words::grouped(part.macs.depthwise),
        words::grouped(part.params),
    )
}
