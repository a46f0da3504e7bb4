//! Counts with units as people write them ("2.5M", "350k", "12%") and as we print them. Parsing
//! is exact: no floating point lies between the text and the count.

use std::fmt;

use thiserror::Error;

/// Why a text is no count.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum QuantityError {
    /// Not digits with an optional k, M or G.
    #[error("`{0}` is no count: write digits and k, M or G, as in 350k or 2.5M")]
    Syntax(String),
    /// 0.5, 1.0000001k: not a whole count.
    #[error("`{0}` is not a whole count")]
    Fraction(String),
    /// Beyond 64 bits.
    #[error("`{0}` is too large")]
    TooLarge(String),
    /// Not a percentage from 0 to 100.
    #[error("`{0}` is no percentage from 0% to 100%")]
    Percentage(String),
}

/// Parses "2.5M", "350k", "1_000_000" or "1,000,000" to a whole count.
///
/// # Errors
/// Names the text and what is wrong with it.
pub fn parse_count(text: &str) -> Result<u64, QuantityError> {
    let syntax = || QuantityError::Syntax(text.to_owned());
    let trimmed = text.trim();
    let (number, exponent) = match trimmed.chars().last() {
        Some('k') => (trimmed.trim_end_matches('k'), 3),
        Some('M') => (trimmed.trim_end_matches('M'), 6),
        Some('G') => (trimmed.trim_end_matches('G'), 9),
        _ => (trimmed, 0),
    };
    if trimmed.len() - number.len() > 1 {
        return Err(syntax());
    }
    let (whole, decimals) = number.trim_end().split_once('.').unwrap_or((number.trim_end(), ""));
    let whole = ungroup(whole).ok_or_else(syntax)?;
    let digits = |s: &str| s.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(&whole) || !digits(decimals) {
        return Err(syntax());
    }
    let decimals = decimals.trim_end_matches('0');
    if decimals.len() > exponent {
        return Err(QuantityError::Fraction(text.to_owned()));
    }
    format!("{whole}{decimals:0<exponent$}")
        .parse()
        .map_err(|_| QuantityError::TooLarge(text.to_owned()))
}

/// Removes `_` anywhere between digits and `,` where it separates groups of three; `None` for a
/// comma elsewhere.
fn ungroup(whole: &str) -> Option<String> {
    if whole.contains(',') {
        let mut groups = whole.split(',');
        let first = groups.next()?;
        if first.is_empty() || first.len() > 3 || groups.any(|group| group.len() != 3) {
            return None;
        }
    }
    Some(whole.chars().filter(|&c| c != '_' && c != ',').collect())
}

/// Parses a comma-separated list such as "2M,2.5M"; an empty text is an empty list.
///
/// # Errors
/// Names the first entry that is no count.
pub fn parse_counts(text: &str) -> Result<Vec<u64>, QuantityError> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    text.split(',').map(parse_count).collect()
}

/// The shortest text that [`parse_count`] reads back as exactly this count.
pub fn exact(count: u64) -> String {
    let (exponent, unit) = match count {
        0..1_000 => return count.to_string(),
        1_000..1_000_000 => (3, "k"),
        1_000_000..1_000_000_000 => (6, "M"),
        _ => (9, "G"),
    };
    let scale = 10_u64.pow(exponent);
    let width = exponent as usize;
    let decimals = format!("{:0width$}", count % scale);
    match decimals.trim_end_matches('0') {
        "" => format!("{}{unit}", count / scale),
        decimals => format!("{}.{decimals}{unit}", count / scale),
    }
}

/// "4,679,144".
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// For people: at least three figures and a unit, as in "2.46 M", "324.3 M", "12.3 k", "812".
pub fn short(count: u64) -> String {
    let value = count as f64;
    match count {
        0..1_000 => count.to_string(),
        1_000..1_000_000 => format!("{} k", figures(value / 1e3)),
        1_000_000..1_000_000_000 => format!("{} M", figures(value / 1e6)),
        _ => format!("{} G", figures(value / 1e9)),
    }
}

