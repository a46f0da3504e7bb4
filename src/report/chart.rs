//! Charts: curves, clouds and squares over two axes, drawn as SVG by `plotters`, with
//! title, legend and notes around them. Which ones there are is decided elsewhere.

use std::ops::Range;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::axis::Axis;
use super::error::ReportError;
use super::ink::{Ink, themed};
use super::markup::{Html, markup};
use super::series::{Point, has_place, sparse, stretches};

/// Units of the drawing to a px of the page: the library rounds to whole units.
const SCALE: u32 = 4;

/// The library writes sizes of letters divided by this.
const LETTER: f64 = 1.24;

/// Around the plotted area, in px: above, right, below, left.
const FRAME: [u32; 4] = [24, 14, 36, 48];

/// Cells of a cloud in px: below them a dot hides the next.
const CELL: u32 = 3;

/// Any value.
pub(super) const FREE: Range<f64> = f64::NEG_INFINITY..f64::INFINITY;

/// Values that cannot be negative.
pub(super) const POSITIVE: Range<f64> = 0.0..f64::INFINITY;

/// Percentages.
pub(super) const PERCENT: Range<f64> = 0.0..100.0;

/// How points are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A curve.
    Line,
    /// A curve that stays in the background.
    Faint,
    /// A line of dashes.
    Dashes,
    /// A cloud.
    Dots,
    /// Squares, each by itself.
    Squares,
    /// Diamonds, each by itself.
    Diamonds,
    /// Rings around points of another series.
    Rings,
}

impl Shape {
    fn name(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Faint => "faint",
            Self::Dashes => "dashes",
            Self::Dots => "dots",
            Self::Squares => "squares",
            Self::Diamonds => "diamonds",
            Self::Rings => "rings",
        }
    }
}

/// One series of a chart.
#[derive(Clone, Debug)]
pub(super) struct Series {
    /// For the legend.
    pub(super) name: String,
    pub(super) shape: Shape,
    pub(super) ink: Ink,
    pub(super) points: Vec<Point>,
}

impl Series {
    pub(super) fn new(name: &str, shape: Shape, ink: Ink, points: Vec<Point>) -> Self {
        Self { name: name.to_owned(), shape, ink, points }
    }
}

/// A chart before it is drawn.
#[derive(Clone, Debug)]
pub(super) struct Chart {
    pub(super) title: &'static str,
    /// What x counts, with its unit.
    pub(super) x_unit: &'static str,
    /// What y counts, with its unit.
    pub(super) y_unit: &'static str,
    /// Between which y can lie.
    pub(super) y_bounds: Range<f64>,
    /// Width and height in px.
    pub(super) size: (u32, u32),
    /// From the back to the front.
    pub(super) series: Vec<Series>,
    /// Why there is nothing yet.
    pub(super) empty: String,
    /// Below the drawing.
    pub(super) note: String,
}

/// The common size of a chart in px.
pub(super) const SMALL: (u32, u32) = (416, 240);

impl Chart {
    /// The chart as a figure, or the reason why there is nothing to draw.
    pub(super) fn figure(&self) -> Result<Html, ReportError> {
        let all = || self.series.iter().flat_map(|series| &series.points);
        let placed = || all().filter(|point| has_place(point));
        let x = Axis::over(placed().map(|point| point.0), 6, POSITIVE);
        let y = Axis::over(placed().map(|point| point.1), 5, self.y_bounds.clone());
        let left_out = all().count() - placed().count();
        let (Some(x), Some(y)) = (x, y) else {
            let reason = match left_out {
                0 => self.empty.clone(),
                n => format!("None of {} values is finite.", super::words::grouped(n as u64)),
            };
            return Ok(markup!(
                "<figure><figcaption><h3>{}</h3></figcaption><p class=\"empty\">{}</p></figure>\n",
                self.title,
                reason
            ));
        };
        let drawing = self.drawing(x, y).map_err(|error| ReportError::Chart {
            chart: self.title.to_owned(),
            reason: error.to_string(),
        })?;
        Ok(markup!(
            "<figure><figcaption><h3>{}</h3><span class=\"legend\">{}</span></figcaption>\n{}{}</figure>\n",
            self.title,
            self.legend(),
            drawing,
            self.notes(left_out)
        ))
    }

    fn legend(&self) -> Html {
        let named = self.series.iter().filter(|s| !s.name.is_empty() && !s.points.is_empty());
        named
            .map(|series| {
                markup!(
                    "<span><i class=\"key {} {}\"></i>{}</span> ",
                    series.shape.name(),
                    series.ink.name(),
                    series.name
                )
            })
            .collect()
    }

    fn notes(&self, left_out: usize) -> Html {
        let missing = match left_out {
            0 => String::new(),
            1 => "One value that is not finite is left out.".to_owned(),
            n => format!(
                "{} values that are not finite are left out.",
                super::words::grouped(n as u64)
            ),
        };
        let notes = [self.note.as_str(), &missing].map(str::trim).join(" ");
        if notes.trim().is_empty() {
            Html::default()
        } else {
            markup!("<p class=\"note\">{}</p>", notes.trim())
        }
    }

