//! The drawing of a draft: a row for each setting with its name, value, unit, range, default and
//! help, and what is wrong with it; a search, and a switch for what differs from the preset.

use eframe::egui::{
    self, Align, CornerRadius, Label, Layout, RichText, Sense, TextEdit, Ui, pos2, vec2,
};
use toml::Value;

use super::draft::{Built, Draft, text, text_of};
use crate::protocol::Config;
use crate::protocol::config::{Field, Range};
use crate::studio::theme::{self, Tokens};
use crate::studio::widgets::tick;

/// Breadth of the columns of names and values, points.
const NAME: f32 = 132.0;
const VALUE: f32 = 204.0;
const UNIT: f32 = 144.0;
/// From this breadth on the help stands beside the value, points.
const WIDE: f32 = 700.0;

/// Which settings can be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::studio) enum Mode {
    /// All: the run has not begun.
    Free,
    /// Those that may change while it is under way.
    Live,
    /// None.
    Fixed,
}

/// The panel's own state.
pub(in crate::studio) struct Panel {
    /// What is drawn.
    pub(in crate::studio) draft: Draft,
    /// The preset of the draft, read once.
    preset: Option<Config>,
    search: String,
    changed_only: bool,
}

impl Panel {
    /// Over a draft.
    pub(in crate::studio) fn new(draft: Draft) -> Self {
        Self { draft, preset: None, search: String::new(), changed_only: false }
    }

    /// Draws search and switch, and the settings that pass; keys and values whose input is
    /// complete.
    pub(in crate::studio) fn show(
        &mut self,
        ui: &mut Ui,
        tokens: &Tokens,
        mode: Mode,
    ) -> Vec<(String, String)> {
        let built = self.draft.build();
        let name = &built.config.general.preset;
        if self.preset.as_ref().is_none_or(|preset| preset.general.preset != *name) {
            self.preset = Config::preset(name).ok();
        }
        let preset = &self.preset;
        let differs = |field: &Field| {
            let key = field.key();
            preset.as_ref().is_some_and(|preset| self.draft.text(&key) != text(preset, &key))
        };
        // The preset is chosen elsewhere.
        let all: Vec<(&Field, bool)> = Config::fields()
            .filter(|field| field.key() != "preset")
            .map(|field| (field, differs(field)))
            .collect();
        let changed = all.iter().filter(|(_, differs)| *differs).count();
        ui.horizontal(|ui| {
            let edit = TextEdit::singleline(&mut self.search).hint_text("Search the settings");
            ui.add(edit.desired_width(200.0)).widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Search the settings")
            });
            let name = match changed {
                0 => "all as in the preset".to_owned(),
                1 => "1 differs from the preset".to_owned(),
                count => format!("{count} differ from the preset"),
            };
            tick::show(ui, tokens, &mut self.changed_only, name).on_hover_text("Show these alone");
        });
        if let Some(wrong) = built.wrong.get("") {
            complaint(ui, tokens, wrong);
        }
        let wanted = self.search.trim().to_lowercase();
        let mut done = Vec::new();
        let mut section = None;
        for (field, differs) in all {
            let found =
                field.key().contains(&wanted) || field.help.to_lowercase().contains(&wanted);
            if !found || (self.changed_only && !differs) {
                continue;
            }
            if section.replace(field.section) != Some(field.section) {
                ui.add_space(10.0);
                ui.label(theme::heading(title(field.section), theme::BODY + 1.0));
            }
            let default = preset.as_ref().filter(|_| differs).map(|one| text(one, &field.key()));
            let row = Row { field, mode, built: &built, default };
            if let Some(value) = row.show(ui, tokens, &mut self.draft) {
                done.push((field.key(), value));
            }
        }
        if section.is_none() {
            let text = "No setting is like this: change the search, or show all settings.";
            ui.label(RichText::new(text).color(tokens.muted));
        }
        done
    }
}

/// A setting as it is drawn.
struct Row<'a> {
    field: &'a Field,
    mode: Mode,
    built: &'a Built,
    /// The preset's value, where the draft's is another.
    default: Option<String>,
}

