//! Files: on a disk, or in a browser, which has none, in memory. Writing so that a crash leaves the
//! old or the new file, never half of either.

#[cfg(not(target_arch = "wasm32"))]
mod disk;
// Compiled everywhere, so that it is tested where tests run.
pub mod memory;

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

#[cfg(not(target_arch = "wasm32"))]
pub use disk::*;
#[cfg(target_arch = "wasm32")]
pub use memory::*;

/// What lies under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A device, a pipe or their like.
    Other,
}

/// Whether there is a file of this name.
pub fn is_file(path: &Path) -> bool {
    kind(path).is_ok_and(|kind| kind == Kind::File)
}

/// Names of what lies in a folder, in no order.
///
/// # Errors
/// Any failure of the file system.
pub fn names(folder: &Path) -> io::Result<Vec<String>> {
    entries(folder)?.map(|name| Ok(name?.to_string_lossy().into_owned())).collect()
}

/// Replaces `path` by `bytes`: written beside it, synced, renamed over it, folder synced.
///
/// # Errors
/// Any failure of the file system; `path` is then as it was.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = path.with_file_name(temporary_name(path.file_name().unwrap_or_default()));
    let written = write_synced(&temporary, bytes).and_then(|()| rename(&temporary, path));
    if written.is_err() {
        // The first error is the one to report; a leftover temporary file harms nobody.
        let _ = remove_file(&temporary);
    }
    written?;
    sync_folder(parent(path))
}

/// The folder that holds `path`, `.` for a bare name.
fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The name under which a file is written before it replaces the one of this name.
pub fn temporary_name(name: impl AsRef<OsStr>) -> OsString {
    let mut temporary = OsString::from(".");
    temporary.push(name);
    temporary.push(".tmp");
    temporary
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::fs;

    #[test]
    fn writing_atomically_replaces_the_file_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("result.json");
        write_atomically(&path, b"old").unwrap();
        write_atomically(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_failed_write_leaves_the_target_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("occupied");
        fs::create_dir(&path).unwrap();
        fs::write(path.join("inside"), b"x").unwrap();
        assert!(write_atomically(&path, b"new").is_err());
        assert_eq!(fs::read(path.join("inside")).unwrap(), b"x");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
