//! A limit on a cost or a time: a large slider with the range that can be reached, and its number to type.

use eframe::egui::{self, Align2, DragValue, Slider, Ui, vec2};

use crate::protocol::quantity::{milliseconds, parse_count, short};
use crate::studio::theme::{self, Tokens};

/// Room of the number, points.
const ENTRY: f32 = 88.0;
/// Room of the name at the left.
const NAME: f32 = 132.0;
/// Room of the unit at the right.
const UNIT: f32 = 76.0;

/// Below this breadth the name stands above, so that fingers find the slider, and the unit, which the
/// name has as well, is left out.
pub(in crate::studio) const NARROW: f32 = 420.0;

/// What a limit is counted in, which decides how its number is written and read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::studio) enum Count {
    /// Things: MACs, parameters.
    Things,
    /// Nanoseconds, told as milliseconds.
    Nanoseconds,
}

impl Count {
    fn told(self, value: u64) -> String {
        match self {
            Self::Things => short(value),
            Self::Nanoseconds => milliseconds(value as f64 / 1e6),
        }
    }

    /// What was typed; "any" is no limit.
    fn read(self, text: &str, high: u64) -> Option<f64> {
        let text = text.trim();
        match self {
            _ if text.eq_ignore_ascii_case("any") => Some(high as f64),
            Self::Things => things(text, high),
            Self::Nanoseconds => {
                let number: f64 = text.trim_end_matches("ms").trim_end().parse().ok()?;
                Some(1e6 * number)
            }
        }
    }

    fn hint(self) -> &'static str {
        match self {
            Self::Things => "Drag, or click and type, as in 2.5M or 350k",
            Self::Nanoseconds => "Drag, or click and type, as in 1.8 ms",
        }
    }
}

/// A limit to draw.
pub(in crate::studio) struct Limit {
    /// What it is counted in.
    pub(in crate::studio) count: Count,
    /// As in "MACs at most".
    pub(in crate::studio) name: &'static str,
    /// What is counted.
    pub(in crate::studio) unit: &'static str,
    /// The smallest and the largest cost of the space.
    pub(in crate::studio) range: (u64, u64),
    /// The limit; `None` is none, at the right end.
    pub(in crate::studio) value: Option<u64>,
    /// Whether the limit may be given up.
    pub(in crate::studio) optional: bool,
    /// Whether this is the limit that decides.
    pub(in crate::studio) binding: bool,
}

/// Draws the limit; another one where the user wants it.
pub(in crate::studio) fn show(ui: &mut Ui, tokens: &Tokens, limit: &Limit) -> Option<Option<u64>> {
    let (low, high) = limit.range;
    let step = step(low, high);
    let mut value = limit.value.unwrap_or(high).clamp(low, high) as f64;
    let mut changed = false;
    let wide = ui.available_width() > NARROW;
    let ink = if limit.value.is_some() { tokens.text } else { tokens.muted };
    let name = egui::RichText::new(limit.name).color(ink);
    let above = (!wide).then(|| ui.label(name.clone()).id);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        let label = above.unwrap_or_else(|| {
            let layout = egui::Layout::left_to_right(egui::Align::Center);
            let beside = ui.allocate_ui_with_layout(vec2(NAME, 24.0), layout, |ui| {
                ui.set_min_width(NAME);
                ui.label(name).id
            });
            beside.inner
        });
        let right = ENTRY + if wide { UNIT + 32.0 } else { 16.0 };
        let width = (ui.available_width() - right).max(64.0);
        let slider = ui
            .scope(|ui| {
                let fill = if limit.value.is_some() { tokens.generated } else { tokens.random };
                let style = ui.style_mut();
                style.spacing.slider_width = width;
                style.spacing.slider_rail_height = 5.0;
                style.visuals.selection.bg_fill = fill;
                // Smaller than ours, which covers it.
                style.spacing.interact_size.y = 20.0;
                let widgets = &mut style.visuals.widgets;
                for widget in [&mut widgets.inactive, &mut widgets.hovered, &mut widgets.active] {
                    widget.bg_fill = tokens.line;
                    widget.fg_stroke = egui::Stroke::NONE;
                }
                ui.add(
                    Slider::new(&mut value, low as f64..=high as f64)
                        .show_value(false)
                        .step_by(step as f64)
                        .handle_shape(egui::style::HandleShape::Circle),
                )
            })
            .inner
            .labelled_by(label);
        let share = (value - low as f64) / (high.saturating_sub(low).max(1)) as f64;
        handle(ui, tokens, &slider, share, limit.value.is_some());
        changed |= slider.changed();
        ends(ui, tokens, slider.rect, limit);
        let (any, count) = (limit.value.is_none(), limit.count);
        let entry = DragValue::new(&mut value)
            .range(low as f64..=high as f64)
            .speed(step as f64)
            .custom_formatter(move |value, _| match any {
                true => "any".to_owned(),
                false => count.told(value.round().max(0.0) as u64),
            })
            .custom_parser(move |text| count.read(text, high));
        let entry = ui.add_sized(vec2(ENTRY, 26.0), entry).labelled_by(label);
        changed |= entry.changed();
        entry.on_hover_text(count.hint());
        if wide {
            let unit = egui::RichText::new(limit.unit).small().color(tokens.muted);
            ui.label(unit);
        }
        if limit.binding && wide {
            ui.label(egui::RichText::new("binds").small().color(tokens.generated))
                .on_hover_text("This limit decides: the network nearly uses it up");
        }
    });
    ui.add_space(13.0);
    changed.then(|| {
        let value = value.round() as u64;
        // The last step to the right is none.
        (value + step <= high || !limit.optional).then_some(value)
    })
}

