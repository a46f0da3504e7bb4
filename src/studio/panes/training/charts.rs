//! Which curves each phase of a run has, read from its state. Nothing is drawn here.

use eframe::egui::Color32;

use super::axis::Axis;
use crate::protocol::RunState;
use crate::protocol::facts::{GeneratorStep, Phase, ScratchEpoch, SupernetEpoch, SupernetStep};
use crate::studio::theme::Tokens;
use crate::studio::widgets::plot::{self, Scale};

/// A series: its name, its colour, its points (x, value) by number, and whether it is noisy.
pub(super) struct Series<'a> {
    pub(super) name: &'static str,
    pub(super) ink: Color32,
    pub(super) count: usize,
    pub(super) at: Box<dyn Fn(usize) -> [f64; 2] + 'a>,
    pub(super) noisy: bool,
}

/// One of the plots.
pub(super) struct Chart<'a> {
    pub(super) heading: &'static str,
    /// The heading where there is little room.
    pub(super) short: &'static str,
    pub(super) label: plot::Label,
    /// What stands behind a value, as in " %".
    pub(super) unit: &'static str,
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

/// The curves of a phase along an axis: its loss, then what is measured beside it, each with the
/// scale `y`, and last the learning rate.
pub(super) fn charts<'a>(
    state: &'a RunState,
    phase: Phase,
    axis: Axis,
    y: Scale,
    tokens: &Tokens,
) -> [Chart<'a>; 3] {
    let chart = |heading, short, curves| Chart {
        heading,
        short,
        label: plot::number as plot::Label,
        unit: "",
        scale: y,
        curves,
    };
    let shares = |heading, short, curves| Chart {
        heading,
        short,
        label: plot::percent as plot::Label,
        unit: " %",
        scale: y,
        curves,
    };
    let rate = |curve| chart("learning rate", "learning rate", vec![curve]);
    let lr = ("learning rate", tokens.warning, false);
    match phase {
        Phase::Supernet => {
            let all = &state.supernet_steps;
            let place = move |step: &SupernetStep| axis.step(step.step, step.seconds);
            let steps = |name, ink, value: fn(&SupernetStep) -> f64| {
                series((name, ink, true), all, move |step| [place(step), value(step)])
            };
            let time = move |wanted: u64| {
                let from = all.partition_point(|step| step.step < wanted);
                all.get(from).and_then(|step| step.seconds)
            };
            let epochs = |name, ink, value: fn(&SupernetEpoch) -> f64| {
                series((name, ink, false), &state.supernet_epochs, move |epoch| {
                    [axis.epoch(epoch.epoch, time), value(epoch)]
                })
            };
            let accuracy = vec![
                steps("batches", tokens.random, |step| step.accuracy),
                epochs("random paths", tokens.accent, |epoch| epoch.mean),
                epochs("smallest", tokens.text, |epoch| epoch.smallest),
                epochs("largest", tokens.warning, |epoch| epoch.largest),
            ];
            let mut on = "loss";
            let mut loss = vec![steps("loss", tokens.accent, |step| step.loss)];
            if state.supernet_epochs.iter().any(|epoch| epoch.loss.is_some()) {
                let held_out = |epoch: &SupernetEpoch| epoch.loss.unwrap_or(f64::NAN);
                loss.push(epochs("held-out", tokens.text, held_out));
                on = "loss on batches, and of random paths on held-out images";
            }
            let heading = "accuracy on batches, and on held-out images, %";
            [
                chart(on, "loss", loss),
                shares(heading, "accuracy, %", accuracy),
                rate(series(lr, all, move |step| [place(step), step.lr])),
            ]
        }
        Phase::Generator | Phase::Evaluate => {
            let all = &state.generator_steps;
            let place = move |step: &GeneratorStep| axis.step(step.step, step.seconds);
            let steps = |name, ink, noisy, value: fn(&GeneratorStep) -> f64| {
                series((name, ink, noisy), all, move |step| [place(step), value(step)])
            };
            let loss = vec![steps("cross-entropy", tokens.accent, true, |step| step.ce)];
            let hardware = vec![
                steps("hardware loss", tokens.generated, true, |step| step.hardware),
                steps("temperature", tokens.accent, false, |step| step.tau),
            ];
            // It does not change, and is told once, as a setting.
            let constant = state.start.as_ref().map_or(f64::NAN, |s| s.config.generator.lr);
            [
                chart("cross-entropy", "cross-entropy", loss),
                chart("hardware loss and temperature", "hardware loss and temperature", hardware),
                rate(series(lr, all, move |step| [place(step), constant])),
            ]
        }
        Phase::Scratch => {
            let all = &state.scratch_epochs;
            let place = move |epoch: &ScratchEpoch| axis.epoch(epoch.epoch, |_| epoch.seconds);
            let epochs = |name, ink, value: fn(&ScratchEpoch) -> f64| {
                series((name, ink, false), all, move |epoch| [place(epoch), value(epoch)])
            };
            let accuracy = vec![epochs("test", tokens.generated, |epoch| epoch.accuracy)];
            [
                chart("loss", "loss", vec![epochs("training loss", tokens.accent, |e| e.loss)]),
                shares("accuracy, %", "accuracy, %", accuracy),
                rate(series(lr, all, move |epoch| [place(epoch), epoch.lr])),
            ]
        }
    }
}
