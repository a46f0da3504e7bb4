//! The pane "Accuracy against cost": random networks as dots, generated ones as squares joined in
//! the order of their budgets, pinned ones under their letters, the Pareto front as steps, the
//! present budget as a dashed line with a ring on the network in view. A click on a point brings
//! its network into view; a box or a lasso selects networks to a list.

mod dots;
mod list;
mod select;

use std::collections::BTreeSet;

use eframe::egui::{
    self, Align2, Color32, Pos2, Response, RichText, Role, Stroke, Ui, WidgetInfo, pos2, vec2,
};
use egui_plot::{LineStyle, MarkerShape, PlotPoint, PlotPoints, PlotTransform, Points, VLine};

use self::dots::{Dot, Kind};
use self::list::Picked;
use self::select::{Form, Selection};
use super::Pane;
use crate::protocol::quantity::{grouped, percent, short};
use crate::space::Metric;
use crate::studio::backend::Request;
use crate::studio::state::{Accuracy, Generator, OpenRun, Studio};
use crate::studio::theme;
use crate::studio::view::{View, Wish};
use crate::studio::widgets::plot::{self, Scale};
use crate::studio::widgets::{icon, note, pinned, room};

/// Farther than this from every point a pointer means none, points.
const REACH: f32 = 12.0;
/// Below this breadth the header's controls are in a menu, points.
const NARROW: f32 = 400.0;
/// Least room of the cloud with its heading and its axis, points.
const LEAST: f32 = 150.0;
/// How many random networks are measured at a time.
const MORE: u64 = 100;

/// The pane's own state.
#[derive(Default)]
pub(super) struct Scatter {
    /// What the x axis counts; `None` is the run's constraint.
    metric: Option<Metric>,
    /// Names of series that are not drawn.
    hidden: BTreeSet<String>,
    /// What a drag selects, if it does not move the view.
    selection: Selection,
    /// What was selected, best first.
    picked: Vec<Picked>,
}

impl Scatter {
    fn metric(&self, run: &OpenRun) -> Metric {
        let own = run.state.start.as_ref().map(|start| start.config.general.constraint);
        self.metric.or(own).unwrap_or_default()
    }
}

impl Pane for Scatter {
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>) {
        let Some(run) = &view.studio.run else { return };
        let dots = dots::all(view.studio);
        if dots.is_empty() {
            let text = "Networks appear here when the evaluation measures them: generated ones for each budget, and random ones to compare with.";
            note::centred(ui, view.tokens, text);
            return;
        }
        let metric = self.metric(run);
        let room = ui.available_height();
        let for_list = match self.picked.len() {
            0 => 0.0,
            count => list::height(count).min(0.45 * room),
        };
        let all = ui.available_rect_before_wrap();
        let above = all.with_max_y(all.max.y - for_list);
        ui.scope_builder(egui::UiBuilder::new().max_rect(above), |ui| {
            room::at_least(ui, LEAST, |ui| self.draw(ui, view, &dots, metric));
        });
        if for_list > 0.0 {
            let below = all.with_min_y(above.max.y + 6.0);
            ui.scope_builder(egui::UiBuilder::new().max_rect(below), |ui| {
                if list::show(ui, view, &self.picked) {
                    self.picked.clear();
                }
            });
        }
    }

    fn csv(&self, view: &View<'_>) -> Option<String> {
        let dots = dots::all(view.studio);
        let own = dots.iter().filter(|dot| !matches!(dot.kind, Kind::Pinned(_)));
        let all: Vec<Picked> =
            own.map(|dot| Picked::of(dot, dots::source(view.studio, dot))).collect();
        (!all.is_empty()).then(|| list::csv(&all))
    }

    fn bar(&mut self, ui: &mut Ui, view: &View<'_>) {
        let Some(run) = &view.studio.run else { return };
        let metric = self.metric(run);
        // The title comes first where there is room for little more.
        let narrow = ui.available_width() < NARROW;
        let name = if narrow { "more".to_owned() } else { format!("x: {metric}") };
        icon::quiet_menu(ui, view.tokens, &name, |ui| {
            for choice in [Metric::Macs, Metric::Params] {
                let text = format!("x: {choice}");
                if ui.selectable_label(metric == choice, text).clicked() {
                    self.metric = Some(choice);
                    ui.close();
                }
            }
            if narrow {
                ui.separator();
                self.tools(ui, view);
            }
        });
        if !narrow {
            self.tools(ui, view);
        }
    }
}

impl Scatter {
    /// What a drag does, and more random networks.
    fn tools(&mut self, ui: &mut Ui, view: &View<'_>) {
        let form = self.selection.form;
        let (text, hint, next) = match form {
            Some(_) => ("move", "Let a drag move the view again", None),
            None => ("select", "Let a drag select networks to a list", Some(Form::Box)),
        };
        if icon::quiet(ui, view.tokens, text, false).on_hover_text(hint).clicked() {
            self.selection.choose(next);
            ui.close();
        }
        let other = match form {
            Some(Form::Box) => Some(("lasso", "Select by a line around networks", Form::Lasso)),
            Some(Form::Lasso) => Some(("box", "Select by a box over networks", Form::Box)),
            None => None,
        };
        if let Some((text, hint, next)) = other
            && icon::quiet(ui, view.tokens, text, false).on_hover_text(hint).clicked()
        {
            self.selection.choose(Some(next));
            ui.close();
        }
        more(ui, view);
    }
}

