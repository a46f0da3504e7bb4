//! The pane "Runs": the run folders found, to open, resume, show again or delete; curves of several
//! over each other, and in which settings they differ.

mod curves;
mod differences;
mod table;

use std::collections::BTreeSet;
use std::path::PathBuf;

use eframe::egui::{self, Color32, RichText, Ui, vec2};

use self::curves::Quantity;
use super::Pane;
use crate::protocol::RunState;
use crate::studio::backend::{Request, RunEntry};
use crate::studio::theme::{self, Tokens};
use crate::studio::view::{View, Wish};
use crate::studio::widgets::{icon, note};

/// As many runs can be told apart by colours and dashes, with some room.
const MOST: usize = 6;

/// The pane's own state.
#[derive(Default)]
pub(super) struct Runs {
    /// The runs that are compared, in the order of choosing.
    chosen: Vec<PathBuf>,
    quantity: Quantity,
    /// Names of series that are not drawn.
    hidden: BTreeSet<String>,
    /// The run that is to be deleted once that is confirmed.
    doomed: Option<PathBuf>,
}

/// A run in a comparison.
struct Compared<'a> {
    name: String,
    /// Its colour, and whether its curve is dashed.
    look: (Color32, bool),
    state: &'a RunState,
}

impl Pane for Runs {
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>) {
        let runs = match view.studio.runs.as_deref() {
            None => return note::centred(ui, view.tokens, "Looking for runs …"),
            Some([]) => {
                let text =
                    "There are no runs yet: start one, or drop a run folder onto the window.";
                return note::centred(ui, view.tokens, text);
            }
            Some(runs) => runs,
        };
        self.chosen.retain(|folder| runs.iter().any(|run| run.folder == *folder));
        let room = ui.available_height();
        let most = if self.chosen.is_empty() { room } else { 0.4 * room };
        table::show(ui, view, runs, most, self);
        let compared = self.compared(view);
        if compared.is_empty() {
            ui.add_space(6.0);
            let text = "Tick runs to lay their curves over each other and to see in which settings they differ.";
            ui.label(RichText::new(text).small().color(view.tokens.muted));
        } else {
            ui.add_space(8.0);
            compare(ui, view.tokens, &compared, self.quantity, &mut self.hidden);
        }
        self.confirm(ui, view);
    }

    fn csv(&self, view: &View<'_>) -> Option<String> {
        let compared = self.compared(view);
        (!compared.is_empty()).then(|| curves::csv(&compared, self.quantity))
    }

    fn bar(&mut self, ui: &mut Ui, view: &View<'_>) {
        let again = icon::quiet(ui, view.tokens, "look again", false);
        if again.on_hover_text("Look for runs, and read those that are compared").clicked() {
            view.wish(Wish::Ask(Request::ListRuns));
            for folder in &self.chosen {
                view.wish(Wish::Ask(Request::Read(folder.clone())));
            }
        }
        if !self.chosen.is_empty() {
            icon::quiet_menu(ui, view.tokens, self.quantity.name(), |ui| {
                for quantity in Quantity::ALL {
                    if ui.selectable_label(self.quantity == quantity, quantity.name()).clicked() {
                        self.quantity = quantity;
                        ui.close();
                    }
                }
            });
        }
    }
}

impl Runs {
    /// How a run is drawn in the comparison, if it is in it.
    fn look(&self, tokens: &Tokens, folder: &PathBuf) -> Option<(Color32, bool)> {
        self.chosen.iter().position(|chosen| chosen == folder).map(|place| tokens.series(place))
    }

    /// Takes a run into the comparison, or out of it.
    fn choose(&mut self, view: &View<'_>, run: &RunEntry) {
        if let Some(place) = self.chosen.iter().position(|chosen| *chosen == run.folder) {
            self.chosen.remove(place);
        } else if self.chosen.len() < MOST {
            self.chosen.push(run.folder.clone());
            view.wish(Wish::Ask(Request::Read(run.folder.clone())));
        }
    }

    /// Those chosen that have been read; the open run is as new as it can be.
    fn compared<'a>(&self, view: &View<'a>) -> Vec<Compared<'a>> {
        let open = view.studio.run.as_ref().filter(|run| run.live.under_way());
        let state = |folder: &PathBuf| match open {
            Some(run) if run.folder == *folder => Some(&run.state),
            _ => view.studio.read.get(folder),
        };
        let one = |folder: &PathBuf| {
            let (state, look) = (state(folder)?, self.look(view.tokens, folder)?);
            Some(Compared { name: name(folder), look, state })
        };
        self.chosen.iter().filter_map(one).collect()
    }

    /// Asks whether a run is to be deleted.
    fn confirm(&mut self, ui: &mut Ui, view: &View<'_>) {
        let Some(folder) = self.doomed.clone() else { return };
        let shown = egui::Modal::new(egui::Id::unique("delete a run")).show(ui.ctx(), |ui| {
            ui.set_width(380.0);
            ui.label(theme::heading(format!("Delete the run {}?", name(&folder)), 15.0));
            ui.add_space(4.0);
            let text = format!(
                "Its settings, journal, checkpoints, report and trainings from scratch are removed from {}; exported files stay. This cannot be undone.",
                folder.display()
            );
            ui.add(egui::Label::new(RichText::new(text).color(view.tokens.muted)).wrap());
            ui.add_space(8.0);
            ui.horizontal(|ui| {
                let text = theme::heading("Delete the run", theme::BODY).color(view.tokens.panel);
                let delete = egui::Button::new(text).fill(view.tokens.generated);
                if ui.add(delete.min_size(vec2(120.0, 28.0))).clicked() {
                    view.wish(Wish::Ask(Request::Delete(folder.clone())));
                    ui.close();
                }
                if ui.add(egui::Button::new("Keep it").min_size(vec2(80.0, 28.0))).clicked() {
                    ui.close();
                }
            });
        });
        if shown.should_close() {
            self.doomed = None;
        }
    }
}

/// Curves and differences, side by side where there is room.
fn compare(
    ui: &mut Ui,
    tokens: &Tokens,
    compared: &[Compared<'_>],
    quantity: Quantity,
    hidden: &mut BTreeSet<String>,
) {
    let room = ui.available_size();
    if compared.len() < 2 {
        curves::show(ui, tokens, compared, quantity, hidden);
    } else if room.x >= 680.0 {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 16.0;
            ui.allocate_ui(vec2(0.55 * room.x - 16.0, room.y), |ui| {
                ui.vertical(|ui| curves::show(ui, tokens, compared, quantity, hidden));
            });
            ui.vertical(|ui| differences::show(ui, tokens, compared));
        });
    } else {
        ui.allocate_ui(vec2(room.x, 0.55 * room.y), |ui| {
            ui.vertical(|ui| curves::show(ui, tokens, compared, quantity, hidden));
        });
        differences::show(ui, tokens, compared);
    }
}

/// What to call a run: the name of its folder.
fn name(folder: &std::path::Path) -> String {
    folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy().into_owned()
}
