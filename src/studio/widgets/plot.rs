//! A plot in our colours: linear or logarithmic axes with units, quiet grid lines, no clutter.
//! Points are transformed before they come here; ticks are labelled in the true values.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::Arc;

use eframe::egui::{
    Color32, Galley, Rangef, Rect, Role, Sense, Stroke, TextStyle, Ui, Vec2b, WidgetInfo, pos2,
    vec2,
};
use egui_plot::{AxisHints, GridInput, GridMark, Line, LineStyle, Plot, PlotPoints};

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

/// Marks of the y axis are no closer than this, points, unless that leaves too few.
const Y_SPACING: f64 = 36.0;
/// The same of the x axis, whose labels stand side by side.
const X_SPACING: f64 = 80.0;

/// A plot of this name with our axes. Both axes follow the data until someone zooms; a double
/// click gives the following back.
pub(in crate::studio) fn plot<'a>(
    name: &str,
    tokens: &Tokens,
    (x_scale, x_label): (Scale, Label),
    (y_scale, y_label): (Scale, Label),
) -> Plot<'a> {
    // Our marks are as far apart as their labels need, so that egui_plot has none to leave out.
    let close = Rangef::new(1.0, 2.0);
    let x_axis = AxisHints::new_x().formatter(tick(x_scale, x_label)).label_spacing(close);
    let y_axis = AxisHints::new_y().formatter(tick(y_scale, y_label)).label_spacing(close);
    Plot::new(name)
        .show_background(false)
        .show_x(false)
        .show_y(false)
        .show_crosshair(false)
        .allow_scroll(false)
        .grid_color(tokens.line)
        .grid_fade(0.0)
        .grid_spacing(close)
        .set_margin_fraction(vec2(0.01, 0.06))
        .min_size(vec2(64.0, 40.0))
        .show_grid(Vec2b::new(false, true))
        .custom_x_axes(vec![x_axis])
        .custom_y_axes(vec![y_axis.min_thickness(36.0)])
        .x_grid_spacer(marks(x_scale, X_SPACING))
        .y_grid_spacer(marks(y_scale, Y_SPACING))
}

/// Ticks in captions' size and colour, for whatever plot is drawn in `ui` hereafter.
pub(in crate::studio) fn quiet(ui: &mut Ui, tokens: &Tokens) {
    let style = ui.style_mut();
    style.text_styles.insert(TextStyle::Body, theme::caption());
    style.visuals.override_text_color = Some(tokens.muted);
}

/// The marks of an axis, no closer than so many points.
fn marks(scale: Scale, points: f64) -> impl Fn(GridInput) -> Vec<GridMark> {
    move |input| {
        // The grid's own spacing is a point.
        let least = input.base_step_size * points;
        match scale {
            Scale::Linear => even_marks(input.bounds, least),
            Scale::Log => log_marks(input.bounds, least),
        }
    }
}

/// Multiples of 1, 2 or 5 times a power of ten, far apart; closer, down to the height of their
/// labels, where that leaves none or one, which would tell no scale.
fn even_marks(bounds: (f64, f64), least: f64) -> Vec<GridMark> {
    let mut marks = multiples(bounds, least);
    for share in [0.5, 0.39] {
        if marks.len() < 2 {
            marks = multiples(bounds, share * least);
        }
    }
    marks
}

fn multiples((low, high): (f64, f64), least: f64) -> Vec<GridMark> {
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
        let value = scale.value(mark.value);
        let step = match scale {
            Scale::Linear => mark.step_size,
            Scale::Log => value.min(scale.value(mark.value + mark.step_size) - value),
        };
        label(value, step)
    }
}

/// 1, 2 and 5 of every decade in view, decades alone where those are too close, or every so many
/// of them; where that leaves none or one, even values. All in places on the axis.
fn log_marks((low, high): (f64, f64), least: f64) -> Vec<GridMark> {
    if !(least.is_finite() && least > 0.0 && low < high) {
        return Vec::new();
    }
    // A view of a hundred decades is no view.
    let (low, high) = (low.max(-50.0), high.min(50.0));
    let (first, last) = (low.floor() as i32, high.ceil() as i32);
    let (digits, every): (&[f64], usize) = match least {
        ..=0.3 => (&[1.0, 2.0, 5.0], 1),
        _ => (&[1.0], least.ceil() as usize),
    };
    let step_size = if digits.len() > 1 { 2f64.log10() } else { every as f64 };
    let decades = (first..=last).filter(|decade| decade.rem_euclid(every as i32) == 0);
    let all = decades.flat_map(|decade| digits.iter().map(move |d| f64::from(decade) + d.log10()));
    let inside = all.filter(|value| (low..=high).contains(value));
    let marks: Vec<GridMark> = inside.map(|value| GridMark { value, step_size }).collect();
    if marks.len() > 1 {
        return marks;
    }
    // Even values are closest at the upper end.
    let top = Scale::Log.value(high);
    let even = even_marks((Scale::Log.value(low), top), top * (1.0 - Scale::Log.value(-least)));
    even.into_iter()
        .filter(|mark| mark.value > 0.0)
        .map(|GridMark { value, step_size }| {
            let place = Scale::Log.place(value);
            GridMark { value: place, step_size: Scale::Log.place(value + step_size) - place }
        })
        .collect()
}

