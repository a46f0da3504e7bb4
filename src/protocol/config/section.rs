//! The one table of settings: `section!` declares a section's struct, defaults, help, units and
//! ranges at once, so that validation, `--set`, `--help-config` and a settings panel cannot drift
//! apart.

use toml::Value;

use super::error::{ConfigError, shown};
use super::setting::Range;

/// Everything known about one setting.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The table it stands in, empty for the top level.
    pub section: &'static str,
    /// Its name there.
    pub name: &'static str,
    /// Its unit, empty for bare numbers and words.
    pub unit: &'static str,
    /// The allowed values.
    pub range: Range,
    /// One line, with the section of the paper where that says something.
    pub help: &'static str,
    /// Whether it may change while a run is under way.
    pub live: bool,
    /// The value where nothing else is said.
    pub default: fn() -> Value,
    /// The TOML value that a text on the command line stands for.
    pub from_text: fn(&str) -> Value,
    /// What a value must look like, as in "expected a whole number".
    pub expected: &'static str,
}

impl Field {
    /// A value of another kind than the setting's.
    pub(crate) fn wrong_type(&self, value: &Value) -> ConfigError {
        let allowed = match self.range {
            Range::Any => String::new(),
            range => format!(" (allowed: {range})"),
        };
        ConfigError::WrongType {
            key: self.key(),
            value: shown(&value.to_string()),
            expected: self.expected,
            allowed,
        }
    }

    /// A value outside the setting's range.
    pub(crate) fn out_of_range(&self, value: &Value) -> ConfigError {
        ConfigError::OutOfRange {
            key: self.key(),
            value: shown(&value.to_string()),
            range: match self.range {
                Range::Any => "a finite value without control characters".to_owned(),
                range => range.to_string(),
            },
        }
    }

    /// "supernet.lr", or "seed" at the top level.
    pub fn key(&self) -> String {
        if self.section.is_empty() {
            self.name.to_owned()
        } else {
            format!("{}.{}", self.section, self.name)
        }
    }
}

/// One section of the configuration, its settings reached by name.
pub trait Section {
    /// The table's name, empty for the top level.
    fn name(&self) -> &'static str;
    /// The settings in order.
    fn fields(&self) -> &'static [Field];
    /// The value of a setting, `None` for an unknown name.
    fn get(&self, name: &str) -> Option<Value>;
    /// Sets one setting.
    ///
    /// # Errors
    /// Names key, value and what is allowed; the section is then unchanged.
    fn set(&mut self, field: &Field, value: &Value) -> Result<(), ConfigError>;
    /// Checks each value against its range.
    ///
    /// # Errors
    /// Names the first setting that is out of range.
    fn check(&self) -> Result<(), ConfigError>;
}

/// Declares a section: per setting its help, name, type, default, range, unit and whether it may
/// change during a run (`live`) or not (`fixed`).
macro_rules! section {
    (
        $(#[$doc:meta])* $name:ident = $table:literal {
            $(#[doc = $help:literal] $field:ident: $type:ty = $default:expr, $range:expr, $unit:literal, $live:ident;)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name { $(#[doc = $help] pub $field: $type),+ }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default),+ }
            }
        }

        impl $name {
            /// The settings of this section.
            pub const FIELDS: &'static [$crate::protocol::config::section::Field] = &[$(
                $crate::protocol::config::section::Field {
                    section: $table,
                    name: stringify!($field),
                    unit: $unit,
                    range: {
                        #[allow(unused_imports)]
                        use $crate::protocol::config::setting::Range::*;
                        $range
                    },
                    help: $help.trim_ascii(),
                    live: $crate::protocol::config::section::is_live!($live),
                    default: || $crate::protocol::config::setting::Setting::write(
                        &Self::default().$field,
                    ),
                    from_text: <$type as $crate::protocol::config::setting::Setting>::from_text,
                    expected: <$type as $crate::protocol::config::setting::Setting>::EXPECTED,
                }
            ),+];
        }

        impl $crate::protocol::config::section::Section for $name {
            fn name(&self) -> &'static str {
                $table
            }

            fn fields(&self) -> &'static [$crate::protocol::config::section::Field] {
                Self::FIELDS
            }

            fn get(&self, name: &str) -> Option<toml::Value> {
                use $crate::protocol::config::setting::Setting;
                match name {
                    $(stringify!($field) => Some(self.$field.write()),)+
                    _ => None,
                }
            }

            fn set(
                &mut self,
                field: &$crate::protocol::config::section::Field,
                value: &toml::Value,
            ) -> Result<(), $crate::protocol::config::ConfigError> {
                match field.name {
                    $(stringify!($field) => {
                        self.$field = $crate::protocol::config::section::read(field, value)?;
                    })+
                    _ => {
                        return Err($crate::protocol::config::ConfigError::Unknown {
                            key: field.key(),
                            hint: String::new(),
                        });
                    }
                }
                Ok(())
            }

            fn check(&self) -> Result<(), $crate::protocol::config::ConfigError> {
                use $crate::protocol::config::setting::Setting;
                for field in Self::FIELDS {
                    match field.name {
                        $(stringify!($field) if !self.$field.allowed(field.range) => {
                            return Err(field.out_of_range(&self.$field.write()));
                        })+
                        _ => {}
                    }
                }
                Ok(())
            }
        }
    };
}

/// The words for whether a setting may change during a run.
macro_rules! is_live {
    (live) => {
        true
    };
    (fixed) => {
        false
    };
}
pub(crate) use {is_live, section};

/// Reads a value for a field and checks its range.
pub(crate) fn read<T: super::setting::Setting>(
    field: &Field,
    value: &Value,
) -> Result<T, ConfigError> {
    let read = T::read(value).ok_or_else(|| field.wrong_type(value))?;
    if read.allowed(field.range) { Ok(read) } else { Err(field.out_of_range(value)) }
}
