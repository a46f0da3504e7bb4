//! One plot of the pane: its curves, raw faint under smoothed, and what they say at the cursor.

use std::collections::{BTreeMap, BTreeSet};

use eframe::egui::{Id, RichText, Stroke, Ui};
use egui_plot::{LineStyle, VLine};

use super::axis::Axis;
use super::charts::Chart;
use crate::protocol::facts::Phase;
use crate::studio::curve::{self, Curve};
use crate::studio::series::nearest;
use crate::studio::theme::Tokens;
use crate::studio::widgets::plot::{self, Scale};

/// Curves by phase and name, as far as they are known.
pub(super) type Curves = BTreeMap<(Phase, &'static str), Curve>;

/// Values at the cursor are written as if ticks lay so far apart.
const DIGITS: f64 = 0.001;
/// Below this breadth a heading is short, points.
const NARROW: f32 = 480.0;
/// A curve on a logarithmic axis is thinned in so many parts, each for itself.
const PARTS: usize = 16;

/// What all plots of the pane share.
pub(super) struct Shared<'a> {
    pub(super) phase: Phase,
    pub(super) axis: Axis,
    pub(super) x_scale: Scale,
    pub(super) smoothing: f64,
    pub(super) curves: &'a Curves,
    /// The group of plots that move together along x.
    pub(super) group: Id,
    /// Where the cursor was in the frame before, on the x axis.
    pub(super) cursor: Option<f64>,
    /// The plots that have it, which all tell their values there.
    pub(super) charts: &'a [Chart<'a>],
}

