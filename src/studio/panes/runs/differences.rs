//! In which settings the compared runs differ, a row a setting, a column a run.

use eframe::egui::{Grid, Label, RichText, ScrollArea, Ui};

use super::Compared;
use crate::protocol::Config;
use crate::studio::settings::text;
use crate::studio::theme::{self, Tokens};

/// Draws the table of differences.
pub(super) fn show(ui: &mut Ui, tokens: &Tokens, compared: &[Compared<'_>]) {
    let muted = |text: String| RichText::new(text).small().color(tokens.muted);
    let rows = differing(compared);
    let title = match rows.len() {
        0 => "The same settings".to_owned(),
        1 => "1 setting differs".to_owned(),
        count => format!("{count} settings differ"),
    };
    ui.label(theme::heading(title, theme::BODY));
    if rows.is_empty() {
        ui.label(muted(
            "Only their adapters or the moment of their start tell them apart.".to_owned(),
        ));
        return;
    }
    ScrollArea::both().id_salt("differences").auto_shrink(false).show(ui, |ui| {
        Grid::new("differences").num_columns(1 + compared.len()).spacing([16.0, 4.0]).show(
            ui,
            |ui| {
                ui.label("");
                for one in compared {
                    ui.label(RichText::new(&one.name).color(one.look.0));
                }
                ui.end_row();
                for (key, values) in rows {
                    ui.label(muted(key));
                    for value in values {
                        ui.add(
                            Label::new(RichText::new(value).color(tokens.text)).selectable(true),
                        );
                    }
                    ui.end_row();
                }
            },
        );
    });
}

/// Settings whose values differ, with the values of each run.
fn differing(compared: &[Compared<'_>]) -> Vec<(String, Vec<String>)> {
    let config = |one: &Compared<'_>| one.state.start.as_ref().map(|start| start.config.clone());
    let configs: Vec<Option<Config>> = compared.iter().map(config).collect();
    let row = |key: String, value: &dyn Fn(&Config) -> String| {
        let values: Vec<String> =
            configs.iter().map(|one| one.as_ref().map_or("–".to_owned(), value)).collect();
        let differ = values.windows(2).any(|pair| pair[0] != pair[1]);
        differ.then_some((key, values))
    };
    let settings = Config::fields().filter_map(|field| {
        let key = field.key();
        row(key.clone(), &|config| text(config, &key))
    });
    // Presets differ in their spaces; a space of one's own has no name but its size.
    let space = row("space".to_owned(), &|config| {
        config.space().map_or("–".to_owned(), |space| {
            let (low, high) = space.cost_range();
            let short = crate::protocol::quantity::short;
            format!(
                "{} layers, {} to {} MACs",
                space.layers().len(),
                short(low.macs),
                short(high.macs)
            )
        })
    });
    settings.chain(space).collect()
}
