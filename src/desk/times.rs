//! The times of a run's layers, kept as `latency.json` in its folder. The run itself knows nothing
//! of them.

use std::path::Path;

use crate::platform::files;
use crate::run::RunError;
use crate::space::LatencyTable;

const NAME: &str = "latency.json";

/// Keeps the times of a run, in the place of those kept before.
pub(super) fn keep(run: &Path, times: &LatencyTable) -> Result<(), RunError> {
    let path = run.join(NAME);
    let damaged = |error: serde_json::Error| RunError::damaged(&path, error.to_string());
    let text = serde_json::to_string(times).map_err(damaged)?;
    files::write_atomically(&path, text.as_bytes()).map_err(RunError::io(&path, "write"))
}

/// Those of a run; none where there is no file, or one that cannot be read.
pub(super) fn read(run: &Path) -> Option<LatencyTable> {
    let text = files::read_to_string(run.join(NAME)).ok()?;
    serde_json::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn times_come_back_as_they_were_kept() {
        let run = tempfile::tempdir().unwrap();
        assert_eq!(read(run.path()), None);
        let adapter = "one".to_owned();
        let times = LatencyTable { adapter, fixed: 7, layers: vec![[[1, 2, 3]; 5]] };
        keep(run.path(), &times).unwrap();
        assert_eq!(read(run.path()), Some(times));
    }
}