/// A series in a legend: its name as drawn, its colour.
pub(in crate::studio) type Named = (String, Color32);

/// What stands above a plot: the name of the y axis with its unit at the left, the series at the
/// right beside dots in their colours, or below where the line is too short. A click hides a series, whose
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
            // Not in the series' own colour, which may be pale on this ground.
            let words = if hidden.contains(key) { tokens.muted } else { tokens.text };
            (key, ui.painter().layout_no_wrap(text.clone(), theme::caption(), words), *ink)
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
        let dot = pos2(place.left() + 4.0, place.center().y);
        match shown {
            true => ui.painter().circle_filled(dot, 3.5, ink),
            false => ui.painter().circle_stroke(dot, 3.0, Stroke::new(1.0, ink)),
        };
        let at = pos2(place.left() + 12.0, middle(line, &galley));
        ui.painter().galley(at, galley, tokens.text);
        if response.clicked() && !hidden.remove(key) {
            hidden.insert(key.to_owned());
        }
        response.on_hover_text("Click to hide it, or to bring it back");
    }
}

/// A line through points. It says nothing when it is hovered, and is a line however dense: the band
/// that would stand in its place is a mesh, which no drawing in SVG has.
pub(in crate::studio) fn line(name: &str, points: Vec<[f64; 2]>, stroke: Stroke) -> Line<'static> {
    let line = Line::new(name, PlotPoints::from(points)).stroke(stroke);
    line.allow_hover(false).allow_band(false)
}

/// A curve as the tokens of a list of them have it: its colour, and whether it is dashed.
pub(in crate::studio) fn series(
    name: &str,
    points: Vec<[f64; 2]>,
    (ink, dashed): (Color32, bool),
) -> Line<'static> {
    let line = line(name, points, Stroke::new(1.8, ink));
    if dashed { line.style(LineStyle::dashed_dense()) } else { line }
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
    if value != 0.0 && value.abs() < 0.99e-4 && step < 1e-4 {
        return format!("{value:.0e}");
    }
    if value.abs() >= 10_000.0 || (value.abs() >= 1_000.0 && decimals == 0.0) {
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
            let marks = even_marks((low, high), least);
            assert!(marks.len() >= 5, "{marks:?}");
            for pair in marks.windows(2) {
                assert!(pair[1].value - pair[0].value >= least * 0.999);
            }
            assert!(marks.iter().all(|mark| (low..=high).contains(&mark.value)));
        }
        // A plot so low that two marks as far apart as asked do not fit.
        let told: Vec<String> =
            even_marks((0.08, 0.78), 0.5).iter().map(|m| number(m.value, m.step_size)).collect();
        assert_eq!(told, ["0.2", "0.4", "0.6"]);
        assert!(even_marks((0.0, f64::INFINITY), 1.0).is_empty());
    }

    #[track_caller]
    fn assert_log(bounds: (f64, f64), least: f64, expected: &[&str]) {
        let marks = log_marks(bounds, least);
        let told = tick(Scale::Log, number);
        let told: Vec<String> = marks.into_iter().map(|mark| told(mark, &(0.0..=1.0))).collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn a_logarithmic_axis_marks_one_two_and_five_of_each_decade_where_they_fit() {
        assert_log((-1.0, 1.0), 0.1, &["0.1", "0.2", "0.5", "1", "2", "5", "10"]);
        assert_log((-1.0, 1.0), 0.4, &["0.1", "1", "10"]);
        assert_log((-7.0, 1.0), 1.7, &["1e-6", "0.0001", "0.01", "1"]);
        // From 1.1 to 1.9 there is none of those.
        assert_log((0.05, 0.28), 0.05, &["1.2", "1.4", "1.6", "1.8"]);
        assert!(log_marks((f64::NAN, 1.0), 0.1).is_empty());
        assert!(Scale::Log.place(0.0).is_nan() && Scale::Log.place(-1.0).is_nan());
    }
}
