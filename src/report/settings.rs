//! The end of the report: warnings, the whole configuration with what differs from the preset,
//! and the versions that wrote it.

use super::markup::{Html, markup};
use super::words;
use crate::protocol::RunState;
use crate::protocol::config::{Config, Field};
use crate::protocol::journal::VERSION;
use crate::space::SpaceConfig;

/// Warnings shown; a run that never stops to warn shall not fill the page.
const WARNINGS: usize = 100;

/// Warnings and configuration.
pub(super) fn section(state: &RunState) -> Html {
    markup!("{}{}", warnings(&state.warnings), configuration(state))
}

/// Who wrote the page.
pub(super) fn footer() -> Html {
    markup!(
        "</main>\n<footer>sgnas {} \u{b7} journal version {} \u{b7} made from the run's journal alone; MACs are the multiply-accumulates of convolutions for one image</footer>\n",
        env!("CARGO_PKG_VERSION"),
        VERSION as usize
    )
}

fn warnings(all: &[String]) -> Html {
    if all.is_empty() {
        return Html::default();
    }
    let items = all.iter().take(WARNINGS).map(|warning| markup!("<li>{}</li>\n", warning));
    let more = match all.len().saturating_sub(WARNINGS) {
        0 => Html::default(),
        n => markup!("<li>and {} more, in the journal</li>\n", words::grouped(n as u64)),
    };
    markup!(
        "<section id=\"warnings\">\n<h2>Warnings</h2>\n<ul class=\"panel warnings\">\n{}{}</ul>\n</section>\n",
        items.collect::<Html>(),
        more
    )
}

fn configuration(state: &RunState) -> Html {
    let Some(start) = &state.start else {
        return Html::default();
    };
    let config = &start.config;
    let preset = Config::preset(&config.general.preset).ok();
    let mut groups: Vec<(&str, Vec<Row>)> = Vec::new();
    for field in Config::fields() {
        let row = setting(config, preset.as_ref(), field);
        match groups.last_mut() {
            Some((section, rows)) if *section == field.section => rows.push(row),
            _ => groups.push((field.section, vec![row])),
        }
    }
    groups.push(("space", space(&config.space, preset.as_ref().map(|preset| &preset.space))));
    let changed =
        groups.iter().flat_map(|(_, rows)| rows).filter(|row| row.default.is_some()).count();
    let summary = match changed {
        0 => "all values as in the preset".to_owned(),
        1 => "one value differs from the preset".to_owned(),
        n => format!("{n} values differ from the preset"),
    };
    markup!(
        "<section id=\"configuration\">\n<h2>Configuration</h2>\n<details class=\"panel\"><summary>All settings <small>{}</small></summary>\n<div class=\"settings\">\n{}</div></details>\n</section>\n",
        summary,
        groups.into_iter().map(|(section, rows)| group(section, rows)).collect::<Html>()
    )
}

/// One line of the table.
struct Row {
    name: String,
    value: String,
    unit: &'static str,
    help: &'static str,
    /// The preset's value, where it is another.
    default: Option<String>,
}

fn setting(config: &Config, preset: Option<&Config>, field: &'static Field) -> Row {
    let text =
        |config: &Config| config.get(&field.key()).map_or_else(String::new, |value| plain(&value));
    let value = text(config);
    let default = preset.map(text).filter(|default| *default != value);
    Row { name: field.name.to_owned(), value, unit: field.unit, help: field.help, default }
}

/// A value without TOML's quotes.
fn plain(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) if text.is_empty() => "(empty)".to_owned(),
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn space(config: &SpaceConfig, preset: Option<&SpaceConfig>) -> Vec<Row> {
    let lines = |config: &SpaceConfig| {
        let [channels, height, width] = config.input;
        let layers = config.layers.iter().map(|layer| match layer.stride {
            1 => layer.channels.to_string(),
            stride => format!("{}/{stride}", layer.channels),
        });
        [
            (
                "input",
                format!("{channels} \u{d7} {height} \u{d7} {width}"),
                "px",
                "Channels, height and width",
            ),
            ("classes", config.classes.to_string(), "", "Classes of the classifier"),
            (
                "stem",
                format!(
                    "{} channels, kernel {}, stride {}",
                    config.stem.channels, config.stem.kernel, config.stem.stride
                ),
                "",
                "The first convolution",
            ),
            (
                "first",
                format!("{} channels, kernel {}", config.first.channels, config.first.kernel),
                "",
                "The block after the stem",
            ),
            (
                "layers",
                layers.collect::<Vec<_>>().join(", "),
                "channels/stride",
                "The searched layers",
            ),
            (
                "last_channels",
                config.last_channels.to_string(),
                "channels",
                "Width of the last 1x1 convolution",
            ),
            (
                "constraint_low",
                words::grouped(config.constraint_low),
                "MACs",
                "Lower end of the constraint's range",
            ),
            (
                "constraint_high",
                words::grouped(config.constraint_high),
                "MACs",
                "Upper end of the constraint's range",
            ),
            (
                "hc_dim",
                config.hc_dim.to_string(),
                "channels",
                "Channels of the generator's constraint input",
            ),
        ]
    };
    let defaults = preset.map(lines);
    let row = |(index, (name, value, unit, help)): (
        usize,
        (&str, String, &'static str, &'static str),
    )| {
        let default =
            defaults.as_ref().and_then(|lines| lines.get(index)).map(|line| line.1.clone());
        let default = default.filter(|default| *default != value);
        Row { name: name.to_owned(), value, unit, help, default }
    };
    lines(config).into_iter().enumerate().map(row).collect()
}

fn group(section: &str, rows: Vec<Row>) -> Html {
    let rows = rows.into_iter().map(|row| {
        let (class, default) = match row.default {
            Some(default) => ("changed", markup!("<small>preset: {}</small>", default)),
            None => ("", Html::default()),
        };
        markup!(
            "<tr class=\"{}\"><th scope=\"row\" title=\"{}\">{}</th><td><span class=\"value\">{}</span> <span class=\"unit\">{}</span>{}</td></tr>\n",
            class,
            row.help,
            row.name,
            row.value,
            row.unit,
            default
        )
    });
    let title = if section.is_empty() { "general" } else { section };
    markup!(
        "<table><caption>{}</caption><tbody>\n{}</tbody></table>\n",
        title,
        rows.collect::<Html>()
    )
}
