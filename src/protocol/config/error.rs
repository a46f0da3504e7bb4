//! What can be wrong with a configuration, each in one line that names the setting, its value and
//! what is allowed.

use thiserror::Error;

/// Why a configuration was refused.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum ConfigError {
    /// A key that no setting has.
    #[error("unknown setting `{key}`{hint}")]
    Unknown {
        /// As written.
        key: String,
        /// "; did you mean ...?" or where to find the list.
        hint: String,
    },
    /// A value of another kind.
    #[error("`{key}` = {value}: expected {expected}{allowed}")]
    WrongType {
        /// The setting.
        key: String,
        /// As written.
        value: String,
        /// What the setting takes.
        expected: &'static str,
        /// " (allowed: ...)", or empty.
        allowed: String,
    },
    /// A value of the right kind that is not allowed.
    #[error("`{key}` = {value}: not allowed; allowed: {range}")]
    OutOfRange {
        /// The setting.
        key: String,
        /// As written.
        value: String,
        /// The allowed values.
        range: String,
    },
    /// Two settings that exclude each other.
    #[error("`{key}` = {value}: {reason}")]
    Conflict {
        /// The setting to change.
        key: &'static str,
        /// Its value.
        value: String,
        /// What it conflicts with.
        reason: String,
    },
    /// Not TOML.
    #[error("line {line}: not valid TOML: {reason}")]
    Syntax {
        /// Counted from 1.
        line: usize,
        /// In one line.
        reason: String,
    },
    /// A preset that does not exist.
    #[error("unknown preset `{name}`; known: {known}")]
    UnknownPreset {
        /// As written.
        name: String,
        /// All presets.
        known: String,
    },
    /// A `[space]` that cannot be.
    #[error("[space]: {0}")]
    Space(String),
    /// `--set` without an equals sign.
    #[error("`{0}` is no setting: write key=value, as in supernet.lr=0.1")]
    NoAssignment(String),
    /// A change during a run that would make it irreproducible.
    #[error("`{0}` cannot change during a run; start a new one for it")]
    NotLive(String),
}

impl ConfigError {
    /// A text that is no TOML.
    pub(crate) fn syntax(text: &str, error: &toml::de::Error) -> Self {
        let offset = error.span().map_or(0, |span| span.start);
        let before = text.as_bytes().iter().take(offset);
        Self::Syntax {
            line: 1 + before.filter(|&&byte| byte == b'\n').count(),
            reason: one_line(error.message()),
        }
    }
}

/// Untrusted text on one line, cut to a length that fits in a message.
pub(crate) fn shown(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => one_line(text.get(..end).unwrap_or_default()) + "...",
        None => one_line(text),
    }
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
