//! Where the tests find golden JSON files: `SGNAS_GOLDEN`, else `../shared/golden`, else
//! `tests/golden`, the part that a clone brings along.

use std::io::Write;
use std::path::PathBuf;

/// A golden file, from the first place that has it; without one the test skips and says so.
pub(crate) fn golden(name: &str) -> Option<serde_json::Value> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let given = std::env::var_os("SGNAS_GOLDEN").map(PathBuf::from);
    let places =
        given.into_iter().chain([root.join("../shared/golden"), root.join("tests/golden")]);
    for place in places {
        if let Ok(text) = std::fs::read_to_string(place.join(name)) {
            return Some(serde_json::from_str(&text).expect(name));
        }
    }
    // Through a handle, past the test harness, which would swallow a print.
    let mut out = std::io::stderr();
    writeln!(out, "SKIPPED: golden file {name} is in none of the places").unwrap();
    None
}