/// The button that measures more random networks, or stops that.
fn more(ui: &mut Ui, view: &View<'_>) {
    let studio = view.studio;
    if studio.drawing > 0 {
        let text = format!("stop, {} left", studio.drawing);
        let stop = icon::quiet(ui, view.tokens, &text, false);
        if stop.on_hover_text("Measure no more random networks").clicked() {
            view.wish(Wish::Ask(Request::Draw { first: 0, count: 0 }));
        }
    } else if studio.generator == Generator::Ready {
        let add = icon::quiet(ui, view.tokens, &format!("+{MORE} random"), false);
        let hint = format!("Measure {MORE} more random networks with inherited weights");
        if add.on_hover_text(hint).clicked() {
            let first = studio.drawn.len() as u64;
            view.wish(Wish::Ask(Request::Draw { first, count: MORE }));
        }
    }
}

/// The series of the cloud, by kind of their dots, in the order of the legend.
struct Series {
    name: &'static str,
    ink: Color32,
    points: Vec<[f64; 2]>,
}

impl Scatter {
    fn draw(&mut self, ui: &mut Ui, view: &View<'_>, dots: &[Dot<'_>], metric: Metric) {
        let tokens = view.tokens;
        let of = |kind: fn(Kind) -> bool| -> Vec<[f64; 2]> {
            let some = dots.iter().filter(|dot| kind(dot.kind));
            some.map(|dot| dot.place(metric)).collect()
        };
        let (label, unit): (plot::Label, &str) =
            match dots.iter().map(|dot| dot.cost.get(metric)).max() {
                Some(most) if most >= 1_000_000 => (plot::millions, "M"),
                _ => (plot::thousands, "k"),
            };
        // Weights that were trained alone are another game.
        let front = dots::front(of(|kind| kind != Kind::Scratch));
        let series = |name, ink, points| Series { name, ink, points };
        let all = [
            series("random", tokens.random, of(|kind| kind == Kind::Random)),
            series("on request", tokens.accent, of(|kind| kind == Kind::Asked)),
            series("generated", tokens.generated, by_budget(dots, metric)),
            series("from scratch", tokens.text, of(|kind| kind == Kind::Scratch)),
            series("front", tokens.muted, front),
        ];
        let named: Vec<plot::Named> = all
            .iter()
            .filter(|series| !series.points.is_empty())
            .map(|one| (format!("{} ({})", one.name, grouped(one.points.len() as u64)), one.ink))
            .collect();
        plot::heading(ui, tokens, "accuracy on test images, %", &named, &mut self.hidden);
        let hidden = &self.hidden;
        let [random, asked, generated, scratch, front] =
            all.map(|series| if hidden.contains(series.name) { Vec::new() } else { series.points });
        plot::quiet(ui, tokens);
        let foot = 16.0;
        let x = (Scale::Linear, label);
        let budget = match metric {
            Metric::Macs => view.studio.budget.macs,
            Metric::Params => view.studio.budget.params,
        };
        let response = plot::plot("scatter", tokens, x, (Scale::Linear, plot::percent))
            .height(ui.available_height() - foot)
            .allow_drag(self.selection.form.is_none())
            .show(ui, |plot| {
                let dots = |points| Points::new("", PlotPoints::from(points)).allow_hover(false);
                plot.points(dots(random).color(tokens.random).radius(2.6));
                plot.points(dots(asked).color(tokens.accent).radius(3.2));
                let thin = Stroke::new(1.0, tokens.generated.gamma_multiply(0.7));
                plot.line(plot::line("", generated.clone(), thin));
                let squares = dots(generated).shape(MarkerShape::Square);
                plot.points(squares.color(tokens.generated).radius(4.5));
                let diamonds = dots(scratch).shape(MarkerShape::Diamond);
                plot.points(diamonds.color(tokens.text).radius(6.0));
                if let Some(budget) = budget {
                    let stroke = Stroke::new(1.0, tokens.generated);
                    let line = VLine::new("", budget as f64).stroke(stroke);
                    plot.vline(line.style(LineStyle::dashed_dense()).allow_hover(false));
                }
                plot.response().hover_pos()
            });
        let (transform, pointer) = (response.transform, response.inner);
        let spoken = format!("{} networks, accuracy against {metric}", grouped(dots.len() as u64));
        response.response.widget_info(|| WidgetInfo::labeled(Role::Image, true, spoken.as_str()));
        stairs(ui, view, &front, &transform);
        over(ui, view, dots, metric, &transform);
        let text = format!("{unit} {metric}");
        let corner = pos2(ui.max_rect().right(), ui.max_rect().bottom());
        ui.painter().text(corner, Align2::RIGHT_BOTTOM, text, theme::caption(), tokens.muted);
        let shown: Vec<&Dot<'_>> =
            dots.iter().filter(|dot| !hidden.contains(series_of(dot.kind))).collect();
        if let Some(region) = self.selection.follow(ui, tokens, &response.response) {
            self.select(view, &shown, |dot| region.contains(at(dot, metric, &transform)));
        }
        if !self.selection.under_way() {
            point(view, &shown, metric, (&response.response, &transform), pointer);
        }
    }

    /// Takes the dots for which `inside` holds to the list.
    fn select(&mut self, view: &View<'_>, dots: &[&Dot<'_>], inside: impl Fn(&Dot<'_>) -> bool) {
        // A pinned network lies on a dot of its own.
        let own = dots.iter().filter(|dot| !matches!(dot.kind, Kind::Pinned(_)));
        let inside = own.filter(|dot| inside(dot));
        self.picked = inside.map(|dot| Picked::of(dot, dots::source(view.studio, dot))).collect();
        list::sort(&mut self.picked);
    }
}

