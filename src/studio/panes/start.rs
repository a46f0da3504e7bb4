//! The start page: what this is in one sentence, and the ways to begin: a preset on the embedded
//! images or on one's own, or a run that is there already. It stands in the place of the panes.

use std::collections::BTreeMap;
use std::path::PathBuf;

use eframe::egui::{self, Button, CornerRadius, RichText, Sense, TextEdit, Ui, pos2, vec2};

use super::Pane;
use super::presets::{self, EMBEDDED, NARROW};
use crate::protocol::Config;
use crate::protocol::quantity::{grouped, percent};
use crate::studio::action;
use crate::studio::backend::{Request, RunEntry, Standing};
use crate::studio::link::Link;
use crate::studio::settings::{Draft, Mode, Panel};
use crate::studio::state::Studio;
use crate::studio::theme::{self, Tokens};
use crate::studio::view::{View, Wish};
use crate::studio::widgets::icon;

/// Breadth of the page.
const WIDTH: f32 = 760.0;
/// Runs that the page lists, newest first.
const MOST_RUNS: usize = 8;

/// The page's own state.
pub struct Start {
    /// The settings, over the chosen preset; `None` where no preset can be read.
    panel: Option<Panel>,
    /// Whether the settings are to be unfolded, as when one of them is wrong.
    unfold: bool,
    folder: String,
    /// Images that were dropped or chosen, and what they are.
    found: Option<(String, String)>,
    /// What is wrong with the settings.
    wrong: Option<String>,
}

impl Default for Start {
    fn default() -> Self {
        let tiny = Config::preset("tiny");
        Self {
            wrong: tiny.as_ref().err().map(ToString::to_string),
            panel: tiny.ok().map(|config| Panel::new(Draft::new(config))),
            unfold: false,
            folder: String::new(),
            found: None,
        }
    }
}

impl Pane for Start {
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>) {
        egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            let side = (0.5 * (ui.available_width() - WIDTH)).max(24.0);
            ui.horizontal(|ui| {
                ui.add_space(side);
                ui.vertical(|ui| {
                    ui.set_width((ui.available_width() - 24.0).min(WIDTH));
                    self.page(ui, view);
                });
            });
        });
    }
}

impl Start {
    /// Takes other images, as when a folder is dropped onto the window; `form` is what they are.
    pub fn take_data(&mut self, path: &std::path::Path, form: &str) {
        if let Some(panel) = &mut self.panel {
            let path = path.display().to_string();
            panel.draft.edit("data", &path);
            self.found = Some((path, form.to_owned()));
        }
    }

    /// Sets a setting, or gives it back to the preset.
    pub(in crate::studio) fn change(&mut self, key: &str, value: Option<&str>) {
        let Some(panel) = &mut self.panel else { return };
        match value {
            Some(value) => panel.draft.edit(key, value),
            None => panel.draft.reset(key),
        }
    }

    /// The settings that differ from the preset, by key.
    pub(in crate::studio) fn changes(&self) -> BTreeMap<String, String> {
        let draft = self.panel.iter().map(|panel| &panel.draft);
        let changes = draft.flat_map(|draft| draft.changed().map(|key| (key, draft.text(key))));
        changes.map(|(key, text)| (key.to_owned(), text)).collect()
    }

    /// Takes the settings of a link.
    pub(in crate::studio) fn take_link(&mut self, link: &Link) {
        match Config::preset(&link.preset) {
            Ok(config) => {
                let mut draft = Draft::new(config);
                link.settings.iter().for_each(|(key, value)| draft.edit(key, value));
                self.wrong = draft.build().wrong.into_values().next();
                self.unfold = draft.changed().next().is_some();
                self.panel = Some(Panel::new(draft));
            }
            Err(error) => self.wrong = Some(error.to_string()),
        }
    }

    /// The configuration as it stands.
    ///
    /// # Errors
    /// What is wrong with it, in one line.
    pub(in crate::studio) fn config(&self) -> Result<Config, String> {
        let panel = self.panel.as_ref().ok_or("there are no presets")?;
        let built = panel.draft.build();
        built.wrong.into_values().next().map_or(Ok(built.config), Err)
    }

    /// Takes the settings of another run.
    pub(in crate::studio) fn take_config(&mut self, config: &Config) {
        match Draft::over_preset(config) {
            Ok(draft) => self.panel = Some(Panel::new(draft)),
            Err(error) => self.wrong = Some(error.to_string()),
        }
    }

    fn choose(&mut self, preset: &str) {
        match (Config::preset(preset), &mut self.panel) {
            (Ok(config), Some(panel)) => panel.draft.rebase(config),
            (Ok(config), None) => self.panel = Some(Panel::new(Draft::new(config))),
            (Err(error), _) => self.wrong = Some(error.to_string()),
        }
    }

