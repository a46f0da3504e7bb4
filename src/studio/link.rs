//! A search as the fragment of an address, `#preset=tiny&seed=7&macs=2000000`: the preset, what
//! differs from it, limits, and an architecture. Images are in no link.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::settings::Draft;
use crate::protocol::Config;
use crate::space::{Architecture, Budget};

/// Words of a link that are no settings.
const PRESET: &str = "preset";
const MACS: &str = "macs";
const PARAMS: &str = "params";
const NETWORK: &str = "network";
/// The setting that names the images.
const DATA: &str = "data";

/// What a link holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Link {
    /// The preset.
    pub preset: String,
    /// Settings that differ from it, as they are typed.
    pub settings: BTreeMap<String, String>,
    /// Where the sliders begin; without limits where they would anyway.
    pub budget: Budget,
    /// An architecture to be pinned.
    pub network: Option<Architecture>,
}

impl Link {
    /// A link to the search of a configuration.
    ///
    /// # Errors
    /// In one line, where its search space is not its preset's.
    pub fn of(config: &Config) -> Result<Self, String> {
        let preset = config.general.preset.clone();
        let draft = Draft::over_preset(config).map_err(|error| error.to_string())?;
        let known = Config::preset(&preset).map_err(|error| error.to_string())?;
        if known.space != config.space {
            return Err(format!(
                "the search space is not that of the preset `{preset}`: a link cannot hold it"
            ));
        }
        let changed = draft.changed().filter(|key| *key != DATA);
        let settings = changed.map(|key| (key.to_owned(), draft.text(key))).collect();
        Ok(Self { preset, settings, ..Self::default() })
    }

    /// Reads a fragment, without its `#`; `None` where it says nothing.
    ///
    /// # Errors
    /// In one line that names the word that is wrong.
    pub fn read(fragment: &str) -> Result<Option<Self>, String> {
        let mut link = Self::default();
        for pair in fragment.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').ok_or_else(|| {
                format!(
                    "the link's `{pair}` is not understood: a word, `=` and a value are expected"
                )
            })?;
            let (key, value) = (plain(key)?, plain(value)?);
            match key.as_str() {
                PRESET => link.preset = value,
                MACS => link.budget.macs = Some(number(&key, &value)?),
                PARAMS => link.budget.params = Some(number(&key, &value)?),
                NETWORK => link.network = Some(network(&value)?),
                _ => drop(link.settings.insert(key, value)),
            }
        }
        if link == Self::default() {
            return Ok(None);
        }
        if link.preset.is_empty() {
            return Err("the link names no preset, as in `#preset=tiny`".to_owned());
        }
        Ok(Some(link))
    }

    /// The fragment, without its `#`.
    pub fn write(&self) -> String {
        let limit =
            |key: &str, most: Option<u64>| most.map(|most| (key.to_owned(), most.to_string()));
        let kernels = |network: &Architecture| {
            let layers = network.kernels().iter();
            let digits = |layer: &Vec<u8>| layer.iter().map(u8::to_string).collect::<String>();
            (NETWORK.to_owned(), layers.map(digits).collect::<Vec<_>>().join("-"))
        };
        let words = std::iter::once((PRESET.to_owned(), self.preset.clone()))
            .chain(self.settings.clone())
            .chain(limit(MACS, self.budget.macs))
            .chain(limit(PARAMS, self.budget.params))
            .chain(self.network.as_ref().map(kernels));
        let words = words.map(|(key, value)| format!("{}={}", safe(&key), safe(&value)));
        words.collect::<Vec<_>>().join("&")
    }
}

fn number(key: &str, value: &str) -> Result<u64, String> {
    value.parse().map_err(|_| format!("the link's `{key}` wants a whole number; got `{value}`"))
}

/// Layers between dashes, a digit a kernel.
fn network(text: &str) -> Result<Architecture, String> {
    let kernel = |digit: char| digit.to_digit(10).unwrap_or(0) as u8;
    let layers = text.split('-').map(|layer| layer.chars().map(kernel).collect());
    Architecture::new(layers.collect()).map_err(|error| format!("the link's `{NETWORK}`: {error}"))
}

/// A word that means itself in every address.
fn safe(text: &str) -> String {
    text.bytes().fold(String::new(), |mut safe, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~,".contains(&byte) {
            safe.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(safe, "%{byte:02X}");
        }
        safe
    })
}

/// The reverse of [`safe`].
fn plain(text: &str) -> Result<String, String> {
    let wrong = || format!("the link's `{text}` is damaged");
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((byte, more)) = rest.split_first() {
        rest = more;
        if *byte != b'%' {
            bytes.push(*byte);
            continue;
        }
        let (digits, more) = rest.split_at_checked(2).ok_or_else(wrong)?;
        let digits = std::str::from_utf8(digits).map_err(|_| wrong())?;
        bytes.push(u8::from_str_radix(digits, 16).map_err(|_| wrong())?);
        rest = more;
    }
    String::from_utf8(bytes).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::space::Metric;

    #[test]
    fn a_link_comes_back_as_it_was_written() {
        let mut config = Config::preset("tiny").unwrap();
        for (key, value) in [("supernet.epochs", "3"), ("seed", "8"), ("budgets", "[2000000]")] {
            config.set(key, value).unwrap();
        }
        config.set("data", "photos & more").unwrap();
        let mut link = Link::of(&config).unwrap();
        assert_eq!(
            link.settings.keys().collect::<Vec<_>>(),
            ["budgets", "seed", "supernet.epochs"]
        );
        link.budget = Budget::new(Metric::Macs, 2_000_000);
        link.network = Some(Architecture::new(vec![vec![3, 5], vec![7, 7, 3]]).unwrap());
        let text = link.write();
        assert!(text.contains("network=35-773") && !text.contains(['[', ' ', '#']), "{text}");
        assert_eq!(Link::read(&text), Ok(Some(link)));
    }

    #[test]
    fn nothing_is_no_link_and_what_is_wrong_is_named() {
        assert_eq!(Link::read(""), Ok(None));
        for (text, word) in [
            ("seed=1", "preset"),
            ("preset=tiny&seed", "`seed`"),
            ("preset=tiny&macs=many", "`many`"),
            ("preset=tiny&network=39", "network"),
            ("preset=tiny&seed=%4", "%4"),
            ("preset=tiny&seed=%zz", "%zz"),
            ("preset=tiny&seed=%ff", "damaged"),
        ] {
            assert!(Link::read(text).is_err_and(|error| error.contains(word)), "{text}");
        }
    }

    #[test]
    fn a_space_of_its_own_is_in_no_link() {
        let mut config = Config::preset("tiny").unwrap();
        config.space.classes += 1;
        assert!(Link::of(&config).is_err_and(|error| error.contains("space")));
    }
}
