//! A plot in our colours: linear or logarithmic axes with units, quiet grid lines, no clutter.
//! Points are transformed before they come here; ticks are labelled in the true values.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::Arc;

use eframe::egui::{
    Color32, Galley, Rect, Role, Sense, TextStyle, Ui, Vec2b, WidgetInfo, pos2, vec2,
};
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

/// Marks are no closer than this, points.
const SPACING: f32 = 36.0;
/// Those of the x axis; egui_plot leaves out labels that are closer.
const X_SPACING: f32 = 80.0;

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
        .grid_spacing(SPACING..=120.0)
        .set_margin_fraction(eframe::egui::vec2(0.01, 0.06))
        .y_axis_min_width(36.0)
        .show_grid(Vec2b::new(false, true))
        .x_axis_formatter(tick(x_scale, x_label))
        .y_axis_formatter(tick(y_scale, y_label));
    let (x_marks, y_marks) = (marks(x_scale), marks(y_scale));
    // Labels below each other need less room than those side by side.
    let wider = move |input: GridInput| {
        let base_step_size = input.base_step_size * f64::from(X_SPACING / SPACING);
        x_marks(GridInput { base_step_size, ..input })
    };
    plot.x_grid_spacer(wider).y_grid_spacer(y_marks)
}

/// Ticks in captions' size and colour, for whatever plot is drawn in `ui` hereafter.
pub(in crate::studio) fn quiet(ui: &mut Ui, tokens: &Tokens) {
    let style = ui.style_mut();
    style.text_styles.insert(TextStyle::Body, theme::caption());
    style.visuals.override_text_color = Some(tokens.muted);
}

fn marks(scale: Scale) -> fn(GridInput) -> Vec<GridMark> {
    match scale {
        Scale::Linear => even_marks,
        Scale::Log => log_marks,
    }
}

/// Multiples of 1, 2 or 5 times a power of ten, as close as their labels allow; closer by half
/// where that leaves none or one, which would tell no scale.
fn even_marks(input: GridInput) -> Vec<GridMark> {
    let GridInput { bounds, base_step_size } = input;
    let marks = multiples(GridInput { bounds, base_step_size });
    if marks.len() > 1 {
        return marks;
    }
    multiples(GridInput { bounds, base_step_size: 0.5 * base_step_size })
}

fn multiples(input: GridInput) -> Vec<GridMark> {
    let (low, high) = input.bounds;
    let least = input.base_step_size;
    if !(least.is_finite() && least > 0.0 && (high - low) / least < 1e4) {
        return Vec::new();
    }
    let decade = 10f64.powf(least.log10().floor());
    let fits = [1.0, 2.0, 5.0].into_iter().map(|digit| digit * decade).find(|&s| s >= least);
    let step_size = fits.unwrap_or(10.0 * decade);
    let (first, last) = ((low / step_size).ceil() as i64, (high / step_size).floor() as i64);
    (first..=last).map(|i| GridMark { value: i as f64 * step_size, step_size }).collect()
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

/// A series in a legend: its name as drawn, its colour.
pub(in crate::studio) type Named = (String, Color32);

/// What stands above a plot: the name of the y axis with its unit at the left, the series at the
/// right in their colours, or below where the line is too short. A click hides a series, whose
/// name (a count in brackets is no part of it) goes into `hidden`, or brings it back.
pub(in crate::studio) fn heading(
    ui: &mut Ui,
    tokens: &Tokens,
    name: &str,
    series: &[Named],
    hidden: &mut BTreeSet<String>,
) {
    const LINE: f32 = 16.0;
    const GAP: f32 = 10.0;
    let own = ui.painter().layout_no_wrap(name.to_owned(), theme::caption(), tokens.muted);
    let entries: Vec<(&str, Arc<Galley>, Color32)> = series
        .iter()
        .map(|(text, ink)| {
            let key = text.split(" (").next().unwrap_or(text);
            let ink = if hidden.contains(key) { tokens.muted.gamma_multiply(0.6) } else { *ink };
            (key, ui.painter().layout_no_wrap(text.clone(), theme::caption(), ink), ink)
        })
        .collect();
    let width = |galley: &Galley| galley.size().x + 13.0;
    let all: f32 = entries.iter().map(|(_, galley, _)| width(galley) + GAP).sum();
    let room = ui.available_width();
    let one_line = own.size().x + all <= room;
    // Where each entry stands: (line, distance from the left).
    let (mut line, mut x) = if one_line { (0, room - all + GAP) } else { (1, 0.0) };
    let mut places = Vec::with_capacity(entries.len());
    for (_, galley, _) in &entries {
        if !one_line && x > 0.0 && x + width(galley) > room {
            (line, x) = (line + 1, 0.0);
        }
        places.push((line, x));
        x += width(galley) + GAP;
    }
    let lines = if entries.is_empty() { 1 } else { line + 1 };
    let (rect, _) = ui.allocate_exact_size(vec2(room, LINE * lines as f32), Sense::hover());
    let middle = |line: usize, galley: &Galley| {
        rect.top() + LINE * (line as f32 + 0.5) - 0.5 * galley.size().y
    };
    let at = pos2(rect.left(), middle(0, &own));
    ui.painter().galley(at, own, tokens.muted);
    for ((key, galley, ink), (line, x)) in entries.into_iter().zip(places) {
        let corner = pos2(rect.left() + x, rect.top() + LINE * line as f32);
        let place = Rect::from_min_size(corner, vec2(width(&galley), LINE));
        let response =
            ui.interact(place, ui.scope_id().with(("series", name, key)), Sense::click());
        let shown = !hidden.contains(key);
        response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, shown, galley.text()));
        ui.painter().circle_filled(pos2(place.left() + 4.0, place.center().y), 3.5, ink);
        let at = pos2(place.left() + 12.0, middle(line, &galley));
        ui.painter().galley(at, galley, ink);
        if response.clicked() && !hidden.remove(key) {
            hidden.insert(key.to_owned());
        }
        response.on_hover_text("Click to hide it, or to bring it back");
    }
}

/// The name of the x axis with its unit, in the line below a plot.
pub(in crate::studio) fn foot(ui: &mut Ui, tokens: &Tokens, text: &str) {
    let line = vec2(ui.available_width(), 14.0);
    let (rect, _) = ui.allocate_exact_size(line, Sense::hover());
    let (end, font) = (eframe::egui::Align2::RIGHT_TOP, theme::caption());
    ui.painter().text(rect.right_top(), end, text, font, tokens.muted);
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
    fn an_even_axis_has_round_marks_no_closer_than_asked() {
        for (low, high, least) in [(0.0, 14.0, 0.9), (0.12, 0.9, 0.03), (1e6, 4.6e6, 3e5)] {
            let marks = even_marks(GridInput { bounds: (low, high), base_step_size: least });
            assert!(marks.len() >= 5, "{marks:?}");
            for pair in marks.windows(2) {
                assert!(pair[1].value - pair[0].value >= least * 0.999);
            }
            assert!(marks.iter().all(|mark| (low..=high).contains(&mark.value)));
        }
        // A plot so low that two marks as far apart as asked do not fit.
        let low = GridInput { bounds: (0.08, 0.78), base_step_size: 0.52 };
        let values: Vec<f64> = even_marks(low).iter().map(|mark| mark.value).collect();
        assert_eq!(values, [0.5]);
        let endless = GridInput { bounds: (0.0, f64::INFINITY), base_step_size: 1.0 };
        assert!(even_marks(endless).is_empty());
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
