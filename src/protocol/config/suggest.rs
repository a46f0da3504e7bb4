//! The nearest known key for one that nobody knows.

use super::error::{ConfigError, shown};
use super::section::Field;

/// The longest key worth comparing: no typo of ours is longer, and comparing costs the product of
/// the lengths.
const LONGEST: usize = 60;

/// The error for an unknown key: it names the nearest of the known ones if there is one near.
pub(crate) fn unknown(key: &str, fields: impl Iterator<Item = &'static Field>) -> ConfigError {
    let known: Vec<String> = fields.map(Field::key).collect();
    let near = |known: &&String| distance(key, known) <= (known.len() / 4).max(2);
    let nearest = known.iter().filter(near).min_by_key(|known| distance(key, known));
    // A key of another section, or without one, is nearest to its namesake.
    let name = key.rsplit('.').next();
    let namesake = || known.iter().find(|known| known.rsplit('.').next() == name);
    let hint = match nearest.or_else(namesake) {
        Some(known) => format!("; did you mean `{known}`?"),
        None => "; `sgnas search --help-config` lists all".to_owned(),
    };
    ConfigError::Unknown { key: shown(key), hint }
}

/// The edit distance of Levenshtein, over the bytes of two keys.
fn distance(a: &str, b: &str) -> usize {
    if a.len() > LONGEST {
        return usize::MAX;
    }
    // The row of distances from a's beginnings to all beginnings of b, one byte of a at a time.
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (above, y) in row.iter_mut().skip(1).zip(b.bytes()) {
            left = (diagonal + usize::from(x != y)).min(*above + 1).min(left + 1);
            diagonal = *above;
            *above = left;
        }
    }
    if b.is_empty() { a.len() } else { row.last().copied().unwrap_or(a.len()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::config::Config;

    #[test]
    fn the_distance_of_words_is_levenshteins() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
        assert_eq!(distance("flaw", "lawn"), 2);
        assert_eq!(distance("same", "same"), 0);
    }

    #[test]
    fn a_typo_leads_to_the_nearest_key_and_nonsense_to_the_list() {
        for (key, hint) in [
            ("supernet.epoch", "did you mean `supernet.epochs`?"),
            ("supernet.learning_rate", "`sgnas search --help-config` lists all"),
            ("tau_start", "did you mean `generator.tau_start`?"),
            ("evaluate.dropout", "did you mean `scratch.dropout`?"),
            ("", "`sgnas search --help-config` lists all"),
        ] {
            let message = unknown(key, Config::fields()).to_string();
            assert_eq!(message, format!("unknown setting `{key}`; {hint}"));
        }
    }
}
