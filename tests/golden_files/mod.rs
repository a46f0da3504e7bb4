//! Where the tests find golden JSON files: `SGNAS_GOLDEN`, else `../shared/golden`, else
//! `tests/golden`, the part that a clone brings along.

use std::io::Write;
use std::path::PathBuf;

/// A golden file, in the first place that has it; without one the test skips and says so.
pub(crate) fn golden(name: &str) -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let given = std::env::var_os("SGNAS_GOLDEN").map(PathBuf::from);
    let usual = ["../shared/golden", "tests/golden"].map(|place| root.join(place));
    let found = given.into_iter().chain(usual).map(|p| p.join(name)).find(|p| p.is_file());
    if found.is_none() {
        // Through a handle, past the test harness, which would swallow a print.
        let mut out = std::io::stderr();
        writeln!(out, "SKIPPED: golden file {name} is in none of the places").unwrap();
    }
    found
}
