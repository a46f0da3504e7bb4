//! A configuration as a TOML table, and back: presets, whole files, the journal's JSON.

use toml::{Table, Value};

use super::error::{ConfigError, shown};
use super::{
    Checkpoint, Config, Evaluate, General, Generator, Images, SPACE, Scratch, Supernet, suggest,
};
use crate::space::SpaceConfig;

impl Config {
    /// The defaults overlaid by the text of a preset.
    pub(crate) fn of_preset(name: &str, text: &str) -> Result<Self, ConfigError> {
        let mut table = parse(text)?;
        let space = table.remove(SPACE).unwrap_or(Value::Table(Table::new()));
        let mut config = Self {
            space: read_space(space)?,
            general: General { preset: name.to_owned(), ..General::default() },
            images: Images::default(),
            supernet: Supernet::default(),
            generator: Generator::default(),
            evaluate: Evaluate::default(),
            scratch: Scratch::default(),
            checkpoint: Checkpoint::default(),
        };
        config.overlay(&table)?;
        Ok(config)
    }

    /// Sets all values of a table.
    fn overlay(&mut self, table: &Table) -> Result<(), ConfigError> {
        for (key, value) in table {
            match value {
                value if key == SPACE => self.space = read_space(value.clone())?,
                Value::Table(section) => {
                    if !self.sections().iter().any(|known| known.name() == key) {
                        return Err(suggest::unknown(key, Self::fields()));
                    }
                    for (name, value) in section {
                        self.set_value(Self::field(&format!("{key}.{name}"))?, value)?;
                    }
                }
                value => self.set_value(Self::field(key)?, value)?,
            }
        }
        Ok(())
    }
}

impl TryFrom<Table> for Config {
    type Error = ConfigError;

    fn try_from(table: Table) -> Result<Self, ConfigError> {
        let preset = match table.get("preset") {
            Some(Value::String(name)) => name.clone(),
            Some(other) => {
                return Err(Self::field("preset")?.wrong_type(other));
            }
            None => General::default().preset,
        };
        let mut config = Self::preset(&preset)?;
        config.overlay(&table)?;
        config.validate()?;
        Ok(config)
    }
}

impl From<Config> for Table {
    fn from(config: Config) -> Self {
        let mut table = Self::new();
        for section in config.sections() {
            let values = section
                .fields()
                .iter()
                .filter_map(|field| Some((field.name.to_owned(), section.get(field.name)?)));
            if section.name().is_empty() {
                table.extend(values);
            } else {
                table.insert(section.name().to_owned(), Value::Table(values.collect()));
            }
        }
        // A space is made of numbers and tables alone, which always have a TOML form.
        if let Ok(space) = Value::try_from(&config.space) {
            table.insert(SPACE.to_owned(), space);
        }
        table
    }
}

pub(crate) fn parse(text: &str) -> Result<Table, ConfigError> {
    text.parse().map_err(|error| ConfigError::syntax(text, &error))
}

fn read_space(value: Value) -> Result<SpaceConfig, ConfigError> {
    if !value.is_table() {
        return Err(ConfigError::Space(format!("{}: expected a table", shown(&value.to_string()))));
    }
    value.try_into().map_err(|error: toml::de::Error| ConfigError::Space(shown(error.message())))
}