/// "0.412 ms", "12.3 ms", "1,234 ms".
pub fn milliseconds(value: f64) -> String {
    if value < 1.0 { format!("{value:.3} ms") } else { format!("{} ms", figures(value)) }
}

/// "212 MiB", "2,048 MiB".
pub fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", grouped(bytes >> 20))
}

/// "0.8 s", "42 s", "3 min 20 s", "2 h 05 min", "3 days 4 h".
pub fn duration(seconds: f64) -> String {
    if seconds < 9.95 {
        return format!("{seconds:.1} s");
    }
    let whole = seconds.round() as u64;
    match whole {
        0..60 => format!("{whole} s"),
        60..3_600 => format!("{} min {:02} s", whole / 60, whole % 60),
        3_600..172_800 => format!("{} h {:02} min", whole / 3_600, whole % 3_600 / 60),
        _ => format!("{} days {} h", grouped(whole / 86_400), whole % 86_400 / 3_600),
    }
}

/// "under a minute", "about 6 min", "about 3 h", "about 2 days": no more figures than a forecast has.
pub fn about(seconds: f64) -> String {
    let (minute, hour, day) = (60.0, 3_600.0, 86_400.0);
    let (count, unit) = match seconds {
        s if s < 45.0 => return "under a minute".to_owned(),
        s if s < 90.0 * minute => (s / minute, "min"),
        s if s < 36.0 * hour => (s / hour, "h"),
        s if s < 60.0 * day => (s / day, "days"),
        s if s < 730.0 * day => (s / (30.4 * day), "months"),
        s => (s / (365.0 * day), "years"),
    };
    format!("about {} {unit}", grouped(count.round().max(1.0) as u64))
}

/// "76.5 %" from a share; a share that is no number is a dash.
pub fn percent(share: f64) -> String {
    if share.is_finite() { format!("{:.1} %", 100.0 * share) } else { "-".to_owned() }
}

fn figures(value: f64) -> String {
    match value {
        v if v < 10.0 => format!("{v:.2}"),
        v if v < 1_000.0 => format!("{v:.1}"),
        v => grouped(v.round() as u64),
    }
}

/// An amount of cost: a count, or a share of a range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    /// MACs or parameters.
    Count(u64),
    /// 0 to 1.
    Share(f64),
}