/// The handle: egui's is hidden below it.
fn handle(ui: &Ui, tokens: &Tokens, slider: &egui::Response, share: f64, limits: bool) {
    let rail = slider.rect;
    // As egui places its own.
    let inset = rail.height() / 2.5;
    let x = egui::lerp((rail.left() + inset)..=(rail.right() - inset), share as f32);
    let at = egui::pos2(x, rail.center().y);
    let fill = if limits { tokens.generated } else { tokens.random };
    let grown = if slider.hovered() || slider.has_focus() { 1.0 } else { 0.0 };
    ui.painter().circle(at, 8.5 + grown, fill, egui::Stroke::new(2.0, tokens.panel));
}

/// The ends of the range below the rail.
fn ends(ui: &Ui, tokens: &Tokens, rail: egui::Rect, limit: &Limit) {
    let (low, high) = limit.range;
    for (at, align, value) in [
        (rail.left_bottom(), Align2::LEFT_TOP, low),
        (rail.right_bottom(), Align2::RIGHT_TOP, high),
    ] {
        // Clear of a handle at the end.
        let at = at + vec2(0.0, 1.0);
        ui.painter().text(at, align, limit.count.told(value), theme::caption(), tokens.muted);
    }
}

/// Three figures of the range are as fine as anyone aims.
fn step(low: u64, high: u64) -> u64 {
    let range = high.saturating_sub(low).max(1);
    10_u64.pow(range.ilog10().saturating_sub(3))
}

/// A count as people write it; a number without unit that is far below the range is meant in M or
/// k.
fn things(text: &str, high: u64) -> Option<f64> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if let Ok(count) = parse_count(&compact)
        && (count * 1_000 > high || compact.ends_with(['k', 'M', 'G']))
    {
        return Some(count as f64);
    }
    let number: f64 = compact.parse().ok()?;
    let unit = if high >= 1_000_000 { 1e6 } else { 1e3 };
    Some(number * unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_read_with_and_without_its_unit() {
        let high = 28_900_000;
        for text in ["20M", "20 M", "20", "20.0", "20,000,000", "20000k"] {
            assert_eq!(Count::Things.read(text, high), Some(20_000_000.0), "{text}");
        }
        assert_eq!(Count::Things.read(" any", high), Some(high as f64));
        assert_eq!(Count::Things.read("241.8", 412_000), Some(241_800.0));
        assert_eq!(Count::Things.read("much", high), None);
        for text in ["1.8 ms", "1.8", "1.8ms"] {
            assert_eq!(Count::Nanoseconds.read(text, 9_000_000), Some(1_800_000.0), "{text}");
        }
        assert_eq!(Count::Nanoseconds.told(1_800_000), "1.80 ms");
    }

    #[test]
    fn the_step_is_a_power_of_ten_that_divides_the_range_into_a_thousand_or_more() {
        assert_eq!(step(1_400_000, 3_600_000), 1_000);
        assert_eq!(step(12_100_000, 28_900_000), 10_000);
        assert_eq!(step(61_000, 412_000), 100);
        assert_eq!(step(5, 5), 1);
    }
}
