//! The lock that keeps two writers out of a run folder. The system drops it when its holder
//! ends, however that comes about.

use std::path::Path;

use super::RunError;
use crate::platform::files;
use crate::platform::thread::process_id;

/// The lock's file in a run folder.
pub(crate) const NAME: &str = "run.lock";

/// Holds a run folder for as long as it lives.
#[derive(Debug)]
pub struct Lock {
    _lock: files::Lock,
}

impl Lock {
    /// Takes the lock of a run folder, without waiting.
    ///
    /// # Errors
    /// [`RunError::Locked`] with the holder's process, or a failure of the file system.
    pub fn take(folder: &Path) -> Result<Self, RunError> {
        let path = folder.join(NAME);
        let owner = format!("{}\n", process_id());
        match files::Lock::take(&path, &owner).map_err(RunError::io(&path, "lock"))? {
            Some(lock) => Ok(Self { _lock: lock }),
            None => Err(RunError::Locked { path: folder.to_owned(), holder: holder(&path) }),
        }
    }
}

/// Who holds the lock, for people. Some systems do not let others read a locked file.
fn holder(path: &Path) -> String {
    let pid = files::read_to_string(path).ok().and_then(|text| text.trim().parse::<u32>().ok());
    pid.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_second_writer_is_refused_with_the_first_ones_pid_until_that_ends() {
        let folder = tempfile::tempdir().unwrap();
        let first = Lock::take(folder.path()).unwrap();
        let error = Lock::take(folder.path()).unwrap_err().to_string();
        assert!(error.contains(&format!("process {}", std::process::id())), "{error}");
        drop(first);
        Lock::take(folder.path()).unwrap();
    }
}
