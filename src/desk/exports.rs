//! Files that a person wants to keep of a run: drawings, numbers, the report. They lie in the
//! run's folder.

use std::path::{Path, PathBuf};

use crate::platform::files;
use crate::report::{self, Source};
use crate::run::RunError;
use crate::run::folder::{OwnedRunFolder, RunFolder};

/// The folder in a run's folder that drawings and numbers go to.
const EXPORTS: &str = "exports";

/// Writes a file of this name; one that is there already stays, and the new one gets a number.
pub(super) fn save(run: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, RunError> {
    let folder = run.join(EXPORTS);
    files::create_folders(&folder).map_err(RunError::io(&folder, "create"))?;
    let path = free(&folder, name);
    files::write_atomically(&path, bytes).map_err(RunError::io(&path, "write"))?;
    Ok(path)
}

/// NAME.END, NAME-2.END, NAME-3.END, ...: the first that does not exist.
fn free(folder: &Path, name: &str) -> PathBuf {
    let (stem, end) = name.rsplit_once('.').unwrap_or((name, ""));
    let numbered = (2_u64..).map(|n| folder.join(format!("{stem}-{n}.{end}")));
    let mut names = std::iter::once(folder.join(name)).chain(numbered);
    names.find(|path| !path.exists()).unwrap_or_else(|| folder.join(name))
}

/// Writes the report of a run into its folder; why not, in one line.
pub(super) fn report(run: &Path) -> Result<PathBuf, String> {
    let folder = RunFolder::open(run).map_err(|error| error.to_string())?;
    let state = folder.state().map_err(|error| error.to_string())?;
    let name = run.file_name().unwrap_or(run.as_os_str()).to_string_lossy();
    // Whoever holds the folder's lock works on the run.
    let active = matches!(OwnedRunFolder::open(run), Err(RunError::Locked { .. }));
    let source = Source { name: &name, active };
    let html = report::html(&state, source).map_err(|error| error.to_string())?;
    let path = folder.report();
    let written = files::write_atomically(&path, html.as_bytes());
    written.map_err(|error| RunError::io(&path, "write")(error).to_string())?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_file_that_is_there_stays_and_the_next_has_a_number() {
        let run = tempfile::tempdir().unwrap();
        let names: Vec<PathBuf> =
            (0..3_u8).map(|i| save(run.path(), "scatter.svg", &[i]).unwrap()).collect();
        let ends = ["exports/scatter.svg", "exports/scatter-2.svg", "exports/scatter-3.svg"];
        for (i, (path, end)) in names.iter().zip(ends).enumerate() {
            assert!(path.ends_with(end), "{}", path.display());
            assert_eq!(std::fs::read(path).unwrap(), [i as u8]);
        }
    }
}
