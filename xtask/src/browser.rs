//! The browser that the web tier of the tests drives: found, or installed where that is one command.

use crate::process;
use crate::setup;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Chromium by the names that systems have for it, then what is built from it.
const NAMES: &[&str] = &["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
/// The variable that names another one.
pub(crate) const VARIABLE: &str = "SGNAS_CHROMIUM";
const PACKAGES: &[&str] = &["chromium"];

/// Sees to it that there is a Chromium.
///
/// # Errors
/// One line that says what is missing and what to type.
pub(crate) fn ensure() -> Result<PathBuf, String> {
    if let Some(named) = std::env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
        let path = PathBuf::from(named);
        return if works(&path) {
            Ok(path)
        } else {
            Err(format!("{VARIABLE} names no browser that starts: {}", path.display()))
        };
    }
    if let Some(found) = find() {
        return Ok(found);
    }
    let manual = format!(
        "there is no Chromium; install one (`sudo apt-get install chromium` on Debian), or name one in {VARIABLE}"
    );
    setup::install_packages("there is no Chromium", PACKAGES, manual.clone())?;
    find().ok_or(manual)
}

fn find() -> Option<PathBuf> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    candidates(&paths).find(|path| path.is_file() && works(path))
}

/// Every name in every folder of a search path.
fn candidates(paths: &OsStr) -> impl Iterator<Item = PathBuf> {
    let folders: Vec<PathBuf> = std::env::split_paths(paths).collect();
    NAMES
        .iter()
        .flat_map(move |name| folders.iter().map(|folder| folder.join(name)).collect::<Vec<_>>())
}

/// Whether it starts: a package of Ubuntu is only an advice to install another.
fn works(path: &Path) -> bool {
    process::works(Command::new(path).arg("--version"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_name_is_looked_for_in_all_folders_before_the_others() {
        let paths = std::env::join_paths(["/a", "/b"]).unwrap_or_default();
        let all: Vec<PathBuf> = candidates(&paths).collect();
        assert_eq!(all[0], Path::new("/a/chromium"));
        assert_eq!(all[1], Path::new("/b/chromium"));
        assert_eq!(all.len(), 2 * NAMES.len());
    }
}
