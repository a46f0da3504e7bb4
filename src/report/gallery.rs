//! The drawings of a run's networks side by side, all on one scale.

use super::compare::evenly;
use super::markup::{Html, markup};
use super::strip::{Scale, strip, width};
use super::words;
use crate::protocol::RunState;
use crate::protocol::facts::Evaluated;
use crate::space::{Architecture, Part, PartCost};

/// Drawings on a page; beyond it they are taken evenly.
const DRAWINGS: usize = 48;

/// The strips of the networks.
pub(super) fn drawings(state: &RunState, networks: &[&Evaluated]) -> Html {
    let Some(start) = state.start.as_ref().filter(|_| !networks.is_empty()) else {
        return Html::default();
    };
    let space = start.config.space().map_err(|error| error.to_string()).and_then(|space| {
        space
            .for_data(start.data.shape, start.data.classes.len())
            .map_err(|error| error.to_string())
    });
    let space = match space {
        Ok(space) => space,
        Err(reason) => {
            return markup!("<p class=\"empty\">No drawings: {}.</p>\n", reason);
        }
    };
    let shown = evenly(networks, DRAWINGS);
    let breakdown = |architecture: &Architecture| {
        space.breakdown(architecture, false).map_err(|error| error.to_string())
    };
    let parts: Vec<Result<Vec<PartCost>, String>> =
        shown.iter().map(|one| breakdown(&one.architecture)).collect();
    let scale = Scale::over(parts.iter().flatten().flatten());
    let strips = shown
        .iter()
        .zip(&parts)
        .map(|(one, parts)| drawing(one, parts, scale, start.data.test_images));
    markup!(
        "<h3 class=\"above\">Architectures</h3>\n<p class=\"legend\">{}<span><i class=\"key skip\"></i>skipped</span> <span><i class=\"key stride\"></i>stride 2</span> <span><i class=\"key pointwise\"></i>pointwise MACs</span> <span><i class=\"key depthwise\"></i>depthwise MACs</span> <span>kernels of the six parts of each searched layer; bars all on one scale{}</span></p>\n<div class=\"strips\" style=\"--strip:{}px\">\n{}</div>\n{}",
        ["3", "5", "7"].into_iter().map(kernel_key).collect::<Html>(),
        fixed(&parts),
        width(space.layers().len()) + 34,
        strips.collect::<Html>(),
        words::left_out(shown.len(), networks.len(), "drawn")
    )
}

fn kernel_key(kernel: &str) -> Html {
    markup!("<span><i class=\"key k{}\">{}</i>{} \u{d7} {}</span> ", kernel, kernel, kernel, kernel)
}

/// What the drawings do not show: the parts outside the searched layers.
fn fixed(parts: &[Result<Vec<PartCost>, String>]) -> String {
    let Some(parts) = parts.iter().flatten().next() else {
        return String::new();
    };
    let outside = parts.iter().filter(|part| !matches!(part.part, Part::Layer(_)));
    let macs: u64 = outside.map(|part| part.cost().macs).sum();
    format!(", {} MACs more in the stem, first and last block of each", words::short(macs))
}

fn drawing(
    one: &Evaluated,
    parts: &Result<Vec<PartCost>, String>,
    scale: Scale,
    images: usize,
) -> Html {
    let title = match one.budget {
        Some(budget) => format!("Budget {}", words::short(budget)),
        None => "By hand".to_owned(),
    };
    let drawn = match parts {
        Ok(parts) => strip(parts, scale, &format!("{title}: kernels {}", one.architecture)),
        Err(reason) => markup!("<p class=\"empty\">Not drawn: {}.</p>\n", reason),
    };
    markup!(
        "<article class=\"panel\"><h4>{}<b>{}</b></h4><p class=\"costs\">{} MACs \u{b7} {} parameters</p>\n{}</article>\n",
        title,
        words::accuracy(one.accuracy, images),
        words::grouped(one.macs),
        words::grouped(one.params),
        drawn
    )
}
