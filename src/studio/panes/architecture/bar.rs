//! The header's controls: pin, compare, and what can be done with the architecture as a file.

use eframe::egui::{self, RichText, TextEdit, Ui};

use crate::space::Architecture;
use crate::studio::action;
use crate::studio::backend::{Browse, Request};
use crate::studio::state::{Network, Source};
use crate::studio::view::{View, Wish};
use crate::studio::widgets::icon;

/// An architecture being typed or pasted, and why it cannot be shown.
#[derive(Default)]
pub(super) struct Pasted {
    text: String,
    wrong: Option<String>,
}

/// Pins and unpins what is in view.
pub(super) fn pin(ui: &mut Ui, view: &View<'_>, network: &Network) {
    let pins = &view.studio.pins;
    let architecture = &network.architecture;
    match pins.letter(architecture) {
        Some(letter) => {
            let unpin = icon::quiet(ui, view.tokens, "unpin", false);
            if unpin.on_hover_text(format!("Take pin {letter} away")).clicked() {
                view.wish(Wish::Unpin(architecture.clone()));
            }
        }
        None if pins.is_full() => {
            ui.add_enabled_ui(false, |ui| icon::quiet(ui, view.tokens, "pin", false))
                .response
                .on_hover_text("Six are pinned: unpin one first");
        }
        None => {
            let pin = icon::quiet(ui, view.tokens, "pin", false);
            if pin.on_hover_text("Keep this network at hand, to compare it with others").clicked() {
                view.wish(Wish::Pin(architecture.clone(), network.source));
            }
        }
    }
}

/// What a training from scratch would do, or why none can begin.
pub(super) fn training(view: &View<'_>) -> String {
    match view.studio.training() {
        Some(training) => format!("{} is in training: one at a time", training.run.name()),
        None => "Train this network from scratch, with this run's images".to_owned(),
    }
}

/// Trains what is in view from scratch, or shows what is in training.
pub(super) fn train(view: &View<'_>, network: &Network) {
    if let (None, Some(run)) = (view.studio.training(), &view.studio.run) {
        let (run, architecture) = (run.folder.clone(), network.architecture.clone());
        view.wish(Wish::Ask(Request::Train { run, architecture }));
    }
    view.wish(Wish::Pane("scratch"));
}

/// The menu of what can be done with the architecture as JSON; where there is little room, of
/// everything that can be done with it.
pub(super) fn json(ui: &mut Ui, view: &View<'_>, pasted: &mut Pasted, all: bool) {
    let (name, hint) = match all {
        true => ("more", "Train this network, copy or save it, or show another one"),
        false => ("JSON", "The kernels as JSON: copy, save, or show others"),
    };
    let response = icon::quiet(ui, view.tokens, name, true).on_hover_text(hint);
    egui::Popup::menu(&response)
        .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| {
            ui.set_width(300.0);
            if let Some(network) = &view.studio.network {
                let json = serde_json::to_string(&network.architecture).unwrap_or_default();
                let from_scratch = all.then(|| ui.button("Train from scratch"));
                let from_scratch = from_scratch.map(|button| button.on_hover_text(training(view)));
                if from_scratch.is_some_and(|button| button.clicked()) {
                    train(view, network);
                    ui.close();
                }
                if ui.button("Copy as JSON").clicked() {
                    ui.ctx().copy_text(json);
                    ui.close();
                } else if ui.button("Save as JSON").clicked() {
                    if let Some(run) = &view.studio.run {
                        let (run, name) = (run.folder.clone(), "architecture.json".to_owned());
                        let bytes = json.into_bytes();
                        view.wish(Wish::Ask(Request::Save { run, name, bytes }));
                    }
                    ui.close();
                }
                ui.separator();
            }
            action::items(ui, view, &["time blocks"]);
            ui.separator();
            let label = ui.label("Show another one");
            let note = "Paste it here, drop its file onto the window, or open that.";
            ui.label(RichText::new(note).small().color(view.tokens.muted));
            let hint = "[[3,5],[7,7,3], …]: the kernels of each layer";
            let edit = TextEdit::multiline(&mut pasted.text).hint_text(hint).desired_rows(3);
            ui.add(edit.desired_width(f32::INFINITY)).labelled_by(label.id);
            if let Some(wrong) = &pasted.wrong {
                ui.label(RichText::new(wrong).small().color(view.tokens.warning));
            }
            ui.horizontal(|ui| {
                if ui.button("Show it").clicked() {
                    open(ui, view, pasted);
                }
                if ui.button("Open a file …").clicked() {
                    view.wish(Wish::Ask(Request::Browse(Browse::File)));
                    ui.close();
                }
            });
        });
}

/// Brings what was pasted into view, or says what is wrong with it.
fn open(ui: &Ui, view: &View<'_>, pasted: &mut Pasted) {
    let space = view.studio.run.as_ref().and_then(|run| run.space.as_ref());
    let read = Architecture::from_json(&pasted.text).and_then(|architecture| {
        space.map_or(Ok(()), |space| space.check(&architecture))?;
        Ok(architecture)
    });
    match read {
        Ok(architecture) => {
            view.wish(Wish::Show(architecture.clone(), Source::Edited));
            view.wish(Wish::Ask(Request::Measure(architecture)));
            *pasted = Pasted::default();
            ui.close();
        }
        Err(error) => pasted.wrong = Some(error.to_string()),
    }
}
