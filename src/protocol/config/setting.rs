//! What a setting's value may be: how each type reads from and writes to TOML, and which values
//! are allowed.

use std::fmt;

use toml::Value;

use crate::protocol::quantity::{self, Amount};

/// The allowed values of a setting.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Range {
    /// Every value of the type.
    Any,
    /// A whole number from the first to the last, both included.
    Whole(u64, u64),
    /// A real number from the first to the last, both included.
    Real(f64, f64),
    /// A real number above the first, up to the last included.
    Above(f64, f64),
    /// A real number from the first included, below the last.
    Below(f64, f64),
    /// One of these words.
    OneOf(&'static [&'static str]),
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any"),
            Self::Whole(first, last) => {
                write!(f, "{} to {}", quantity::grouped(*first), quantity::grouped(*last))
            }
            Self::Real(first, last) => write!(f, "{} to {}", number(*first), number(*last)),
            Self::Above(first, last) => {
                write!(f, "above {}, at most {}", number(*first), number(*last))
            }
            Self::Below(first, last) => {
                write!(f, "at least {}, below {}", number(*first), number(*last))
            }
            Self::OneOf(words) => f.write_str(&words.join(", ")),
        }
    }
}

/// A limit, with separators where it is a large whole number.
fn number(limit: f64) -> String {
    if limit.fract() == 0.0 && (10_000.0..1e15).contains(&limit) {
        quantity::grouped(limit as u64)
    } else {
        limit.to_string()
    }
}

/// A type that a setting can have.
pub(crate) trait Setting: Sized {
    /// What is expected, as in "expected a whole number".
    const EXPECTED: &'static str;

    /// The allowed words of an enumeration.
    const WORDS: &'static [&'static str] = &[];

    /// Reads a TOML value, `None` where it is of another kind.
    fn read(value: &Value) -> Option<Self>;

    /// The TOML value that reads back as this.
    fn write(&self) -> Value;

    /// Whether the value lies in `range`.
    fn allowed(&self, range: Range) -> bool;

    /// The TOML value that a text on the command line stands for.
    fn from_text(text: &str) -> Value {
        text.trim().parse().unwrap_or_else(|_| Value::String(text.to_owned()))
    }
}

impl Setting for bool {
    const EXPECTED: &'static str = "true or false";
    fn read(value: &Value) -> Option<Self> {
        value.as_bool()
    }
    fn write(&self) -> Value {
        Value::Boolean(*self)
    }
    fn allowed(&self, _: Range) -> bool {
        true
    }
}

impl Setting for u64 {
    const EXPECTED: &'static str = "a whole number";
    fn read(value: &Value) -> Option<Self> {
        // A negative number is a whole number too: it is refused by its range, below.
        value.as_integer().map(|number| Self::try_from(number).unwrap_or(Self::MAX))
    }
    fn write(&self) -> Value {
        // TOML knows signed numbers only; every whole range ends below their limit.
        Value::Integer(i64::try_from(*self).unwrap_or(i64::MAX))
    }
    fn allowed(&self, range: Range) -> bool {
        !matches!(range, Range::Whole(first, last) if *self < first || *self > last)
    }
}

impl Setting for usize {
    const EXPECTED: &'static str = u64::EXPECTED;
    fn read(value: &Value) -> Option<Self> {
        u64::read(value).map(|number| Self::try_from(number).unwrap_or(Self::MAX))
    }
    fn write(&self) -> Value {
        (*self as u64).write()
    }
    fn allowed(&self, range: Range) -> bool {
        (*self as u64).allowed(range)
    }
}

impl Setting for f64 {
    const EXPECTED: &'static str = "a number";
    fn read(value: &Value) -> Option<Self> {
        value.as_float().or_else(|| value.as_integer().map(|number| number as Self))
    }
    fn write(&self) -> Value {
        Value::Float(*self)
    }
    fn allowed(&self, range: Range) -> bool {
        // Each comparison is false for NaN.
        match range {
            Range::Real(first, last) => *self >= first && *self <= last,
            Range::Above(first, last) => *self > first && *self <= last,
            Range::Below(first, last) => *self >= first && *self < last,
            _ => self.is_finite(),
        }
    }
}

impl Setting for String {
    const EXPECTED: &'static str = "a text in quotes";
    fn read(value: &Value) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }
    fn write(&self) -> Value {
        Value::String(self.clone())
    }
    fn allowed(&self, _: Range) -> bool {
        !self.chars().any(char::is_control)
    }
    fn from_text(text: &str) -> Value {
        Value::String(text.to_owned())
    }
}

impl Setting for Vec<u64> {
    const EXPECTED: &'static str = "counts such as \"2M,2.5M\" or [2_000_000]";
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => quantity::parse_counts(text).ok(),
            Value::Integer(_) => Some(vec![u64::read(value)?]),
            Value::Array(entries) => entries
                .iter()
                .map(|entry| match entry {
                    Value::String(text) => quantity::parse_count(text).ok(),
                    other => u64::read(other),
                })
                .collect(),
            _ => None,
        }
    }
    fn write(&self) -> Value {
        let texts: Vec<String> = self.iter().map(|&count| quantity::exact(count)).collect();
        Value::String(texts.join(","))
    }
    fn allowed(&self, range: Range) -> bool {
        self.iter().all(|count| count.allowed(range))
    }
}

impl Setting for Amount {
    const EXPECTED: &'static str = "a count such as \"1.4M\" or a share such as \"10%\"";
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => Self::parse(text).ok(),
            other => u64::read(other).map(Self::Count),
        }
    }
    fn write(&self) -> Value {
        Value::String(self.to_string())
    }
    fn allowed(&self, range: Range) -> bool {
        match self {
            Self::Count(count) => count.allowed(range),
            Self::Share(share) => (0.0..=1.0).contains(share),
        }
    }
}

/// Gives an enumeration its words in TOML.
macro_rules! words {
    ($name:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl $crate::protocol::config::setting::Setting for $name {
            const EXPECTED: &'static str = "one of the allowed words";
            const WORDS: &'static [&'static str] = &[$($word),+];
            fn read(value: &toml::Value) -> Option<Self> {
                match value.as_str()? { $($word => Some(Self::$variant),)+ _ => None }
            }
            fn write(&self) -> toml::Value {
                let word = match self { $(Self::$variant => $word),+ };
                toml::Value::String(word.to_owned())
            }
            fn allowed(&self, _: $crate::protocol::config::setting::Range) -> bool {
                true
            }
        }
    };
}

/// Declares an enumeration and its words in TOML.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident {
        $($(#[$word_doc:meta])* $variant:ident = $word:literal),+ $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$word_doc])* $variant),+ }

        $crate::protocol::config::setting::words! { $name { $($variant = $word),+ } }
    };
}
pub(crate) use {choice, words};
