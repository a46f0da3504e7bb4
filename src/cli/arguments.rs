//! Arguments that several commands share.

use super::error::CliError;
use crate::gpu::AdapterChoice;
use crate::protocol::quantity::parse_counts;

/// `--adapter`: a number of `sgnas devices`, or words of a name.
pub(super) fn adapter(text: &str) -> Result<AdapterChoice, String> {
    let text = text.trim();
    match text.parse() {
        Ok(index) => Ok(AdapterChoice::Index(index)),
        Err(_) if text.is_empty() => Err("give a number or a part of a name".to_owned()),
        Err(_) => Ok(AdapterChoice::Named(text.to_owned())),
    }
}

/// One or more counts, as in 2M,2.5M, for the argument `name`.
pub(super) fn counts(name: &str, text: &str) -> Result<Vec<u64>, CliError> {
    let counts = parse_counts(text).map_err(|error| CliError::Usage(format!("{name}: {error}")))?;
    if counts.is_empty() {
        return Err(CliError::Usage(format!("{name}: give at least one count, as in 2M,2.5M")));
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_adapter_is_a_number_or_a_part_of_a_name() {
        assert!(matches!(adapter("1"), Ok(AdapterChoice::Index(1))));
        assert!(matches!(adapter(" RTX 40 "), Ok(AdapterChoice::Named(name)) if name == "RTX 40"));
        assert!(adapter(" ").is_err());
    }

    #[test]
    fn an_empty_list_of_counts_is_refused_by_the_name_of_its_argument() {
        assert!(matches!(counts("--macs", "2M,3M"), Ok(list) if list == [2_000_000, 3_000_000]));
        for text in ["", " ", "2M,,3M"] {
            let error = counts("--macs", text).map_err(|error| error.to_string());
            assert!(error.is_err_and(|line| line.starts_with("--macs: ")));
        }
    }
}