    fn page(&mut self, ui: &mut Ui, view: &View<'_>) {
        let tokens = view.tokens;
        ui.add_space(28.0);
        ui.label(theme::heading("Find a small, fast network for your budget", 22.0));
        let sentence = "Train one supernet that contains every architecture of a space; a generator then answers any budget with a network at once: drag the slider and watch it redraw.";
        ui.label(RichText::new(sentence).color(tokens.muted));
        ui.add_space(16.0);
        self.offer(ui, view);
        heading(ui, "Search");
        let built = self.panel.as_ref().map(|panel| panel.draft.build().config);
        if let Some(preset) = presets::rows(ui, view, built.as_ref()) {
            self.choose(preset);
        }
        if view.studio.in_page() {
            let note = "How long a search takes in this browser shows once it runs.";
            ui.label(RichText::new(note).small().color(tokens.muted));
        }
        ui.add_space(4.0);
        self.fields(ui, view);
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            let text = theme::heading("Start the search", theme::BODY).color(tokens.on_accent);
            let button = Button::new(text).fill(tokens.accent).min_size(vec2(150.0, 32.0));
            if ui.add(button).clicked() {
                view.wish(Wish::Start);
            }
            // Without a run there are panes to go to, but none to come back from.
            if view.studio.run.is_some()
                && ui.add(Button::new("Back").min_size(vec2(64.0, 32.0))).clicked()
            {
                view.wish(Wish::StartPage(false));
            }
            if let Some(wrong) = &self.wrong {
                ui.label(RichText::new(wrong).color(tokens.warning));
            }
        });
        self.settings(ui, tokens);
        ui.add_space(20.0);
        heading(ui, "Open a run");
        self.runs(ui, view);
        ui.add_space(24.0);
    }

    /// The run that a closed window, or a closed or reloaded page, left, to go on with.
    fn offer(&self, ui: &mut Ui, view: &View<'_>) {
        let Some(run) = left(view.studio) else { return };
        heading(
            ui,
            match view.studio.in_page() {
                true => "Go on where this page was left",
                false => "Go on where the last run was left",
            },
        );
        if let Some(request) = entry(ui, view.tokens, run) {
            view.wish(Wish::Ask(request));
        }
        ui.add_space(16.0);
    }

    fn fields(&mut self, ui: &mut Ui, view: &View<'_>) {
        let tokens = view.tokens;
        let Some(panel) = &mut self.panel else { return };
        let draft = &mut panel.draft;
        let wide = ui.available_width() > NARROW;
        egui::Grid::new("start").num_columns(2).spacing(vec2(12.0, 8.0)).show(ui, |ui| {
            let label = ui.label("Images");
            let in_page = view.studio.in_page();
            let hint = match in_page {
                true => "12,000 images of Fashion-MNIST; or drop a .zip, a .tar.gz or IDX files",
                false => "Fashion-MNIST, 12,000 images in the program; or a path",
            };
            let mut data = draft.text("data");
            if data == EMBEDDED {
                data.clear();
            }
            ui.horizontal(|ui| {
                let edit = TextEdit::singleline(&mut data).hint_text(hint);
                let width = (ui.available_width() - 150.0).clamp(160.0, 500.0);
                let field = ui.add(edit.desired_width(width)).labelled_by(label.id);
                if field.changed() {
                    draft.edit("data", if data.trim().is_empty() { EMBEDDED } else { data.trim() });
                }
                field.on_hover_text("IDX, CIFAR binary, or an image folder; .zip, .tar and .tar.gz of them. Drop one onto the window.");
                for (text, id) in [("Folder …", "open folder"), ("File …", "open file")] {
                    if !in_page || id == "open file" {
                        action::button(ui, view, text, id);
                    }
                }
            });
            ui.end_row();
            let form = self.found.as_ref().filter(|(path, _)| *path == data);
            let stay = in_page.then_some("nothing leaves this browser");
            let notes = form.map(|(_, form)| form.as_str()).into_iter().chain(stay);
            let notes = notes.collect::<Vec<_>>().join(" · ");
            if !notes.is_empty() {
                ui.label("");
                ui.label(RichText::new(notes).small().color(tokens.muted));
                ui.end_row();
            }
            let label = ui.label("Seed");
            ui.horizontal(|ui| {
                let mut seed = draft.text("seed");
                let edit = TextEdit::singleline(&mut seed).desired_width(110.0);
                if ui.add(edit).labelled_by(label.id).changed() {
                    draft.edit("seed", seed.trim());
                }
                if wide {
                    let note = "the one number that all random choices come from";
                    ui.label(RichText::new(note).small().color(tokens.muted));
                }
            });
            ui.end_row();
        });
    }

    /// All settings, folded away until someone wants them.
    fn settings(&mut self, ui: &mut Ui, tokens: &Tokens) {
        let Some(panel) = &mut self.panel else { return };
        ui.add_space(8.0);
        let unfold = std::mem::take(&mut self.unfold).then_some(true);
        let header = egui::CollapsingHeader::new(theme::heading("All settings", theme::BODY));
        header.open(unfold).show_unindented(ui, |ui| {
            panel.show(ui, tokens, Mode::Free);
        });
    }

    /// The search as it stands; where something is wrong with it the page says what.
    pub(in crate::studio) fn request(&mut self) -> Option<Request> {
        let built = self.panel.as_ref()?.draft.build();
        self.wrong = built.wrong.into_values().next();
        self.unfold |= self.wrong.is_some();
        self.wrong.is_none().then(|| Request::Start(Box::new(built.config)))
    }

    fn runs(&mut self, ui: &mut Ui, view: &View<'_>) {
        let tokens = view.tokens;
        match view.studio.runs.as_deref() {
            None => drop(ui.label(RichText::new("looking for runs …").color(tokens.muted))),
            Some([]) => {
                let text = match view.studio.in_page() {
                    true => "There are no runs here yet. Drop the file of one onto the page.",
                    false => {
                        "There are no runs here yet. Drop a run folder onto the window, or name one:"
                    }
                };
                drop(ui.label(RichText::new(text).color(tokens.muted)));
            }
            Some(runs) => {
                let offered = left(view.studio);
                for run in runs.iter().filter(|run| Some(*run) != offered).take(MOST_RUNS) {
                    if let Some(request) = entry(ui, tokens, run) {
                        view.wish(Wish::Ask(request));
                    }
                }
                let all = match runs.len() {
                    1 => "Show it in Runs".to_owned(),
                    count => format!("Show all {} in Runs", grouped(count as u64)),
                };
                let hint = "Compare runs, show one again from its first step, or delete it";
                if icon::quiet(ui, tokens, &all, false).on_hover_text(hint).clicked() {
                    view.wish(Wish::Pane("runs"));
                }
            }
        }
        if view.studio.in_page() {
            return;
        }
        ui.horizontal(|ui| {
            let label = ui.label("Folder");
            let edit = TextEdit::singleline(&mut self.folder).hint_text("runs/first");
            let field = ui.add(edit.desired_width(420.0)).labelled_by(label.id);
            let entered =
                field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            action::button(ui, view, "Choose …", "open folder");
            if (ui.button("Open the run").clicked() || entered) && !self.folder.trim().is_empty() {
                view.wish(Wish::Ask(Request::Open(PathBuf::from(self.folder.trim()))));
            }
        });
    }
}

