//! Files that a person wants to keep of a run: drawings, numbers, the report, which lie in the
//! run's folder; and architectures that come back from such files.

use std::path::{Path, PathBuf};

use crate::platform::files;
use crate::report::{self, Source};
use crate::run::RunError;
use crate::run::folder::{OwnedRunFolder, RunFolder};
use crate::space::Architecture;

/// The folder in a run's folder that drawings and numbers go to.
const EXPORTS: &str = "exports";

/// Writes a file of this name; one that is there already stays, and the new one gets a number.
pub(super) fn save(run: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, RunError> {
    let path = free(&folder(run)?, name);
    write(&path, bytes)?;
    Ok(path)
}

/// Writes a file where a person wants it; one that is there is replaced, as they were asked.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), RunError> {
    files::write_atomically(path, bytes).map_err(RunError::io(path, "write"))
}

/// The folder that drawings and numbers of a run go to.
pub(super) fn folder(run: &Path) -> Result<PathBuf, RunError> {
    let folder = run.join(EXPORTS);
    files::create_folders(&folder).map_err(RunError::io(&folder, "create"))?;
    Ok(folder)
}

/// NAME.END, NAME-2.END, NAME-3.END, ...: the first that does not exist.
fn free(folder: &Path, name: &str) -> PathBuf {
    let (stem, end) = name.rsplit_once('.').unwrap_or((name, ""));
    let numbered = (2_u64..).map(|n| folder.join(format!("{stem}-{n}.{end}")));
    let mut names = std::iter::once(folder.join(name)).chain(numbered);
    names.find(|path| !files::exists(path)).unwrap_or_else(|| folder.join(name))
}

/// Whether a file calls itself JSON, as saved architectures do.
pub(super) fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|end| end.eq_ignore_ascii_case("json")) && files::is_file(path)
}

/// Reads an architecture from a file.
pub(super) fn architecture(path: &Path) -> Result<Architecture, RunError> {
    let text = files::read_to_string(path).map_err(RunError::io(path, "read"))?;
    Architecture::from_json(&text).map_err(|error| RunError::damaged(path, error.to_string()))
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
    fn an_architecture_comes_back_from_its_file_and_other_json_is_named() {
        let run = tempfile::tempdir().unwrap();
        let path = save(run.path(), "architecture.json", b"[[3,5],[7,7,3]]").unwrap();
        assert!(is_json(&path) && !is_json(run.path()));
        assert_eq!(architecture(&path).unwrap().to_string(), "35 773");
        let other = save(run.path(), "architecture.json", b"{}").unwrap();
        let error = architecture(&other).unwrap_err().to_string();
        assert!(error.contains("architecture-2.json"), "{error}");
    }

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