/// The series that a dot is hidden with; pinned ones are never hidden.
fn series_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Random => "random",
        Kind::Asked => "on request",
        Kind::Generated(_) => "generated",
        Kind::Scratch => "from scratch",
        Kind::Pinned(_) => "pinned",
    }
}

/// The generated ones in the order of their budgets.
fn by_budget(dots: &[Dot<'_>], metric: Metric) -> Vec<[f64; 2]> {
    let mut generated: Vec<(Option<u64>, [f64; 2])> = dots
        .iter()
        .filter_map(|dot| match dot.kind {
            Kind::Generated(budget) => Some((budget, dot.place(metric))),
            _ => None,
        })
        .collect();
    generated.sort_by_key(|(budget, _)| *budget);
    generated.into_iter().map(|(_, place)| place).collect()
}

/// Where a dot lies on the screen.
fn at(dot: &Dot<'_>, metric: Metric, transform: &PlotTransform) -> Pos2 {
    transform.position_from_point(&PlotPoint::from(dot.place(metric)))
}

/// The front as steps: what accuracy each cost buys.
fn stairs(ui: &Ui, view: &View<'_>, front: &[[f64; 2]], transform: &PlotTransform) {
    let painter = ui.painter_at(*transform.frame());
    let place = |place: [f64; 2]| transform.position_from_point(&PlotPoint::from(place));
    for pair in dots::steps(front).windows(2) {
        let ends = [place(pair[0]), place(pair[1])];
        painter.line_segment(ends, Stroke::new(1.0, view.tokens.muted));
    }
}

/// What lies over the cloud: the ring around the network in view and the letters of pinned ones.
fn over(ui: &Ui, view: &View<'_>, dots: &[Dot<'_>], metric: Metric, transform: &PlotTransform) {
    let frame = transform.frame();
    let painter = ui.painter_at(frame.expand(10.0));
    for dot in dots {
        let Kind::Pinned(letter) = dot.kind else { continue };
        let place = at(dot, metric, transform);
        if frame.contains(place) {
            let up = place - vec2(0.0, 15.0);
            painter.line_segment([place, up], Stroke::new(1.5, view.tokens.text));
            pinned::badge(&painter, view.tokens, up, &letter.to_string());
        }
    }
    if let Some(place) = ring(view.studio, metric) {
        let place = transform.position_from_point(&PlotPoint::from(place));
        if frame.contains(place) {
            painter.circle_stroke(place, 8.0, Stroke::new(2.0, view.tokens.generated));
        }
    }
}

/// What the dot under the pointer says, and what a click on it does.
fn point(
    view: &View<'_>,
    dots: &[&Dot<'_>],
    metric: Metric,
    (response, transform): (&Response, &PlotTransform),
    pointer: Option<Pos2>,
) {
    let Some(pointer) = pointer else { return };
    let distance = |dot: &&&Dot<'_>| at(dot, metric, transform).distance(pointer);
    // Of those in one place the last lies on top.
    let nearest = dots.iter().rev().min_by(|a, b| distance(a).total_cmp(&distance(b)));
    let Some(dot) = nearest.filter(|dot| distance(dot) < REACH) else { return };
    let source = dots::source(view.studio, dot);
    if response.clicked() {
        view.wish(Wish::Show(dot.architecture.clone(), source));
        view.wish(Wish::Pane("architecture"));
    }
    response.clone().on_hover_ui_at_pointer(|ui| {
        ui.label(RichText::new(dot.origin(source)).strong());
        let accuracy = format!("accuracy {}", percent(dot.accuracy));
        ui.label(RichText::new(accuracy).small());
        let costs =
            format!("{} MACs · {} parameters", short(dot.cost.macs), short(dot.cost.params));
        ui.label(RichText::new(costs).small());
        let kernels = RichText::new(dot.architecture.to_string()).small();
        ui.label(kernels.color(view.tokens.muted));
    });
}

/// The place of the network in view; `None` while its accuracy is not known.
fn ring(studio: &Studio, metric: Metric) -> Option<[f64; 2]> {
    let network = studio.network.as_ref()?;
    match studio.accuracy(&network.architecture) {
        Accuracy::Known(accuracy) if accuracy.is_finite() => {
            Some([network.cost.get(metric) as f64, accuracy])
        }
        _ => None,
    }
}
