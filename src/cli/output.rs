//! Writing to standard output and standard error. A closed pipe is no reason to panic, and a name
//! from outside no reason for a second line or a terminal code.

use std::io::{self, Write};

use serde::Serialize;

use super::error::CliError;
pub(super) use super::note::note;

/// Writes a text to standard output.
pub(super) fn print(text: &str) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|_| CliError::Closed)
}

/// Writes a value as indented JSON to standard output.
pub(super) fn print_json(value: &impl Serialize) -> Result<(), CliError> {
    print(&(serde_json::to_string_pretty(value)? + "\n"))
}
