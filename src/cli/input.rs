//! Files that a user names: architectures and other small texts, checked as untrusted.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::error::CliError;
use crate::space::{Architecture, Space};

/// Far beyond any architecture or prior pool.
const LARGEST: u64 = 4 << 20;

/// Reads an architecture that fits a space.
pub(super) fn architecture(path: &Path, space: &Space) -> Result<Architecture, CliError> {
    let architecture =
        Architecture::from_json(&text(path)?).map_err(|error| CliError::file(path, error))?;
    space.check(&architecture).map_err(|error| CliError::file(path, error))?;
    Ok(architecture)
}

/// Reads a small text.
pub(super) fn text(path: &Path) -> Result<String, CliError> {
    let file = File::open(path).map_err(CliError::io(path, "read"))?;
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(CliError::io(path, "read"))?;
    if bytes.len() as u64 > LARGEST {
        let reason = format!("larger than {} MiB; is it the right file?", LARGEST >> 20);
        return Err(CliError::file(path, reason));
    }
    String::from_utf8(bytes).map_err(|_| CliError::file(path, "not a text in UTF-8"))
}