impl Amount {
    /// Parses "1.4M" or "10.5%".
    ///
    /// # Errors
    /// Names the text and what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, QuantityError> {
        let Some(percent) = text.trim().strip_suffix('%') else {
            return parse_count(text).map(Self::Count);
        };
        match percent.trim().parse::<f64>() {
            Ok(value) if (0.0..=100.0).contains(&value) => Ok(Self::Share(value / 100.0)),
            _ => Err(QuantityError::Percentage(text.to_owned())),
        }
    }

    /// The length that is this share of `whole`.
    pub fn of(self, whole: u64) -> u64 {
        match self {
            Self::Count(count) => count,
            Self::Share(share) => (share * whole as f64).round() as u64,
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => f.write_str(&exact(*count)),
            // Rounded to 1e-10 %, so that 0.07 prints as 7% and not as 7.000000000000001%.
            Self::Share(share) => write!(f, "{}%", (share * 1e12).round() / 1e10),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn counts_are_read_as_people_write_them() {
        for (text, count) in [
            ("2M", 2_000_000),
            ("2.5M", 2_500_000),
            ("350k", 350_000),
            (" 12 ", 12),
            ("1_000_000", 1_000_000),
            ("1,234,567", 1_234_567),
            ("1.5G", 1_500_000_000),
            ("2.50 M", 2_500_000),
            ("0.001k", 1),
            ("3.0", 3),
        ] {
            assert_eq!(parse_count(text), Ok(count), "{text}");
        }
    }

    #[test]
    fn texts_that_are_no_counts_are_refused_by_name() {
        for text in ["", "M", "2m", "2MM", "-2M", "2,5M", "1e6", "two", ".5M", "nan", "2.5.1k"] {
            let error = parse_count(text).unwrap_err();
            assert_eq!(error, QuantityError::Syntax(text.to_owned()));
        }
        assert_eq!(parse_count("0.5"), Err(QuantityError::Fraction("0.5".to_owned())));
        assert_eq!(parse_count("1.0001k"), Err(QuantityError::Fraction("1.0001k".to_owned())));
        let huge = "99999999999999999999".to_owned();
        assert_eq!(parse_count(&huge), Err(QuantityError::TooLarge(huge)));
    }

    #[test]
    fn a_list_names_its_bad_entry() {
        assert_eq!(parse_counts("2M, 2.5M"), Ok(vec![2_000_000, 2_500_000]));
        assert_eq!(parse_counts(""), Ok(vec![]));
        assert_eq!(parse_counts("2M,,3M"), Err(QuantityError::Syntax(String::new())));
        assert_eq!(parse_counts("2M,3x"), Err(QuantityError::Syntax("3x".to_owned())));
    }

    #[test]
    fn numbers_are_printed_with_units() {
        assert_eq!(exact(2_500_000), "2.5M");
        assert_eq!(exact(1_000), "1k");
        assert_eq!(exact(999), "999");
        assert_eq!(grouped(4_679_144), "4,679,144");
        assert_eq!(grouped(100), "100");
        assert_eq!(short(2_456_789), "2.46 M");
        assert_eq!(short(324_320_400), "324.3 M");
        assert_eq!(milliseconds(0.4123), "0.412 ms");
        for (seconds, text) in [
            (1.0, "under a minute"),
            (50.0, "about 1 min"),
            (370.0, "about 6 min"),
            (5_500.0, "about 2 h"),
            (100_000.0, "about 28 h"),
            (200_000.0, "about 2 days"),
            (1e7, "about 4 months"),
            (1e8, "about 3 years"),
        ] {
            assert_eq!(about(seconds), text);
        }
        assert_eq!(milliseconds(12.34), "12.3 ms");
        assert_eq!(duration(0.84), "0.8 s");
        assert_eq!(duration(200.2), "3 min 20 s");
        assert_eq!(duration(59.6), "1 min 00 s");
        assert_eq!(duration(7_500.0), "2 h 05 min");
        assert_eq!(duration(50.0 * 3_600.0), "2 days 2 h");
    }

    #[test]
    fn amounts_are_counts_or_shares_of_a_range() {
        assert_eq!(Amount::parse("1.4M"), Ok(Amount::Count(1_400_000)));
        assert_eq!(Amount::parse("10%"), Ok(Amount::Share(0.1)));
        assert_eq!(Amount::parse("10%").unwrap().of(2_000), 200);
        assert_eq!(Amount::parse("1500").unwrap().of(2_000), 1_500);
        for text in ["101%", "-1%", "nan%", "%", "inf%"] {
            assert_eq!(Amount::parse(text), Err(QuantityError::Percentage(text.to_owned())));
        }
    }

    proptest! {
        #[test]
        fn every_count_survives_printing_and_reading(count: u64) {
            prop_assert_eq!(parse_count(&exact(count)), Ok(count));
            prop_assert_eq!(parse_count(&grouped(count)), Ok(count));
        }

        #[test]
        fn shares_of_a_thousandth_of_a_percent_survive(units in 0u32..=10_000_000) {
            let text = Amount::Share(f64::from(units) / 1e7).to_string();
            let again = Amount::parse(&text).unwrap();
            prop_assert_eq!(again.to_string(), text);
        }

        #[test]
        fn no_text_makes_the_parser_panic(text: String) {
            let _ = parse_counts(&text);
            let _ = Amount::parse(&text);
        }
    }
}
