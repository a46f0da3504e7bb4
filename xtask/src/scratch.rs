//! Folders for tests that vanish with their value; this crate has no dependency to bring them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("sgnas-xtask-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        assert!(fs::create_dir_all(&path).is_ok(), "cannot make {}", path.display());
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file below the folder, and the folders on the way to it.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        let made = path.parent().map(fs::create_dir_all);
        assert!(matches!(made, Some(Ok(()))) && fs::write(&path, text).is_ok(), "{path:?}");
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A folder left behind in the system's temporary folder harms nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}
