//! The presets that come with the program, and reading a `[space]` section from TOML text. What
//! the values mean is in `unified`; the other sections of a preset are read in `protocol`.

use serde::Deserialize;

use super::error::SpaceError;
use super::unified::{Space, SpaceConfig};

/// Name and TOML text of every preset, the whole file with all its sections.
pub const PRESETS: [(&str, &str); 4] = [
    ("tiny", include_str!("../../assets/presets/tiny.toml")),
    ("small", include_str!("../../assets/presets/small.toml")),
    ("cifar", include_str!("../../assets/presets/cifar.toml")),
    ("imagenet", include_str!("../../assets/presets/imagenet.toml")),
];

#[derive(Deserialize)]
struct File {
    space: SpaceConfig,
}

impl Space {
    /// The space of a preset: `tiny`, `small`, `cifar` or `imagenet`.
    ///
    /// # Errors
    /// [`SpaceError::UnknownPreset`] lists the names there are.
    pub fn preset(name: &str) -> Result<Self, SpaceError> {
        match PRESETS.iter().find(|(known, _)| *known == name) {
            Some((_, text)) => Self::from_toml(name, text),
            None => Err(SpaceError::UnknownPreset {
                name: name.to_owned(),
                known: PRESETS.map(|(known, _)| known).join(", "),
            }),
        }
    }

    /// Reads the `[space]` section of a TOML text; other sections are left alone.
    ///
    /// # Errors
    /// [`SpaceError::Toml`] for text that cannot be read, [`SpaceError::Field`] for a value that
    /// cannot be.
    pub fn from_toml(name: &str, text: &str) -> Result<Self, SpaceError> {
        let file: File = toml::from_str(text).map_err(|e| SpaceError::Toml {
            name: name.to_owned(),
            reason: e.to_string().split_whitespace().collect::<Vec<_>>().join(" "),
        })?;
        Self::new(name, file.space)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn text_of(space: &Space) -> String {
        let config = toml::Value::try_from(space.config()).unwrap();
        toml::to_string(&toml::Table::from_iter([("space".to_owned(), config)])).unwrap()
    }

    #[test]
    fn every_preset_can_be_read_and_the_config_comes_back_from_its_own_text() {
        for (name, _) in PRESETS {
            let space = Space::preset(name).unwrap();
            assert_eq!(Space::from_toml(name, &text_of(&space)).unwrap(), space);
        }
    }

    #[test]
    fn the_widest_map_is_an_expanded_one_in_the_first_layers() {
        let widest = |name| Space::preset(name).unwrap().widest_map();
        assert_eq!(widest("imagenet"), 6 * 16 * 112 * 112);
        assert_eq!(widest("cifar"), 6 * 32 * 32 * 32);
        assert_eq!(widest("tiny"), 6 * 16 * 14 * 14);
    }

    #[test]
    fn an_unknown_preset_lists_the_known_ones() {
        let e = Space::preset("huge").unwrap_err().to_string();
        assert!(e.contains("'huge'") && e.contains("tiny, small, cifar, imagenet"), "{e}");
    }

    #[test]
    fn other_sections_are_left_alone_and_a_misspelt_field_is_named() {
        let text = text_of(&Space::preset("tiny").unwrap());
        assert!(Space::from_toml("mine", &format!("{text}\n[supernet]\nx = 1\n")).is_ok());
        let misspelt = text.replacen("classes", "clases", 1);
        let e = Space::from_toml("mine", &misspelt).unwrap_err().to_string();
        assert!(e.contains("clases") && e.contains("mine") && !e.contains('\n'), "{e}");
    }

    #[test]
    fn a_value_that_cannot_be_is_named_with_what_would_be_possible() {
        let good = Space::preset("tiny").unwrap().config().clone();
        let check = |change: fn(&mut SpaceConfig), field: &str| {
            let mut config = good.clone();
            change(&mut config);
            let e = Space::new("mine", config).unwrap_err();
            assert!(matches!(&e, SpaceError::Field { field: f, .. } if f == field), "{e}");
        };
        check(|c| c.layers.clear(), "layers");
        check(|c| c.layers[3].stride = 3, "layers[3].stride");
        check(|c| c.layers[1].channels = 0, "layers[1].channels");
        check(|c| c.stem.kernel = 4, "stem.kernel");
        check(|c| c.first.kernel = 99, "first.kernel");
        check(|c| c.input[1] = 0, "input");
        check(|c| c.input[2] = 1 << 20, "input");
        check(|c| c.classes = 1, "classes");
        check(|c| c.constraint_low = c.constraint_high, "constraint_low");
        check(|c| c.hc_dim = 0, "hc_dim");
    }
}