impl Row<'_> {
    fn enabled(&self) -> bool {
        match self.mode {
            Mode::Free => true,
            Mode::Live => self.field.live,
            Mode::Fixed => false,
        }
    }

    /// The new value once its input is complete and allowed.
    fn show(&self, ui: &mut Ui, tokens: &Tokens, draft: &mut Draft) -> Option<String> {
        let key = self.field.key();
        let mut complete = false;
        let wide = ui.available_width() >= WIDE;
        ui.with_layout(Layout::left_to_right(Align::Min), |ui| {
            let column = |ui: &mut Ui, width: f32, content: &mut dyn FnMut(&mut Ui)| {
                let layout = Layout::left_to_right(Align::Center);
                ui.allocate_ui_with_layout(vec2(width, 24.0), layout, |ui| {
                    ui.set_min_size(vec2(width, 24.0));
                    content(ui);
                });
            };
            ui.spacing_mut().item_spacing.x = 8.0;
            column(ui, NAME, &mut |ui| self.name(ui, tokens));
            column(ui, VALUE, &mut |ui| complete = self.value(ui, tokens, draft));
            column(ui, UNIT, &mut |ui| {
                ui.add(Label::new(RichText::new(self.field.unit).color(tokens.muted)).truncate());
            });
            if wide {
                ui.vertical(|ui| {
                    ui.add_space(3.0);
                    self.explain(ui, tokens, draft);
                });
            }
        });
        if !wide {
            self.explain(ui, tokens, draft);
        }
        let value = complete.then(|| draft.text(&key))?;
        // What was typed this moment has not been built yet.
        let wrong = draft.build().wrong.contains_key(&key);
        (!wrong).then_some(value)
    }

    fn name(&self, ui: &mut Ui, tokens: &Tokens) {
        let ink = if self.enabled() { tokens.text } else { tokens.muted };
        let (dot, _) = ui.allocate_exact_size(vec2(6.0, 6.0), Sense::hover());
        if self.default.is_some() {
            ui.painter().rect_filled(dot, CornerRadius::same(3), tokens.accent);
        }
        ui.spacing_mut().item_spacing.x = 6.0;
        let name = self.field.name.replace('_', " ");
        let label = ui.add(Label::new(RichText::new(name).color(ink)).truncate());
        label.on_hover_text(self.field.key());
    }

    /// The editor; true once its input is complete.
    fn value(&self, ui: &mut Ui, tokens: &Tokens, draft: &mut Draft) -> bool {
        let key = self.field.key();
        let mut typed = draft.text(&key);
        let enabled = self.enabled();
        let before = typed.clone();
        let complete =
            ui.add_enabled_ui(enabled, |ui| match (self.field.range, draft.base().get(&key)) {
                (Range::OneOf(words), _) => {
                    let combo = egui::ComboBox::from_id_salt(&key).width(VALUE - 8.0);
                    let shown = combo.selected_text(&typed).show_ui(ui, |ui| {
                        for word in words {
                            ui.selectable_value(&mut typed, (*word).to_owned(), *word);
                        }
                    });
                    let role = egui::Role::ComboBox;
                    shown.response.widget_info(|| egui::WidgetInfo::labeled(role, enabled, &key));
                    typed != before
                }
                (_, Some(Value::Boolean(_))) => {
                    let mut on = typed == "true";
                    let word = if on { "on" } else { "off" };
                    let box_ = tick::show(ui, tokens, &mut on, word);
                    let role = egui::Role::CheckBox;
                    box_.widget_info(|| egui::WidgetInfo::selected(role, enabled, on, &key));
                    typed = on.to_string();
                    typed != before
                }
                _ => {
                    let ink = if self.built.wrong.contains_key(&key) {
                        ui.visuals().error_fg_color
                    } else {
                        tokens.text
                    };
                    let edit = TextEdit::singleline(&mut typed).text_color(ink);
                    let field = ui.add(edit.desired_width(VALUE - 8.0));
                    let role = egui::Role::TextInput;
                    field.widget_info(|| egui::WidgetInfo::labeled(role, enabled, &key));
                    field.lost_focus()
                }
            });
        if typed != before {
            draft.edit(&key, &typed);
        }
        complete.inner && enabled
    }

    /// Help, range and default, and what is wrong.
    fn explain(&self, ui: &mut Ui, tokens: &Tokens, draft: &mut Draft) {
        ui.spacing_mut().item_spacing.y = 1.0;
        let key = self.field.key();
        if let Some(wrong) = self.built.wrong.get(&key) {
            complaint(ui, tokens, wrong);
        }
        ui.add(Label::new(RichText::new(self.field.help).color(tokens.text)).wrap());
        let mut notes = Vec::new();
        if !matches!(self.field.range, Range::Any | Range::OneOf(_)) {
            notes.push(self.field.range.to_string());
        }
        let default = text_of(&(self.field.default)());
        notes.push(format!("default {}", shown(&default)));
        if self.field.live {
            notes.push("may change during a run".to_owned());
        }
        notes.extend(self.default.as_ref().map(|value| format!("preset: {}", shown(value))));
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().interact_size.y = 0.0;
            ui.label(RichText::new(notes.join(" · ")).small().color(tokens.muted));
            let reset = RichText::new("reset").small().color(tokens.accent);
            let resettable = self.mode == Mode::Free && self.default.is_some();
            if resettable
                && ui
                    .add(egui::Button::new(reset).small().frame(false))
                    .on_hover_text(format!("{key} as in the preset"))
                    .clicked()
            {
                draft.reset(&key);
            }
        });
    }
}

/// What is wrong, in one line with a bar before it.
fn complaint(ui: &mut Ui, tokens: &Tokens, what: &str) {
    let ink = ui.visuals().error_fg_color;
    let label = ui.horizontal(|ui| {
        ui.add_space(8.0);
        ui.add(Label::new(RichText::new(what).color(tokens.text)).wrap());
    });
    let rect = label.response.rect;
    let bar = egui::Rect::from_min_max(rect.min, pos2(rect.left() + 3.0, rect.bottom()));
    ui.painter().rect_filled(bar, CornerRadius::same(1), ink);
}

/// A value where it may be empty.
fn shown(value: &str) -> &str {
    if value.is_empty() { "(empty)" } else { value }
}

fn title(section: &str) -> &str {
    match section {
        "" => "General",
        "images" => "Images",
        "supernet" => "Supernet",
        "generator" => "Generator",
        "evaluate" => "Evaluation",
        "scratch" => "Training from scratch",
        "checkpoint" => "Checkpoints",
        other => other,
    }
}
