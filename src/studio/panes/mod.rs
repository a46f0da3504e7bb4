//! The panes: one file (or folder) each, and the one list of them. A new pane is a file here and a
//! line in [`PANES`]; where it stands by default is `layout`'s affair.

mod architecture;
mod explain;
mod log;
mod presets;
mod runs;
mod scatter;
mod scratch;
mod settings;
pub mod start;
mod tracking;
mod training;

use eframe::egui::Ui;

use super::view::View;
use super::widgets::note;

/// A view on the state. It draws, keeps what is its own (a zoom, a switch), and wishes.
pub trait Pane {
    /// Draws the pane in all the room that `ui` has.
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>);

    /// Draws its controls into the header, from right to left.
    fn bar(&mut self, _ui: &mut Ui, _view: &View<'_>) {}

    /// The numbers that it draws, as CSV; `None` where there are none.
    fn csv(&self, _view: &View<'_>) -> Option<String> {
        None
    }

    /// What of its own it wants to find again in the next session; empty for nothing.
    fn save(&self) -> String {
        String::new()
    }

    /// Takes up what [`Pane::save`] gave; what cannot be read is left alone.
    fn load(&mut self, _saved: &str) {}
}

/// A pane in the list.
pub struct Entry {
    /// Its name in layouts; never changed, or layouts forget it.
    pub key: &'static str,
    /// Its title.
    pub title: &'static str,
    /// Its title where there is little room; it need not explain, only be told apart.
    pub short: &'static str,
    /// Whether it has nothing to show without a run.
    pub of_run: bool,
    /// Makes it.
    pub make: fn() -> Box<dyn Pane>,
}

/// The one list of panes, in the order of menus.
pub const PANES: &[Entry] = &[
    Entry {
        key: "training",
        title: "Training",
        short: "Training",
        of_run: true,
        make: || Box::<training::Training>::default(),
    },
    Entry {
        key: "architecture",
        title: "Architecture",
        short: "Architecture",
        of_run: true,
        make: || Box::<architecture::ArchitecturePane>::default(),
    },
    Entry {
        key: "scatter",
        title: "Accuracy against cost",
        short: "Scatter",
        of_run: true,
        make: || Box::<scatter::Scatter>::default(),
    },
    Entry {
        key: "explain",
        title: "Explain",
        short: "Explain",
        of_run: false,
        make: || Box::<explain::Explain>::default(),
    },
    Entry {
        key: "scratch",
        title: "From scratch",
        short: "Scratch",
        of_run: true,
        make: || Box::<scratch::FromScratch>::default(),
    },
    Entry {
        key: "tracking",
        title: "Generator accuracy",
        short: "Generator",
        of_run: true,
        make: || Box::<tracking::Tracking>::default(),
    },
    Entry {
        key: "runs",
        title: "Runs",
        short: "Runs",
        of_run: false,
        make: || Box::<runs::Runs>::default(),
    },
    Entry {
        key: "settings",
        title: "Settings",
        short: "Settings",
        of_run: true,
        make: || Box::<settings::Settings>::default(),
    },
    Entry {
        key: "log",
        title: "Log",
        short: "Log",
        of_run: false,
        make: || Box::<log::LogPane>::default(),
    },
];

fn entry(key: &str) -> Option<&'static Entry> {
    PANES.iter().find(|entry| entry.key == key)
}

/// The title of a pane by its key; the key itself where there is none.
pub fn title(key: &str) -> &str {
    entry(key).map_or(key, |entry| entry.title)
}

/// The same, for where there is little room.
pub fn short_title(key: &str) -> &str {
    entry(key).map_or(key, |entry| entry.short)
}

/// Draws a pane, or why it has nothing to show.
pub(super) fn show(ui: &mut Ui, view: &View<'_>, key: &str, pane: &mut dyn Pane) {
    if view.studio.run.is_none() && entry(key).is_some_and(|entry| entry.of_run) {
        let text = "No run is open: start one, or open one that stands in Runs.";
        return note::centred(ui, view.tokens, text);
    }
    pane.ui(ui, view);
}
