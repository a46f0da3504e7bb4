//! A plot in our colours: linear or logarithmic axes with units, quiet grid lines, no clutter.
//! Points are transformed before they come here; ticks are labelled in the true values.

use std::ops::RangeInclusive;

use eframe::egui::{Align2, FontId, Ui, Vec2b, pos2};
use egui_plot::{GridInput, GridMark, Plot};

use crate::studio::theme::{self, Tokens};

/// How values lie on an axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::studio) enum Scale {
    /// Evenly.
    #[default]
    Linear,
    /// By their logarithm; what is not positive has no place.
    Log,
}

impl Scale {
    /// The place of a value on the axis; NaN where it has none.
    pub(in crate::studio) fn place(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::Log if value > 0.0 => value.log10(),
            Self::Log => f64::NAN,
        }
    }

    /// The value at a place.
    pub(in crate::studio) fn value(self, place: f64) -> f64 {
        match self {
            Self::Linear => place,
            Self::Log => 10f64.powf(place),
        }
    }

    /// The other one.
    pub(in crate::studio) fn toggled(self) -> Self {
        match self {
            Self::Linear => Self::Log,
            Self::Log => Self::Linear,
        }
    }

    /// "linear" or "log".
    pub(in crate::studio) fn name(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Log => "log",
        }
    }
}

/// How the numbers at an axis are written, given the value and the distance of two ticks.
pub(in crate::studio) type Label = fn(f64, f64) -> String;

/// A plot of this name with our axes. Both axes follow the data until someone zooms; a double
/// click gives the following back.
pub(in crate::studio) fn plot<'a>(
    name: &str,
    tokens: &Tokens,
    (x_scale, x_label): (Scale, Label),
    (y_scale, y_label): (Scale, Label),
) -> Plot<'a> {
    let plot = Plot::new(name)
        .show_background(false)
        .show_x(false)
        .show_y(false)
        .show_crosshair(false)
        .allow_scroll(false)
        .grid_color(tokens.line)
        .grid_fade(0.0)
        .grid_spacing(48.0..=400.0)
        .set_margin_fraction(eframe::egui::vec2(0.01, 0.06))
        .y_axis_min_width(36.0)
        .show_grid(Vec2b::new(false, true))
        .x_axis_formatter(tick(x_scale, x_label))
        .y_axis_formatter(tick(y_scale, y_label));
    let plot = if x_scale == Scale::Log { plot.x_grid_spacer(log_marks) } else { plot };
    if y_scale == Scale::Log { plot.y_grid_spacer(log_marks) } else { plot }
}

fn tick(scale: Scale, label: Label) -> impl Fn(GridMark, &RangeInclusive<f64>) -> String {
    move |mark, _| {
        let step = match scale {
            Scale::Linear => mark.step_size,
            // The marks of a decade lie at least as far apart as the smaller one's value.
            Scale::Log => scale.value(mark.value),
        };
        label(scale.value(mark.value), step)
    }
}

/// 1, 2 and 5 of every decade in view; fewer of them count as more important.
fn log_marks(input: GridInput) -> Vec<GridMark> {
    let (low, high) = input.bounds;
    // A view of a hundred decades is no view.
    let (first, last) = (low.floor().max(-50.0) as i32, high.ceil().min(50.0) as i32);
    let mut marks = Vec::new();
    for decade in first..=last {
        for (digit, step_size) in [(1.0_f64, 1.0), (2.0, 0.3), (5.0, 0.3)] {
            let value = f64::from(decade) + digit.log10();
            if (low..=high).contains(&value) {
                marks.push(GridMark { value, step_size });
            }
        }
    }
    marks
}

/// The name of the y axis with its unit, above the plot's left corner.
pub(in crate::studio) fn heading(ui: &mut Ui, tokens: &Tokens, text: &str) {
    let (rect, _) = ui.allocate_exact_size(
        eframe::egui::vec2(ui.available_width(), 14.0),
        eframe::egui::Sense::hover(),
    );
    let at = pos2(rect.left(), rect.center().y);
    let font = FontId::proportional(theme::CAPTION);
    ui.painter().text(at, Align2::LEFT_CENTER, text, font, tokens.muted);
}

/// A plain number with as many decimals as ticks of this distance need.
pub(in crate::studio) fn number(value: f64, step: f64) -> String {
    let decimals = if step > 0.0 { (-(step.log10() + 1e-9).floor()).clamp(0.0, 6.0) } else { 2.0 };
    if value.abs() >= 10_000.0 {
        let count = crate::protocol::quantity::grouped(value.abs().round() as u64);
        return if value < 0.0 { format!("-{count}") } else { count };
    }
    format!("{value:.*}", decimals as usize)
}

/// A share as percent.
pub(in crate::studio) fn percent(value: f64, step: f64) -> String {
    number(100.0 * value, 100.0 * step)
}

/// A count in millions.
pub(in crate::studio) fn millions(value: f64, step: f64) -> String {
    number(value / 1e6, step / 1e6)
}

/// A count in thousands.
pub(in crate::studio) fn thousands(value: f64, step: f64) -> String {
    number(value / 1e3, step / 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_have_the_decimals_that_tell_them_apart() {
        assert_eq!(number(0.75, 0.05), "0.75");
        assert_eq!(number(3.0, 1.0), "3");
        assert_eq!(number(12_000.0, 1_000.0), "12,000");
        assert_eq!(percent(0.875, 0.005), "87.5");
        assert_eq!(millions(2_500_000.0, 500_000.0), "2.5");
    }

    #[test]
    fn a_logarithmic_axis_marks_one_two_and_five_of_each_decade_in_view() {
        let input = GridInput { bounds: (-1.0, 1.0), base_step_size: 0.1 };
        let values: Vec<f64> =
            log_marks(input).iter().map(|mark| Scale::Log.value(mark.value)).collect();
        let expected = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];
        assert_eq!(values.len(), expected.len());
        for (value, expected) in values.iter().zip(expected) {
            assert!((value / expected - 1.0).abs() < 1e-9, "{value} is not {expected}");
        }
        assert!(Scale::Log.place(0.0).is_nan() && Scale::Log.place(-1.0).is_nan());
    }
}
