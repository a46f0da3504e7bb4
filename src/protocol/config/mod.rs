//! The configuration: one value that decides a run. Its sections are declared in one table each
//! ([`section`]), from which defaults, validation, `--set`, help and the settings panel come; only
//! `[space]` is room `space`'s. No file is read here.

mod checkpoint;
mod error;
mod evaluate;
mod general;
mod generator;
mod images;
mod scratch;
mod section;
mod setting;
mod suggest;
mod supernet;
mod table;
mod targets;
mod text;

use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use crate::space::{PRESETS, Space, SpaceConfig};

pub use checkpoint::Checkpoint;
pub use error::ConfigError;
use error::shown;
pub use evaluate::{Decode, Evaluate};
pub use general::General;
pub use generator::{Generator, HardwareLoss, Selection};
pub use images::Images;
pub use scratch::{Activation, Optimiser, Schedule, Scratch};
pub use section::{Field, Section};
pub use setting::Range;
pub use supernet::Supernet;
pub use targets::Targets;

/// The table that describes the search space.
const SPACE: &str = "space";

/// Every value that decides a run, the seed included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Table", into = "Table")]
pub struct Config {
    /// The top level: preset, data, seed, constraint, budgets.
    pub general: General,
    /// `[images]`
    pub images: Images,
    /// `[supernet]`
    pub supernet: Supernet,
    /// `[generator]`
    pub generator: Generator,
    /// `[evaluate]`
    pub evaluate: Evaluate,
    /// `[scratch]`
    pub scratch: Scratch,
    /// `[checkpoint]`
    pub checkpoint: Checkpoint,
    /// `[space]`
    pub space: SpaceConfig,
}

impl Config {
    /// The defaults overlaid by a preset.
    ///
    /// # Errors
    /// When there is no such preset.
    pub fn preset(name: &str) -> Result<Self, ConfigError> {
        let (_, text) =
            PRESETS.iter().find(|(known, _)| *known == name).ok_or_else(|| unknown_preset(name))?;
        Self::of_preset(name, text)
    }

