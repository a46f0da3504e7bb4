//! Writing to standard output and standard error. A closed pipe is no reason to panic, and a name
//! from outside no reason for a second line or a terminal code.

use std::io::{self, Write};

use serde::Serialize;

use super::error::CliError;

/// Writes a text to standard output.
pub(super) fn print(text: &str) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|_| CliError::Closed)
}

/// Writes a value as indented JSON to standard output.
pub(super) fn print_json(value: &impl Serialize) -> Result<(), CliError> {
    print(&(serde_json::to_string_pretty(value)? + "\n"))
}

/// Writes one line to standard error.
pub(super) fn note(line: &str) {
    let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    // Where standard error is closed there is nobody to tell.
    let _ = writeln!(io::stderr(), "{line}");
}
