//! The file that measured variants are kept in, an entry an adapter. What cannot be read in it is
//! measured again, so that no damage to it is an error.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use super::Tuning;
use crate::platform::files;

const NAME: &str = "kernels.json";

/// What is kept of an adapter.
pub(super) fn read(folder: &Path, identity: &str) -> Option<Tuning> {
    let tuning = all(folder).remove(identity)?;
    let mut all = tuning.ms.values().flat_map(|times| [times.fastest, times.median]);
    all.all(|ms| ms.is_finite() && ms > 0.0).then_some(tuning)
}

/// Keeps what was measured of an adapter, in the place of what was kept of it.
///
/// # Errors
/// A folder that cannot be written.
pub(super) fn keep(folder: &Path, identity: &str, tuning: &Tuning) -> io::Result<()> {
    files::create_folders(folder)?;
    let mut all = all(folder);
    all.insert(identity.to_owned(), tuning.clone());
    files::write_atomically(&folder.join(NAME), &serde_json::to_vec_pretty(&all)?)
}

/// All entries; none where there is no such file or it is damaged.
fn all(folder: &Path) -> BTreeMap<String, Tuning> {
    let read = files::read(folder.join(NAME)).ok();
    read.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::gpu::{AdapterReport, KernelStyle};
    use crate::measure::tuning::Times;

    fn tuning(ms: f64) -> Tuning {
        let times = |median| Times { fastest: 0.5, median };
        let ms = [(KernelStyle::Tiles, times(ms)), (KernelStyle::Registers, times(7.25))];
        Tuning { ms: ms.into() }
    }

    fn adapter(driver: &str) -> String {
        let (name, backend, driver) = ("one".to_owned(), "vulkan".to_owned(), driver.to_owned());
        let (limits, features) = (Vec::new(), Vec::new());
        AdapterReport { name, backend, kind: "discrete", driver, limits, features }.identity()
    }

    #[test]
    fn what_was_kept_comes_back_and_another_driver_has_nothing_yet() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("sgnas");
        assert_eq!(read(&folder, &adapter("1.0")), None);
        keep(&folder, &adapter("1.0"), &tuning(1.5)).unwrap();
        assert_eq!(read(&folder, &adapter("1.0")), Some(tuning(1.5)));
        assert_eq!(read(&folder, &adapter("1.1")), None);
        keep(&folder, &adapter("1.1"), &tuning(2.5)).unwrap();
        assert_eq!(read(&folder, &adapter("1.0")), Some(tuning(1.5)));
        assert_eq!(read(&folder, &adapter("1.1")), Some(tuning(2.5)));
    }

    #[test]
    fn a_damaged_file_holds_nothing_and_is_replaced() {
        let home = tempfile::tempdir().unwrap();
        let damaged = [
            r#"{"one": {"tiles": {"fastest": 1"#,
            r#"[]"#,
            r#"{"one": {"tiles": 1.0}}"#,
            r#"{"one": {"squares": {"fastest": 1.0, "median": 1.0}}}"#,
            r#"{"one": {"tiles": {"fastest": -1.0, "median": 1.0}}}"#,
        ];
        for text in damaged {
            std::fs::write(home.path().join(NAME), text).unwrap();
            assert_eq!(read(home.path(), "one"), None, "{text}");
            keep(home.path(), "one", &tuning(3.5)).unwrap();
            assert_eq!(read(home.path(), "one"), Some(tuning(3.5)));
        }
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_told() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("file"), "").unwrap();
        assert!(keep(&home.path().join("file"), "one", &tuning(1.0)).is_err());
    }
}
