//! Which curves each phase of a run has, read from its state. Nothing is drawn here.

use eframe::egui::Color32;

use crate::protocol::RunState;
use crate::protocol::facts::{GeneratorStep, Phase, ScratchEpoch, SupernetEpoch, SupernetStep};
use crate::protocol::progress::epoch_steps;
use crate::studio::theme::Tokens;
use crate::studio::widgets::plot::{self, Scale};

/// A series: its name, its colour, its points (epoch, value) by number, and whether it is noisy.
pub(super) struct Series<'a> {
    pub(super) name: &'static str,
    pub(super) ink: Color32,
    pub(super) count: usize,
    pub(super) at: Box<dyn Fn(usize) -> [f64; 2] + 'a>,
    pub(super) noisy: bool,
}

/// One of the two plots.
pub(super) struct Chart<'a> {
    pub(super) heading: &'static str,
    pub(super) label: plot::Label,
    pub(super) scale: Scale,
    pub(super) curves: Vec<Series<'a>>,
}

/// A list of which every entry is a point.
fn series<'a, T>(
    (name, ink, noisy): (&'static str, Color32, bool),
    list: &'a [T],
    point: impl Fn(&T) -> [f64; 2] + 'a,
) -> Series<'a> {
    let at = move |i| list.get(i).map_or([f64::NAN; 2], &point);
    Series { name, ink, count: list.len(), at: Box::new(at), noisy }
}

/// The curves of a phase, the loss on the scale `y`.
pub(super) fn charts<'a>(
    state: &'a RunState,
    phase: Phase,
    y: Scale,
    tokens: &Tokens,
) -> Vec<Chart<'a>> {
    let start = state.start.as_ref();
    let of_epoch = start.map_or(1, |start| epoch_steps(&start.config, &start.data, phase)) as f64;
    match phase {
        Phase::Supernet => {
            let steps = |name, ink, value: fn(&SupernetStep) -> f64| {
                series((name, ink, true), &state.supernet_steps, move |step| {
                    [(step.step + 1) as f64 / of_epoch, value(step)]
                })
            };
            let epochs = |name, ink, value: fn(&SupernetEpoch) -> f64| {
                series((name, ink, false), &state.supernet_epochs, move |epoch| {
                    [(epoch.epoch + 1) as f64, value(epoch)]
                })
            };
            let loss = vec![steps("loss", tokens.accent, |step| step.loss)];
            let accuracy = vec![
                steps("batches", tokens.random, |step| step.accuracy),
                epochs("random paths", tokens.accent, |epoch| epoch.mean),
                epochs("smallest", tokens.muted, |epoch| epoch.smallest),
                epochs("largest", tokens.warning, |epoch| epoch.largest),
            ];
            two(
                ("loss", y, loss),
                ("accuracy on batches, and on held-out images, %", plot::percent, accuracy),
            )
        }
        Phase::Generator | Phase::Evaluate => {
            let steps = |name, ink, noisy, value: fn(&GeneratorStep) -> f64| {
                series((name, ink, noisy), &state.generator_steps, move |step| {
                    [(step.step + 1) as f64 / of_epoch, value(step)]
                })
            };
            let loss = vec![steps("cross-entropy", tokens.accent, true, |step| step.ce)];
            let hardware = vec![
                steps("hardware loss", tokens.generated, true, |step| step.hardware),
                steps("temperature", tokens.warning, false, |step| step.tau),
            ];
            two(
                ("cross-entropy", y, loss),
                ("hardware loss and temperature", plot::number, hardware),
            )
        }
        Phase::Scratch => {
            let epochs = |name, ink, value: fn(&ScratchEpoch) -> f64| {
                series((name, ink, false), &state.scratch_epochs, move |epoch| {
                    [(epoch.epoch + 1) as f64, value(epoch)]
                })
            };
            let loss = vec![epochs("training loss", tokens.accent, |epoch| epoch.loss)];
            let accuracy = vec![epochs("test", tokens.generated, |epoch| epoch.accuracy)];
            two(("loss", y, loss), ("accuracy, %", plot::percent, accuracy))
        }
    }
}

type Below<'a> = (&'static str, plot::Label, Vec<Series<'a>>);

fn two<'a>(
    (heading, scale, curves): (&'static str, Scale, Vec<Series<'a>>),
    (below, label, others): Below<'a>,
) -> Vec<Chart<'a>> {
    vec![
        Chart { heading, label: plot::number, scale, curves },
        Chart { heading: below, label, scale: Scale::Linear, curves: others },
    ]
}
