//! The pane "Accuracy against cost": random networks as dots, generated ones as squares joined in
//! the order of their budgets, the present budget as a dashed line with a ring on the network in
//! view. A click on a point brings its network into view.

use std::collections::BTreeSet;

use eframe::egui::{Color32, RichText, Stroke, Ui, pos2};
use egui_plot::{Line, LineStyle, MarkerShape, PlotPoint, PlotPoints, Points, VLine};

use super::Pane;
use crate::protocol::facts::{Evaluated, Origin};
use crate::protocol::quantity::{grouped, percent, short};
use crate::space::Metric;
use crate::studio::state::{Accuracy, OpenRun, Source, Studio};
use crate::studio::view::{View, Wish};
use crate::studio::widgets::plot::{self, Scale};
use crate::studio::widgets::{icon, note};

/// Farther than this from every point a pointer means none, points.
const REACH: f32 = 12.0;

/// The pane's own state.
#[derive(Default)]
pub(super) struct Scatter {
    /// What the x axis counts; `None` is the run's constraint.
    metric: Option<Metric>,
    /// Names of series that are not drawn.
    hidden: BTreeSet<String>,
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
        if run.state.evaluated.is_empty() {
            let text = "Networks appear here when the evaluation measures them: generated ones for each budget, and random ones to compare with.";
            note::centred(ui, view.tokens, text);
            return;
        }
        let metric = self.metric(run);
        draw(ui, view, run, metric, &mut self.hidden);
    }

    fn bar(&mut self, ui: &mut Ui, view: &View<'_>) {
        let Some(run) = &view.studio.run else { return };
        let metric = self.metric(run);
        icon::quiet_menu(ui, view.tokens, &format!("x: {metric}"), |ui| {
            for choice in [Metric::Macs, Metric::Params] {
                if ui.selectable_label(metric == choice, choice.to_string()).clicked() {
                    self.metric = Some(choice);
                    ui.close();
                }
            }
        });
    }
}

fn cost(one: &Evaluated, metric: Metric) -> u64 {
    match metric {
        Metric::Macs => one.macs,
        Metric::Params => one.params,
    }
}

fn draw(
    ui: &mut Ui,
    view: &View<'_>,
    run: &OpenRun,
    metric: Metric,
    hidden: &mut BTreeSet<String>,
) {
    let tokens = view.tokens;
    let place = |one: &Evaluated| [cost(one, metric) as f64, one.accuracy];
    let all = &run.state.evaluated;
    let of = |kind| -> Vec<[f64; 2]> {
        all.iter().filter(|one| one.kind == kind && one.accuracy.is_finite()).map(place).collect()
    };
    let (random, asked) = (of(Origin::Random), of(Origin::User));
    let mut generated: Vec<&Evaluated> = all
        .iter()
        .filter(|one| one.kind == Origin::Generated && one.accuracy.is_finite())
        .collect();
    generated.sort_by_key(|one| one.budget);
    let generated: Vec<[f64; 2]> = generated.into_iter().map(place).collect();
    let budget = match metric {
        Metric::Macs => view.studio.budget.macs,
        Metric::Params => view.studio.budget.params,
    };
    let ring = ring(view.studio, metric);
    let (label, unit): (plot::Label, &str) = match all.iter().map(|one| cost(one, metric)).max() {
        Some(most) if most >= 1_000_000 => (plot::millions, "M"),
        _ => (plot::thousands, "k"),
    };
    let count = |name: &str, points: &[[f64; 2]]| {
        (!points.is_empty()).then(|| format!("{name} ({})", grouped(points.len() as u64)))
    };
    let names = [
        (count("random", &random), tokens.random),
        (count("on request", &asked), tokens.accent),
        (count("generated", &generated), tokens.generated),
    ];
    let series: Vec<(String, Color32)> =
        names.iter().filter_map(|(name, ink)| Some((name.clone()?, *ink))).collect();
    plot::heading(ui, tokens, "accuracy, inherited weights, %", &series, hidden);
    let [random, asked, generated] =
        [(random, 0), (asked, 1), (generated, 2)].map(|(points, at)| match &names[at].0 {
            Some(name) if hidden.contains(name) => Vec::new(),
            _ => points,
        });
    plot::quiet(ui, tokens);
    let foot = 16.0;
    let x = (Scale::Linear, label);
    let response = plot::plot("scatter", tokens, x, (Scale::Linear, plot::percent))
        .height(ui.available_height() - foot)
        .show(ui, |plot| {
            let dots = |points| Points::new("", PlotPoints::from(points)).allow_hover(false);
            plot.points(dots(random).color(tokens.random).radius(2.6));
            plot.points(dots(asked).color(tokens.accent).radius(3.2));
            let thin = Stroke::new(1.0, tokens.generated.gamma_multiply(0.7));
            let joined = Line::new("", PlotPoints::from(generated.clone()));
            plot.line(joined.stroke(thin).allow_hover(false));
            let squares = dots(generated).shape(MarkerShape::Square);
            plot.points(squares.color(tokens.generated).radius(4.5));
            if let Some(budget) = budget {
                let stroke = Stroke::new(1.0, tokens.generated);
                let line = VLine::new("", budget as f64).stroke(stroke);
                plot.vline(line.style(LineStyle::dashed_dense()).allow_hover(false));
            }
            plot.response().hover_pos()
        });
    if let Some(at) = ring {
        let at = response.transform.position_from_point(&PlotPoint::from(at));
        if response.response.rect.contains(at) {
            ui.painter().circle_stroke(at, 8.0, Stroke::new(2.0, tokens.generated));
        }
    }
    let text = format!("{unit} {metric}");
    let at = pos2(ui.max_rect().right(), ui.max_rect().bottom());
    let font = crate::studio::theme::caption();
    ui.painter().text(at, eframe::egui::Align2::RIGHT_BOTTOM, text, font, tokens.muted);
    let Some(pointer) = response.inner else { return };
    let distance = |one: &&Evaluated| {
        let at = response.transform.position_from_point(&PlotPoint::from(place(one)));
        at.distance(pointer)
    };
    let nearest = all.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)));
    let Some(one) = nearest.filter(|one| distance(one) < REACH) else { return };
    if response.response.clicked() {
        let source = match one.budget {
            Some(budget) if one.kind == Origin::Generated => {
                Source::Generated(crate::space::Budget::new(metric, budget))
            }
            _ => Source::Picked,
        };
        view.wish(Wish::Show(one.architecture.clone(), source));
        view.wish(Wish::Pane("architecture"));
    }
    response.response.on_hover_ui_at_pointer(|ui| {
        ui.label(RichText::new(origin(one)).strong());
        let accuracy = format!("accuracy {}", percent(one.accuracy));
        ui.label(RichText::new(accuracy).small());
        let costs = format!("{} MACs · {} parameters", short(one.macs), short(one.params));
        ui.label(RichText::new(costs).small());
        ui.label(RichText::new(one.architecture.to_string()).small().color(tokens.muted));
    });
}

fn origin(one: &Evaluated) -> String {
    match (one.kind, one.budget) {
        (Origin::Random, _) => "random network".to_owned(),
        (Origin::Generated, Some(budget)) => format!("generated for {}", short(budget)),
        (Origin::Generated, None) => "generated".to_owned(),
        (Origin::User, _) => "measured on request".to_owned(),
    }
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