/// The newest run, where it was left in the middle, as when the window was closed.
fn left(studio: &Studio) -> Option<&RunEntry> {
    let newest = studio.runs.as_deref().unwrap_or_default().first();
    newest.filter(|run| run.standing == Standing::Stopped)
}

fn heading(ui: &mut Ui, text: &str) {
    ui.label(theme::heading(text, 15.0));
    ui.add_space(2.0);
}

/// A run as a row, and what is wanted of it: a click opens it, its button goes on with it.
fn entry(ui: &mut Ui, tokens: &Tokens, run: &RunEntry) -> Option<Request> {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 30.0), Sense::click());
    let name = run.folder.file_name().unwrap_or(run.folder.as_os_str()).to_string_lossy();
    let standing = match run.standing {
        Standing::Finished => "finished",
        Standing::Stopped => "stopped",
        Standing::Active => "at work in another program",
        Standing::Failed => "ended with an error",
    };
    let best = run.best.map_or(String::new(), |best| format!("best {}", percent(best)));
    let spoken = format!("run {name}: {standing}");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, spoken.as_str()));
    if response.hovered() || response.has_focus() {
        let radius = CornerRadius::same(theme::CELL_RADIUS);
        ui.painter().rect_filled(rect, radius, tokens.line.gamma_multiply(0.6));
    }
    let left = egui::Align2::LEFT_CENTER;
    let column = |x: f32, text: String, ink| {
        let at = pos2(rect.left() + x * (rect.width() / WIDTH).min(1.0), rect.center().y);
        ui.painter().text(at, left, text, theme::body(), ink);
    };
    column(8.0, name.clone().into_owned(), tokens.text);
    column(240.0, format!("{} · seed {}", run.preset, run.seed), tokens.muted);
    column(400.0, standing.to_owned(), tokens.muted);
    column(580.0, best, tokens.muted);
    if matches!(run.standing, Standing::Stopped | Standing::Failed) {
        let place = rect.with_min_x(rect.right() - 84.0).shrink(3.0);
        let button = ui.put(place, Button::new("Continue"));
        let spoken = format!("Continue {name}");
        button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &spoken));
        if button.on_hover_text("Go on from its newest checkpoint").clicked() {
            return Some(Request::Resume(run.folder.clone()));
        }
    }
    let clicked = response.on_hover_text(run.folder.display().to_string()).clicked();
    clicked.then(|| Request::Open(run.folder.clone()))
}
