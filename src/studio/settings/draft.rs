//! A configuration in the making: one that stands, and what was typed over it, right or wrong.

use std::collections::BTreeMap;

use crate::protocol::Config;
use crate::protocol::config::ConfigError;
use toml::Value;

/// A configuration and changes to it.
#[derive(Clone, Debug)]
pub(in crate::studio) struct Draft {
    base: Config,
    /// What was typed, by key.
    edits: BTreeMap<String, String>,
}

/// What a draft amounts to.
pub(in crate::studio) struct Built {
    /// The configuration with every change that is allowed.
    pub(in crate::studio) config: Config,
    /// Why a change is not, by key; under the empty key what belongs to no setting.
    pub(in crate::studio) wrong: BTreeMap<String, String>,
}

impl Draft {
    /// Without changes.
    pub(in crate::studio) fn new(base: Config) -> Self {
        Self { base, edits: BTreeMap::new() }
    }

    /// A configuration as changes to its preset.
    ///
    /// # Errors
    /// Where the preset is unknown.
    pub(in crate::studio) fn over_preset(config: &Config) -> Result<Self, ConfigError> {
        let mut base = Config::preset(&config.general.preset)?;
        base.space = config.space.clone();
        let mut draft = Self::new(base);
        for field in Config::fields() {
            draft.edit(&field.key(), &text(config, &field.key()));
        }
        Ok(draft)
    }

    /// The configuration below the changes.
    pub(in crate::studio) fn base(&self) -> &Config {
        &self.base
    }

    /// Puts another configuration below the changes; those that it has already are dropped.
    pub(in crate::studio) fn rebase(&mut self, base: Config) {
        self.edits.retain(|key, typed| {
            let mut changed = base.clone();
            changed.set(key, typed).is_err() || changed != base
        });
        self.base = base;
    }

    /// Forgets all changes.
    pub(in crate::studio) fn clear(&mut self) {
        self.edits.clear();
    }

    /// What stands in the field of a setting.
    pub(in crate::studio) fn text(&self, key: &str) -> String {
        self.edits.get(key).cloned().unwrap_or_else(|| text(&self.base, key))
    }

    /// Takes what was typed into the field of a setting.
    pub(in crate::studio) fn edit(&mut self, key: &str, typed: &str) {
        if typed == text(&self.base, key) {
            self.edits.remove(key);
        } else {
            self.edits.insert(key.to_owned(), typed.to_owned());
        }
    }

    /// Takes a change back.
    pub(in crate::studio) fn reset(&mut self, key: &str) {
        self.edits.remove(key);
    }

    /// The keys that were changed.
    pub(in crate::studio) fn changed(&self) -> impl Iterator<Item = &str> {
        self.edits.keys().map(String::as_str)
    }

    /// The configuration, and what is wrong with the changes.
    pub(in crate::studio) fn build(&self) -> Built {
        let mut built = Built { config: self.base.clone(), wrong: BTreeMap::new() };
        for (key, typed) in &self.edits {
            if let Err(error) = built.config.set(key, typed) {
                built.wrong.insert(key.clone(), error.to_string());
            }
        }
        if built.wrong.is_empty()
            && let Err(error) = built.config.validate()
        {
            let key = match &error {
                ConfigError::Conflict { key, .. } => (*key).to_owned(),
                _ => String::new(),
            };
            built.wrong.insert(key, error.to_string());
        }
        built
    }
}

/// The value of a setting as it is typed: without TOML's quotes.
pub(in crate::studio) fn text(config: &Config, key: &str) -> String {
    config.get(key).map_or_else(String::new, |value| text_of(&value))
}

/// A value without TOML's quotes.
pub(super) fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn draft() -> Draft {
        Draft::new(Config::preset("tiny").unwrap())
    }

    #[test]
    fn every_setting_stands_in_its_field_as_it_can_be_typed_again() {
        let mut draft = draft();
        for field in Config::fields().filter(|field| field.key() != "preset") {
            let key = field.key();
            let mut config = draft.base().clone();
            config.set(&key, &draft.text(&key)).unwrap();
            assert_eq!(config, *draft.base(), "{key}");
            draft.edit(&key, &draft.text(&key));
        }
        assert_eq!(draft.changed().count(), 0);
    }

    #[test]
    fn a_wrong_value_is_told_at_its_field_and_the_others_stand() {
        let mut draft = draft();
        draft.edit("supernet.lr", "fast");
        draft.edit("supernet.epochs", "3");
        let built = draft.build();
        assert_eq!(built.config.supernet.epochs, 3);
        assert_eq!(built.wrong.keys().collect::<Vec<_>>(), ["supernet.lr"]);
        draft.reset("supernet.lr");
        assert!(draft.build().wrong.is_empty());
        // What excludes another setting is told at the one to change.
        draft.edit("scratch.warmup_epochs", "1000000");
        draft.edit("scratch.epochs", "2");
        assert_eq!(draft.build().wrong.keys().collect::<Vec<_>>(), ["scratch.warmup_epochs"]);
    }

    #[test]
    fn changes_outlive_another_base_until_it_has_them() {
        let mut draft = draft();
        draft.edit("evaluate.random", "7");
        draft.edit("checkpoint.keep", "5");
        let mut base = Config::preset("small").unwrap();
        base.set("evaluate.random", "7").unwrap();
        draft.rebase(base);
        assert_eq!(draft.changed().collect::<Vec<_>>(), ["checkpoint.keep"]);
    }

    #[test]
    fn a_run_can_be_written_as_changes_to_its_preset() {
        let mut config = Config::preset("tiny").unwrap();
        config.set("supernet.epochs", "3").unwrap();
        config.set("data", "photos").unwrap();
        let draft = Draft::over_preset(&config).unwrap();
        assert_eq!(draft.changed().collect::<Vec<_>>(), ["data", "supernet.epochs"]);
        assert_eq!(draft.build().config, config);
    }
}