    fn drawing(&self, x: Axis, y: Axis) -> Result<Html, Box<dyn std::error::Error>> {
        let (width, height) = (self.size.0 * SCALE, self.size.1 * SCALE);
        let mut text = String::new();
        {
            let root = SVGBackend::with_string(&mut text, (width, height)).into_drawing_area();
            self.draw(&root, x, y).map_err(|error| error.to_string())?;
            root.present().map_err(|error| error.to_string())?;
        }
        // The library's own root element has fixed sizes: one that fits the page takes its place.
        let inner = text.split_once('>').map_or("", |(_, rest)| rest);
        let inner = inner.rsplit_once("</svg>").map_or(inner, |(inner, _)| inner);
        Ok(markup!(
            "<svg class=\"chart\" viewBox=\"0 0 {} {}\" style=\"--width:{}px\" role=\"img\" aria-label=\"{}: {} by {}\">{}</svg>",
            width as usize,
            height as usize,
            self.size.0 as usize,
            self.title,
            self.y_unit,
            self.x_unit,
            Html::trusted(themed(inner))
        ))
    }

    fn draw(&self, root: &Area<'_>, x: Axis, y: Axis) -> Drawn {
        let [above, right, below, left] = FRAME.map(|px| px * SCALE);
        let mut chart = ChartBuilder::on(root)
            .margin_top(above)
            .margin_right(right)
            .x_label_area_size(below)
            .y_label_area_size(left)
            .build_cartesian_2d(x, y)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(Ink::Line.color().stroke_width(SCALE))
            .axis_style(Ink::Line.color().stroke_width(SCALE))
            .set_all_tick_mark_size(5 * SCALE)
            .x_label_formatter(&|value| x.label(*value))
            .y_label_formatter(&|value| y.label(*value))
            .label_style(letters())
            .draw()?;
        let (width, height) = (self.size.0 * SCALE, self.size.1 * SCALE);
        let corner = |h, v| letters().pos(Pos::new(h, v));
        root.draw(&Text::new(self.y_unit, (0, 0), corner(HPos::Left, VPos::Top)))?;
        let end = ((width - right) as i32, (height - SCALE) as i32);
        root.draw(&Text::new(self.x_unit, end, corner(HPos::Right, VPos::Bottom)))?;
        let plotted = (self.size.0 - FRAME[1] - FRAME[3], self.size.1 - FRAME[0] - FRAME[2]);
        for series in &self.series {
            draw_series(&mut chart, series, plotted, (x, y))?;
        }
        Ok(())
    }
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
type Plot<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<Axis, Axis>>;
type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

fn letters() -> TextStyle<'static> {
    ("sans-serif", 11.0 * f64::from(SCALE) * LETTER).into_font().color(&Ink::Muted.color())
}

/// Draws one series; `plotted` is the size of the plotted area in px.
fn draw_series(
    chart: &mut Plot<'_, '_>,
    series: &Series,
    plotted: (u32, u32),
    (x, y): (Axis, Axis),
) -> Drawn {
    let color = series.ink.color();
    let points = || series.points.iter().filter(|point| has_place(point)).copied();
    let cells = ((plotted.0 / CELL) as usize, (plotted.1 / CELL) as usize);
    let radius = |px: f64| (px * f64::from(SCALE)).round() as i32;
    match series.shape {
        Shape::Line | Shape::Faint => {
            let (width, opacity) = if series.shape == Shape::Line { (7, 1.0) } else { (4, 0.45) };
            let style = color.mix(opacity).stroke_width(width);
            for stretch in stretches(&series.points, &x, plotted.0 as usize) {
                if let [alone] = stretch[..] {
                    chart.draw_series([Circle::new(
                        alone,
                        radius(3.0),
                        color.mix(opacity).filled(),
                    )])?;
                } else {
                    chart.draw_series([PathElement::new(stretch, style)])?;
                }
            }
        }
        Shape::Dashes => {
            let style = color.stroke_width(SCALE);
            chart.draw_series(DashedLineSeries::new(points(), radius(4.0), radius(4.0), style))?;
        }
        Shape::Dots => {
            let dots = sparse(&series.points, &x, &y, cells).into_iter();
            chart.draw_series(
                dots.map(|at| Circle::new(at, radius(2.5), color.mix(0.75).filled())),
            )?;
        }
        Shape::Squares => {
            let r = radius(4.0);
            let square =
                |at| EmptyElement::at(at) + Rectangle::new([(-r, -r), (r, r)], color.filled());
            let squares = sparse(&series.points, &x, &y, cells).into_iter();
            chart.draw_series(squares.map(square))?;
        }
        Shape::Diamonds => {
            let r = radius(5.0);
            let corners = move || vec![(-r, 0), (0, -r), (r, 0), (0, r)];
            let diamond = |at| EmptyElement::at(at) + Polygon::new(corners(), color.filled());
            chart.draw_series(points().map(diamond))?;
        }
        Shape::Rings => {
            let style = color.stroke_width(2 * SCALE);
            chart.draw_series(points().map(|at| Circle::new(at, radius(5.0), style)))?;
        }
    }
    Ok(())
}
