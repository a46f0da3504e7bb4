//! The pane "Settings": what decides the open run, with what differs from its preset. While the run
//! is under way, those settings that may change live are sent to it.

use std::fmt::Write;
use std::path::PathBuf;

use eframe::egui::{Label, RichText, ScrollArea, Ui};

use super::Pane;
use crate::protocol::{Command, Config};
use crate::studio::backend::Request;
use crate::studio::settings::{Draft, Mode, Panel, text};
use crate::studio::state::Live;
use crate::studio::view::{View, Wish};
use crate::studio::widgets::{icon, note};

/// The pane's own state.
#[derive(Default)]
pub(super) struct Settings {
    /// The panel and the folder of the run that it shows.
    panel: Option<(PathBuf, Panel)>,
    /// What was sent last; a field may tell twice that it was left.
    sent: Option<(String, String)>,
}

impl Pane for Settings {
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>) {
        let Some(run) = &view.studio.run else { return };
        let Some(start) = &run.state.start else {
            let text = "The run has not said yet what it is: its settings appear here.";
            note::centred(ui, view.tokens, text);
            return;
        };
        if self.panel.as_ref().is_none_or(|(folder, _)| *folder != run.folder) {
            let panel = Panel::new(Draft::new(start.config.clone()));
            self.panel = Some((run.folder.clone(), panel));
        }
        let Some((_, panel)) = &mut self.panel else { return };
        if *panel.draft.base() != start.config {
            panel.draft.rebase(start.config.clone());
            self.sent = None;
        }
        let (mode, text) = match run.live {
            Live::Running | Live::Paused => (
                Mode::Live,
                "The run is under way: settings that may change now can be edited; they take effect between two steps.",
            ),
            _ => (Mode::Fixed, "These settings decided the run; a new run can begin from them."),
        };
        if mode == Mode::Fixed {
            panel.draft.clear();
        }
        let preset = &start.config.general.preset;
        let text = format!("Preset {preset}. {text}");
        ui.add(Label::new(RichText::new(text).color(view.tokens.muted)).wrap());
        ui.add_space(4.0);
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.set_max_width(ui.available_width() - 12.0);
            for (key, value) in panel.show(ui, view.tokens, mode) {
                let change = Some((key.clone(), value.clone()));
                if panel.draft.changed().any(|changed| changed == key) && self.sent != change {
                    self.sent = change;
                    view.wish(Wish::Ask(Request::Command(Command::Set { key, value })));
                }
            }
        });
    }

    fn csv(&self, view: &View<'_>) -> Option<String> {
        let config = &view.studio.run.as_ref()?.state.start.as_ref()?.config;
        let preset = Config::preset(&config.general.preset).ok()?;
        let mut all = String::from("setting,value,preset\n");
        for field in Config::fields() {
            let key = field.key();
            let [value, usual] =
                [config, &preset].map(|config| text(config, &key).replace('"', "\"\""));
            // Writing to a string cannot fail.
            let _ = writeln!(all, "{key},\"{value}\",\"{usual}\"");
        }
        Some(all)
    }

    fn bar(&mut self, ui: &mut Ui, view: &View<'_>) {
        let start = view.studio.run.as_ref().and_then(|run| run.state.start.as_ref());
        let Some(start) = start else { return };
        let again = icon::quiet(ui, view.tokens, "new run from these", false);
        if again.on_hover_text("Opens the start page with these settings").clicked() {
            view.wish(Wish::StartFrom(Box::new(start.config.clone())));
        }
    }
}
