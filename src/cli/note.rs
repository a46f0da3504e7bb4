//! Lines on standard error: what people read beside the output. A name from outside is no reason for a
//! second line or a terminal code.

use std::io::{self, Write};

/// Writes one line to standard error.
pub(super) fn note(line: &str) {
    let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    // Where standard error is closed there is nobody to tell.
    let _ = writeln!(io::stderr(), "{line}");
}
