//! The line at the bottom: adapter, speed, the interface's own times, age of the checkpoint; in a narrow
//! window how far the run is.

use eframe::egui::{self, Label, ProgressBar, RichText, Ui};

use super::layout;
use super::run_bar;
use super::state::{Live, OpenRun, Studio};
use super::theme;
use super::view::View;
use crate::platform::clock;
use crate::protocol::facts::Memory;
use crate::protocol::quantity::{duration, grouped, mebibytes, milliseconds, percent};
use crate::protocol::statistics::quantile;

/// Height of the line, points.
pub(super) const HEIGHT: f32 = 28.0;

/// Draws the line.
pub(super) fn show(ui: &mut Ui, view: &View<'_>) {
    let muted = |text: String| RichText::new(text).small().color(view.tokens.muted);
    ui.horizontal_centered(|ui| {
        // There the bar on top has no room for it.
        let narrow = ui.available_width() < layout::NARROW;
        let run = view.studio.run.as_ref().filter(|_| narrow);
        let text = run.map_or_else(|| left(view), |run| run_bar::standing(view, run));
        ui.add(Label::new(muted(text)).truncate()).on_hover_text(told(view));
        if let Some(share) = view.studio.fetched {
            let bar = ProgressBar::new(share as f32).desired_width(160.0).desired_height(14.0);
            ui.add(bar.text(muted(format!("images {}", percent(share)))));
        }
        let fits = |text: &String| {
            let font = theme::caption();
            let galley = ui.painter().layout_no_wrap(text.clone(), font, view.tokens.muted);
            galley.size().x <= ui.available_width()
        };
        if let Some(text) = right(view).into_iter().find(fits) {
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                ui.label(muted(text));
            });
        }
    });
}

fn left(view: &View<'_>) -> String {
    let studio = view.studio;
    let device = studio.run.as_ref().and_then(|run| run.state.start.as_ref());
    let mut parts = match (device, studio.adapters.first()) {
        (Some(start), _) => vec![start.device.name.clone(), interface(&start.device.backend)],
        (None, Some(adapter)) => vec![adapter.name.clone(), interface(&adapter.backend)],
        (None, None) => vec!["looking for adapters …".to_owned()],
    };
    if let Some(run) = studio.run.as_ref().filter(|run| run.live.under_way())
        && let Some(rate) = run.progress.images_per_s()
    {
        parts.push(format!("{} images/s", grouped(rate.round() as u64)));
    }
    if let Some(memory) = memory(studio) {
        parts.push(in_use(&memory));
    }
    if let Some(frame) = view.frames.quantile(0.5) {
        parts.push(format!("frame {}", milliseconds(frame)));
    }
    if let Some(answer) = quantile(studio.answer_times.iter().copied(), 0.5) {
        parts.push(format!("answer {}", milliseconds(answer)));
    }
    parts.join(" · ")
}

/// An interface to the GPU as its makers spell it.
fn interface(name: &str) -> String {
    let known = [
        ("vulkan", "Vulkan"),
        ("metal", "Metal"),
        ("dx12", "Direct3D 12"),
        ("gl", "OpenGL"),
        ("webgpu", "WebGPU"),
    ];
    let spelled = known.iter().find(|(ours, _)| *ours == name);
    spelled.map_or(name, |(_, theirs)| theirs).to_owned()
}

/// What the run under way holds of its device.
fn memory(studio: &Studio) -> Option<Memory> {
    let run = studio.run.as_ref().filter(|run| run.live.under_way() || run.live == Live::Replay);
    run.and_then(|run| run.state.memory)
}

/// What is held of how much: of the device's memory, or of what one buffer may have where the driver
/// does not tell the former.
fn in_use(memory: &Memory) -> String {
    let held = grouped(memory.held >> 20);
    match memory.cap {
        Some(cap) => format!("{held} of {}", mebibytes(cap)),
        None => format!("{held} MiB, a buffer at most {}", mebibytes(memory.largest_buffer)),
    }
}

/// What the numbers of the line mean, with their spread.
fn told(view: &View<'_>) -> String {
    let line = |what: &str, median: Option<f64>, slow: Option<f64>| match (median, slow) {
        (Some(median), Some(slow)) => {
            format!("{what}: median {}, 95 % under {}", milliseconds(median), milliseconds(slow))
        }
        _ => format!("{what}: none yet"),
    };
    let answers = || view.studio.answer_times.iter().copied();
    let frames = line(
        "frame, without the wait for the display",
        view.frames.quantile(0.5),
        view.frames.quantile(0.95),
    );
    let moves = line("slider to new drawing", quantile(answers(), 0.5), quantile(answers(), 0.95));
    let Some(Memory { held, peak, largest_buffer, cap }) = memory(view.studio) else {
        return format!("{frames}\n{moves}");
    };
    let [held, peak, most] = [held, peak, largest_buffer].map(mebibytes);
    let cap = cap.map_or("the driver does not tell how much".to_owned(), mebibytes);
    let of_run = "device memory of the run";
    format!(
        "{frames}\n{moves}\n{of_run}: {held} held, at most {peak} in use at once; there is: {cap}; a buffer may have: {most}"
    )
}

/// What stands at the right, the longest first; the first that fits is shown.
fn right(view: &View<'_>) -> Vec<String> {
    let hint = "? for shortcuts".to_owned();
    let Some(run) = &view.studio.run else { return vec![hint] };
    let checkpoint = checkpoint(run);
    let long = format!("{checkpoint} · {hint}");
    let saved = view.studio.saved.as_ref().map(|path| format!("saved {}", path.display()));
    let saved = saved.map(|saved| [format!("{saved} · {long}"), saved]);
    saved.into_iter().flatten().chain([long, checkpoint]).collect()
}

fn checkpoint(run: &OpenRun) -> String {
    match run.saved_at {
        None => "no checkpoint yet".to_owned(),
        Some(at) => {
            let age = clock::unix_milliseconds().saturating_sub(at) as f64 / 1e3;
            format!("checkpoint {} ago", duration(age))
        }
    }
}
