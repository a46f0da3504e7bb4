//! A configuration as text: the commented `config.toml` of a run folder, and the help of
//! `--help-config`. Both come from the table of settings.

use std::fmt::Write;

use toml::Value;

use super::section::Field;
use super::setting::Range;
use super::{Config, SPACE};

impl Config {
    /// The whole configuration as TOML, each value under its help; [`Config::from_toml`] reads it
    /// back as the same.
    pub fn to_toml(&self) -> String {
        let mut text = String::new();
        for section in self.sections() {
            if !section.name().is_empty() {
                text.push_str(&format!("\n[{}]\n", section.name()));
            }
            for field in section.fields() {
                if let Some(value) = section.get(field.name) {
                    text.push_str(&format!("# {}\n{} = {value}\n", field.help, field.name));
                }
            }
        }
        if let Ok(Value::Table(space)) = Value::try_from(&self.space) {
            text.push_str(&format!("\n[{SPACE}]\n"));
            for (key, value) in &space {
                text.push_str(&format!("{key} = {value}\n"));
            }
        }
        text
    }

    /// All settings with unit, range, default and help, for `--help-config`.
    pub fn help() -> String {
        let mut text = String::new();
        let mut section = "";
        for field in Self::fields() {
            if field.section != section {
                section = field.section;
                text.push('\n');
            }
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{} = {}{}", field.key(), (field.default)(), notes(field));
            let _ = writeln!(text, "    {}", field.help);
        }
        text
    }
}

/// "  [unit; range; live]", without what is empty.
fn notes(field: &Field) -> String {
    let mut notes = Vec::new();
    if !field.unit.is_empty() {
        notes.push(field.unit.to_owned());
    }
    if field.range != Range::Any {
        notes.push(field.range.to_string());
    }
    if field.live {
        notes.push("may change during a run".to_owned());
    }
    if notes.is_empty() { String::new() } else { format!("  [{}]", notes.join("; ")) }
}
