//! What the search found: the generated networks as a table, beside random ones as a chart
//! (Fig. 6a of the paper), and each as a drawing.

use super::Source;
use super::chart::{Chart, PERCENT, Series, Shape};
use super::compare::{Randoms, cost, evenly, metric};
use super::error::ReportError;
use super::gallery::drawings;
use super::ink::Ink;
use super::markup::{Html, markup};
use super::series::Point;
use super::standing::Standing;
use super::words::{self, DASH};
use crate::protocol::RunState;
use crate::protocol::config::Decode;
use crate::protocol::facts::{Evaluated, Origin};
use crate::space::Metric;

/// Rows of the table, likewise.
const ROWS: usize = 1_000;

/// The generated networks and those asked for by hand.
pub(super) fn section(state: &RunState, source: Source<'_>) -> Result<Html, ReportError> {
    let standing = Standing::of(state, source);
    let mut networks: Vec<&Evaluated> = state.evaluated(Origin::Generated).collect();
    networks.sort_by_key(|one| one.budget);
    networks.extend(state.evaluated(Origin::User));
    let table = if networks.is_empty() {
        let why = standing.absent("Networks are listed", "the generator has answered a budget");
        markup!("<p class=\"empty\">{}</p>\n", why)
    } else {
        table(state, &networks)
    };
    Ok(markup!(
        "<section id=\"networks\">\n<h2>Networks</h2>\n<div class=\"beside\"><div class=\"panel\"><h3>Answers to budgets</h3>\n{}</div>\n<div class=\"panel\">{}</div></div>\n{}</section>\n",
        table,
        cloud(state, &standing).figure()?,
        drawings(state, &networks)
    ))
}

fn table(state: &RunState, networks: &[&Evaluated]) -> Html {
    let metric = metric(state);
    let images = state.start.as_ref().map_or(0, |start| start.data.test_images);
    let error = |one: &Evaluated| one.budget.map(|budget| cost(one, metric).abs_diff(budget));
    let least = networks.iter().filter_map(|one| error(one)).min();
    let best =
        networks.iter().map(|one| one.accuracy).filter(|a| a.is_finite()).fold(-1.0, f64::max);
    let shown = evenly(networks, ROWS);
    let randoms = Randoms::of(state);
    let rows = shown.iter().map(|one| {
        let accuracy_class = if one.accuracy == best { "best" } else { "" };
        let accuracy = markup!(
            "<td class=\"{}\">{}</td>",
            accuracy_class,
            words::accuracy(one.accuracy, images)
        );
        let random = randoms.like(one).map_or_else(
            || markup!("<td class=\"dim\" title=\"no random network costs as much\">{}</td>", DASH),
            |(accuracy, count)| {
                let count = format!("mean of {count}");
                markup!("<td class=\"dim\" title=\"{}\">{}</td>", count, words::percent(accuracy))
            },
        );
        let close = least.is_some() && error(one) == least && networks.len() > 1;
        markup!(
            "<tr>{}<td>{}</td><td>{}</td>{}{}</tr>\n",
            against_budget(one, metric, close),
            words::grouped(one.macs),
            words::grouped(one.params),
            accuracy,
            random
        )
    });
    let counted = words::counted(metric);
    markup!(
        "<div class=\"scroll\" tabindex=\"0\"><table class=\"results\">\n<thead><tr><th>budget<small>{}</small></th><th>used<small>% of budget</small></th><th>error<small>{}</small></th><th>MACs<small>multiply-adds</small></th><th>size<small>parameters</small></th><th>accuracy<small>on test images</small></th><th>random<small>like cost</small></th></tr></thead>\n<tbody>\n{}</tbody></table></div>\n{}<p class=\"note\">{}</p>\n",
        counted,
        counted,
        rows.collect::<Html>(),
        words::left_out(shown.len(), networks.len(), "listed"),
        explanation(state, images)
    )
}

/// Budget, share and error.
fn against_budget(one: &Evaluated, metric: Metric, close: bool) -> Html {
    let Some(budget) = one.budget else {
        return markup!("<th scope=\"row\">by hand</th><td>{}</td><td>{}</td>", DASH, DASH);
    };
    let cost = cost(one, metric);
    let share = if budget == 0 { f64::NAN } else { cost as f64 / budget as f64 };
    let mut class = String::new();
    if cost > budget {
        class.push_str("over");
    }
    if close {
        class.push_str(" best");
    }
    markup!(
        "<th scope=\"row\">{}</th><td>{}</td><td class=\"{}\">{}</td>",
        words::grouped(budget),
        words::percent(share),
        class,
        words::difference(cost, budget)
    )
}

fn explanation(state: &RunState, images: usize) -> String {
    let decode = match state.start.as_ref().map(|start| start.config.evaluate.decode) {
        Some(Decode::Budget) => "Decoded under the budget, which is never exceeded. ",
        Some(Decode::Argmax) => {
            "Decoded by argmax: the cost may exceed the budget (marked \u{25b2}). "
        }
        None => "",
    };
    format!(
        "{decode}Accuracy with weights inherited from the supernet on {}, \u{b1} one standard error. Random: mean of random networks within 10 % of the same cost. Bold: the most accurate, and the nearest to its budget.",
        words::several(images, "test image", "test images")
    )
}

/// Accuracy against cost.
fn cloud(state: &RunState, standing: &Standing) -> Chart {
    let metric = metric(state);
    let largest = state.evaluated.iter().map(|one| cost(one, metric)).max().unwrap_or(0);
    let (scale, x_unit) = match metric {
        Metric::Macs => (1e6, "M MACs"),
        Metric::Params if largest < 1_000_000 => (1e3, "k parameters"),
        Metric::Params => (1e6, "M parameters"),
    };
    let point = |one: &Evaluated| (cost(one, metric) as f64 / scale, one.accuracy * 100.0);
    let points = |origin| state.evaluated(origin).map(point).collect::<Vec<_>>();
    let mut answers: Vec<&Evaluated> = state.evaluated(Origin::Generated).collect();
    answers.sort_by_key(|one| one.budget);
    let generated: Vec<Point> = answers.into_iter().map(point).collect();
    let random = points(Origin::Random);
    let by_hand = points(Origin::User);
    let named = |name: &str, count: usize| format!("{name} ({})", words::grouped(count as u64));
    Chart {
        title: "Accuracy against cost",
        x_unit,
        y_unit: "accuracy, %",
        y_bounds: PERCENT,
        size: (500, 330),
        series: vec![
            Series::new(&named("random", random.len()), Shape::Dots, Ink::Random, random),
            Series::new("", Shape::Faint, Ink::Generated, generated.clone()),
            Series::new(
                &named("generated", generated.len()),
                Shape::Squares,
                Ink::Generated,
                generated,
            ),
            Series::new("by hand", Shape::Diamonds, Ink::Third, by_hand),
        ],
        empty: standing.absent("Networks appear", "the supernet and the generator are trained"),
        note: String::new(),
    }
}
