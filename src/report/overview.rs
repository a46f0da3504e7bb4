//! The head of the report: which run this is, how it stands and how long its phases took. What came
//! out of it in a few numbers is made elsewhere.

use super::Source;
use super::cards::cards;
use super::markup::{Html, markup};
use super::standing::{Standing, has_scratch, only_scratch};
use super::words::{self, DASH};
use crate::protocol::RunState;
use crate::protocol::facts::{Origin, Phase, RunStart};

/// What the page is.
pub(super) fn kind(state: &RunState) -> &'static str {
    if only_scratch(state) { "SGNAS training report" } else { "SGNAS search report" }
}

/// The top of the page.
pub(super) fn header(state: &RunState, source: Source<'_>) -> Html {
    let standing = Standing::of(state, source);
    let message = match &standing {
        Standing::Failed(message) => {
            markup!("<p class=\"failure\"><b>Failed:</b> {}</p>\n", message)
        }
        Standing::Stopped => markup!(
            "<p class=\"hint\">The run was stopped before its end. <code>sgnas {} --resume</code> with its folder goes on from the last checkpoint{}.</p>\n",
            if only_scratch(state) { "train" } else { "search" },
            saved(state)
        ),
        _ => Html::default(),
    };
    markup!(
        "<header>\n<div class=\"title\"><h1>{}</h1><span class=\"state {}\">{}</span>{}</div>\n<p class=\"subtitle\">{}</p>\n{}{}{}{}</header>\n<main>\n",
        source.name,
        standing.word().replace(' ', "-"),
        standing.word(),
        links(state),
        kind(state),
        message,
        state.start.as_ref().map_or_else(Html::default, facts),
        cards(state, &standing),
        phases(state, &standing)
    )
}

/// To the sections that there are.
fn links(state: &RunState) -> Html {
    let warnings = words::several(state.warnings.len(), "warning", "warnings");
    let searched = !only_scratch(state);
    let links = [
        ("networks", "networks", searched),
        ("supernet", "supernet", searched),
        ("generator", "generator", searched),
        ("scratch", "from scratch", has_scratch(state)),
        ("warnings", &warnings, !state.warnings.is_empty()),
        ("configuration", "configuration", state.start.is_some()),
    ];
    let links = links.into_iter().filter(|(_, _, there)| *there);
    let links = links.map(|(id, name, _)| markup!("<a href=\"#{}\">{}</a> ", id, name));
    markup!("<nav>{}</nav>", links.collect::<Html>())
}

fn saved(state: &RunState) -> String {
    state.saved.map_or_else(String::new, |(phase, step)| {
        format!(" (phase {}, step {})", phase.label(), words::grouped(step))
    })
}

/// Preset, data, device and space.
fn facts(start: &RunStart) -> Html {
    let general = &start.config.general;
    let [channels, height, width] = start.data.shape;
    let data = markup!(
        "<span class=\"clamp\">{}</span> <small>{} of {} \u{d7} {} px, {}; images: {} for weights, {} for the generator, {} to test</small>",
        start.data.name,
        words::several(channels, "channel", "channels"),
        height,
        width,
        words::several(start.data.classes.len(), "class", "classes"),
        words::grouped(start.data.weight_images as u64),
        words::grouped(start.data.generator_images as u64),
        words::grouped(start.data.test_images as u64)
    );
    let device = &start.device;
    let kernels = format!("kernels: {}", device.kernels);
    let kernels = if device.kernels.is_empty() { "" } else { &kernels };
    let about = [&*device.kind, &*device.backend, &*device.driver, kernels];
    let about: Vec<&str> = about.into_iter().filter(|part| !part.is_empty()).collect();
    let space = &start.space;
    let rows = [
        ("preset", markup!("<span class=\"clamp\">{}</span>", general.preset)),
        ("seed", markup!("{}", general.seed.to_string())),
        ("data", data),
        (
            "device",
            markup!(
                "<span class=\"clamp\">{}</span> <small class=\"clamp\">{}</small>",
                device.name,
                about.join(", ")
            ),
        ),
        (
            "space",
            markup!(
                "{} <small>about 10<sup>{}</sup> architectures of {} to {} MACs, {} to {} parameters</small>",
                words::several(space.layers, "searched layer", "searched layers"),
                format!("{:.0}", space.log10_size),
                words::short(space.macs[0]),
                words::short(space.macs[1]),
                words::short(space.params[0]),
                words::short(space.params[1])
            ),
        ),
        ("constraint", markup!("{}", words::counted(general.constraint))),
    ];
    let rows = rows
        .into_iter()
        .map(|(name, value)| markup!("<div><dt>{}</dt><dd>{}</dd></div>\n", name, value));
    markup!("<dl class=\"facts\">\n{}</dl>\n", rows.collect::<Html>())
}

/// The phases with what they did and how long they took.
fn phases(state: &RunState, standing: &Standing) -> Html {
    let mut all = Vec::new();
    if !only_scratch(state) {
        all.extend([Phase::Supernet, Phase::Generator, Phase::Evaluate]);
    }
    if has_scratch(state) {
        all.push(Phase::Scratch);
    }
    let row = |phase: Phase| {
        let (class, time) = match state.phase(phase) {
            None => ("ahead", DASH.to_owned()),
            Some(known) => match known.seconds {
                Some(seconds) => ("done", words::duration(seconds)),
                None if *standing == Standing::Running => ("now", "running".to_owned()),
                None => ("broken", "incomplete".to_owned()),
            },
        };
        markup!(
            "<li class=\"{}\"><b>{}</b><span>{}</span><small>{}</small></li>\n",
            class,
            phase.label(),
            time,
            progress(state, phase)
        )
    };
    markup!("<ol class=\"phases\">\n{}</ol>\n", all.into_iter().map(row).collect::<Html>())
}

fn progress(state: &RunState, phase: Phase) -> String {
    let config = state.start.as_ref().map(|start| &start.config);
    let epochs = |done: Option<u64>, of: Option<u64>| match (done, of) {
        (None, Some(of)) => words::several(of as usize, "epoch", "epochs") + " planned",
        (Some(last), Some(of)) => {
            format!("{} of {} epochs", words::grouped(last.saturating_add(1)), words::grouped(of))
        }
        (Some(last), None) => words::several((last as usize).saturating_add(1), "epoch", "epochs"),
        (None, None) => String::new(),
    };
    match phase {
        Phase::Supernet => epochs(
            state.supernet_epochs.last().map(|epoch| epoch.epoch),
            config.map(|config| config.supernet.epochs),
        ),
        Phase::Generator => epochs(
            state.generator_epochs.last().map(|epoch| epoch.epoch),
            config.map(|config| config.generator.epochs),
        ),
        Phase::Evaluate => {
            let count = |origin| state.evaluated(origin).count() as u64;
            let (generated, random) = (count(Origin::Generated), count(Origin::Random));
            format!(
                "{} generated, {} random networks",
                words::grouped(generated),
                words::grouped(random)
            )
        }
        Phase::Scratch => epochs(
            state.scratch_epochs.last().map(|epoch| epoch.epoch),
            config.map(|config| config.scratch.epochs),
        ),
    }
}