/// Draws a plot in all the room of `ui`, the x axis and its name, the latter in `foot` points, below the
/// one that has any; where the pointer is over it, on the x axis.
pub(super) fn show(
    ui: &mut Ui,
    tokens: &Tokens,
    (chart, foot): (&Chart<'_>, f32),
    of: &Shared<'_>,
    hidden: &mut BTreeSet<String>,
) -> Option<f64> {
    let series: Vec<plot::Named> =
        chart.curves.iter().map(|curve| (curve.name.to_owned(), curve.ink)).collect();
    let wide = ui.available_width() >= NARROW;
    let heading = if wide { chart.heading } else { chart.short };
    plot::heading(ui, tokens, heading, &series, hidden);
    plot::quiet(ui, tokens);
    let pixels = ui.available_width().max(1.0) as usize;
    let x = (of.x_scale, plot::number as plot::Label);
    // Another axis has another zoom.
    let name = format!("{} {} {}", chart.short, of.axis.x.name(), of.x_scale.name());
    let mut shown = plot::plot(&name, tokens, x, (chart.scale, chart.label))
        .height(ui.available_height() - foot)
        .show_axes([foot > 0.0, true])
        .link_axis(of.group, [true, false]);
    if of.x_scale == Scale::Linear {
        shown = shown.include_x(0.0);
    }
    let response = shown.show(ui, |plot| {
        let bounds = plot.plot_bounds();
        let all = plot.auto_bounds().x;
        let whole = (f64::NEG_INFINITY, f64::INFINITY);
        let range = if all { whole } else { (bounds.min()[0], bounds.max()[0]) };
        for curve in chart.curves.iter().filter(|curve| !hidden.contains(curve.name)) {
            let Some(own) = of.curves.get(&(of.phase, curve.name)) else { continue };
            let drawn = |line: &curve::Line| {
                let points = thinned(line, range, of.x_scale, pixels);
                placed(points, of.x_scale, chart.scale)
            };
            let bold = if curve.noisy && of.smoothing > 0.0 {
                let faint = Stroke::new(1.0, curve.ink.gamma_multiply(0.35));
                plot.line(plot::line(curve.name, drawn(own.raw()), faint));
                own.mean()
            } else {
                own.raw()
            };
            plot.line(plot::line(curve.name, drawn(bold), Stroke::new(1.8, curve.ink)));
        }
        if let Some(x) = of.cursor {
            let stroke = Stroke::new(1.0, tokens.muted);
            let line = VLine::new("", x).stroke(stroke).style(LineStyle::dashed_dense());
            plot.vline(line.allow_hover(false));
        }
        plot.pointer_coordinate()
    });
    if foot > 0.0 {
        plot::foot(ui, tokens, &of.axis.name());
    }
    let at = response.inner.filter(|_| response.response.hovered())?.x;
    ui.ctx().request_repaint();
    let text = values(of, of.x_scale.value(at));
    response.response.on_hover_ui_at_pointer(|ui| {
        ui.label(RichText::new(text));
    });
    Some(at)
}

/// The points of a curve that are to be drawn; `range` is in places on the axis. On a logarithmic
/// one the few points at the left have as much room as all others, so it is thinned in parts.
fn thinned(
    line: &curve::Line,
    (from, to): (f64, f64),
    scale: Scale,
    pixels: usize,
) -> Vec<[f64; 2]> {
    if scale == Scale::Linear {
        return line.between((from, to), pixels);
    }
    let x = |point: Option<&[f64; 2]>| point.map_or(f64::NAN, |point| scale.place(point[0]));
    let (from, to) = (from.max(x(line.points().first())), to.min(x(line.points().last())));
    let at = |i: usize| scale.value(from + (to - from) * i as f64 / PARTS as f64);
    let mut points = Vec::new();
    for i in 0..PARTS {
        let part = line.between((at(i), at(i + 1)), pixels / PARTS + 1);
        let before = points.last().map_or(f64::NEG_INFINITY, |last: &[f64; 2]| last[0]);
        points.extend(part.into_iter().filter(|point| point[0] > before));
    }
    points
}

/// Where points lie on the axes; those that have no place are left out.
fn placed(mut points: Vec<[f64; 2]>, x_scale: Scale, y_scale: Scale) -> Vec<[f64; 2]> {
    points.iter_mut().for_each(|[x, y]| (*x, *y) = (x_scale.place(*x), y_scale.place(*y)));
    points.retain(|point| point.iter().all(|place| place.is_finite()));
    points
}

/// What the curves of all plots say at a place on the x axis, a line each.
fn values(of: &Shared<'_>, x: f64) -> String {
    let mut lines = vec![of.axis.told(x)];
    for chart in of.charts {
        // A small learning rate has its figures farther behind the point.
        let digits = |value: f64| DIGITS.min(0.01 * value.abs());
        let told = |value: f64| format!("{}{}", (chart.label)(value, digits(value)), chart.unit);
        for curve in &chart.curves {
            let Some(own) = of.curves.get(&(of.phase, curve.name)) else { continue };
            let Some([_, raw]) = nearest(own.raw().points(), x) else { continue };
            match nearest(own.mean().points(), x).filter(|_| curve.noisy) {
                Some([_, mean]) => {
                    lines.push(format!("{}: {} (raw {})", curve.name, told(mean), told(raw)));
                }
                None => lines.push(format!("{}: {}", curve.name, told(raw))),
            }
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logarithmic_axis_shows_the_first_points_of_a_long_curve_too() {
        let mut curve = Curve::default();
        curve.follow(200_000, |i| [(i + 1) as f64, ((i * 7919) % 1013) as f64], 0.0);
        let whole = (f64::NEG_INFINITY, f64::INFINITY);
        let points = thinned(curve.raw(), whole, Scale::Log, 320);
        assert!(points.len() < 4 * 320, "{} points", points.len());
        assert!(points.windows(2).all(|pair| pair[0][0] < pair[1][0]));
        let early = points.iter().filter(|point| point[0] <= 100.0).count();
        assert!(early >= 100, "{early} of the first hundred");
        assert_eq!(points.last().map(|point| point[0]), Some(200_000.0));
        assert!(thinned(&curve::Line::default(), whole, Scale::Log, 320).is_empty());
    }
}