    /// Reads a whole configuration: the preset that it names, overlaid by what it says.
    ///
    /// # Errors
    /// In one line: syntax with its line, an unknown key with the nearest known one, a wrong type
    /// or value with what is allowed.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        Self::try_from(table::parse(text)?)
    }

    /// Sets one value from a text, as `--set supernet.lr=0.1` does; `preset` and the space cannot
    /// be set so.
    ///
    /// # Errors
    /// As [`Config::from_toml`]; the configuration is then unchanged.
    pub fn set(&mut self, key: &str, text: &str) -> Result<(), ConfigError> {
        let field = Self::field(key)?;
        let value = (field.from_text)(text);
        if key == "preset" && value.as_str() != Some(&self.general.preset) {
            // The preset decided the other values already.
            return Err(ConfigError::Conflict {
                key: "preset",
                value: value.to_string(),
                reason: "choose the preset with --preset, before other settings".to_owned(),
            });
        }
        self.set_value(field, &value)
    }

    /// [`Config::set`] with "key=value" in one text.
    ///
    /// # Errors
    /// As [`Config::set`], and without an equals sign.
    pub fn assign(&mut self, assignment: &str) -> Result<(), ConfigError> {
        let (key, value) = assignment
            .split_once('=')
            .ok_or_else(|| ConfigError::NoAssignment(assignment.to_owned()))?;
        self.set(key.trim(), value.trim())
    }

    /// [`Config::set`] for a run that is under way.
    ///
    /// # Errors
    /// As [`Config::set`], and for settings that a run was built on.
    pub fn set_live(&mut self, key: &str, text: &str) -> Result<(), ConfigError> {
        if Self::field(key)?.live {
            self.set(key, text)
        } else {
            Err(ConfigError::NotLive(key.to_owned()))
        }
    }

    /// The value of a setting, `None` for an unknown key.
    pub fn get(&self, key: &str) -> Option<Value> {
        let field = Self::field(key).ok()?;
        self.sections().iter().find(|s| s.name() == field.section)?.get(field.name)
    }

    /// All settings, section by section.
    pub fn fields() -> impl Iterator<Item = &'static Field> {
        [
            General::FIELDS,
            Images::FIELDS,
            Supernet::FIELDS,
            Generator::FIELDS,
            Evaluate::FIELDS,
            Scratch::FIELDS,
            Checkpoint::FIELDS,
        ]
        .into_iter()
        .flatten()
    }

    /// Checks every value against its range, and those that depend on each other.
    ///
    /// # Errors
    /// In one line, the first that is wrong.
    pub fn validate(&self) -> Result<(), ConfigError> {
        for section in self.sections() {
            section.check()?;
        }
        if !PRESETS.iter().any(|(known, _)| *known == self.general.preset) {
            return Err(unknown_preset(&self.general.preset));
        }
        self.space()?;
        if self.scratch.warmup_epochs > self.scratch.epochs as f64 {
            return Err(ConfigError::Conflict {
                key: "scratch.warmup_epochs",
                value: self.scratch.warmup_epochs.to_string(),
                reason: format!("must not exceed scratch.epochs = {}", self.scratch.epochs),
            });
        }
        let s = &self.scratch;
        for (key, on, value) in [
            ("scratch.bicubic", s.bicubic, s.bicubic.to_string()),
            ("scratch.jitter", s.jitter > 0.0, s.jitter.to_string()),
        ] {
            if on && s.min_area == 0.0 {
                let reason = "needs random resized crops: set scratch.min_area".to_owned();
                return Err(ConfigError::Conflict { key, value, reason });
            }
        }
        Ok(())
    }

    /// The search space.
    ///
    /// # Errors
    /// Where `[space]` cannot be.
    pub fn space(&self) -> Result<Space, ConfigError> {
        Space::new(&self.general.preset, self.space.clone())
            .map_err(|error| ConfigError::Space(error.to_string()))
    }

    /// The grid of cost targets in a space: its constraint range, in steps.
    pub fn targets(&self, space: &Space) -> Targets {
        let (low, high) = space.constraint_range(self.general.constraint);
        let low = low.round() as u64;
        let high = (high.round() as u64).max(low + 1);
        let step = self.generator.target_step.of(high - low).clamp(1, high - low);
        Targets { low, high, step }
    }

    /// The budgets to generate for: those given, or eight spread evenly over the targets.
    pub fn budgets(&self, targets: Targets) -> Vec<u64> {
        if self.general.budgets.is_empty() {
            targets.spread(8)
        } else {
            self.general.budgets.clone()
        }
    }

    fn field(key: &str) -> Result<&'static Field, ConfigError> {
        Self::fields()
            .find(|field| field.key() == key)
            .ok_or_else(|| suggest::unknown(key, Self::fields()))
    }

    fn set_value(&mut self, field: &Field, value: &Value) -> Result<(), ConfigError> {
        match self.sections_mut().into_iter().find(|s| s.name() == field.section) {
            Some(section) => section.set(field, value),
            None => Err(suggest::unknown(&field.key(), Self::fields())),
        }
    }

    fn sections(&self) -> [&dyn Section; 7] {
        [
            &self.general,
            &self.images,
            &self.supernet,
            &self.generator,
            &self.evaluate,
            &self.scratch,
            &self.checkpoint,
        ]
    }

    fn sections_mut(&mut self) -> [&mut dyn Section; 7] {
        [
            &mut self.general,
            &mut self.images,
            &mut self.supernet,
            &mut self.generator,
            &mut self.evaluate,
            &mut self.scratch,
            &mut self.checkpoint,
        ]
    }
}

fn unknown_preset(name: &str) -> ConfigError {
    let known: Vec<&str> = PRESETS.iter().map(|(name, _)| *name).collect();
    ConfigError::UnknownPreset { name: shown(name), known: known.join(", ") }
}
