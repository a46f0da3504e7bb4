//! The times of a run's layers, kept as `latency.json` in its folder. The run itself knows nothing
//! of them.

use std::path::Path;

use crate::platform::files;
use crate::run::RunError;
use crate::run::folder::RunFolder;
use crate::space::LatencyTable;

const NAME: &str = "latency.json";
/// No block takes an hour, nanoseconds.
const LONGEST: u64 = 3_600_000_000_000;

/// Keeps the times of a run, in the place of those kept before.
pub(super) fn keep(run: &Path, times: &LatencyTable) -> Result<(), RunError> {
    let path = run.join(NAME);
    let damaged = |error: serde_json::Error| RunError::damaged(&path, error.to_string());
    let text = serde_json::to_string(times).map_err(damaged)?;
    files::write_atomically(&path, text.as_bytes()).map_err(RunError::io(&path, "write"))
}

/// Those of a run; none where there is no file.
///
/// # Errors
/// A file that cannot be used, by name, and what to do.
pub(super) fn read(run: &Path) -> Result<Option<LatencyTable>, RunError> {
    let path = run.join(NAME);
    if !files::exists(&path) {
        return Ok(None);
    }
    let read = files::read(&path).map_err(RunError::io(&path, "read"))?;
    let layers = RunFolder::open(run)?.config()?.space()?.layers().len();
    match serde_json::from_slice(&read).map_err(|error| error.to_string()) {
        Ok(times) => check(&times, layers).map(|()| times),
        Err(why) => Err(why),
    }
    .map(Some)
    .map_err(|why| {
        let what = "no times of blocks, so that milliseconds cannot be limited";
        RunError::damaged(&path, format!("{what} ({why}): measure them again"))
    })
}

/// Times are of these layers, and such that their sums are times.
fn check(times: &LatencyTable, layers: usize) -> Result<(), String> {
    if times.layers.len() != layers {
        return Err(format!("{} layers in place of {layers}", times.layers.len()));
    }
    let mut all = times.layers.iter().flatten().flatten().chain([&times.fixed]);
    all.find(|&&time| time > LONGEST).map_or(Ok(()), |time| Err(format!("{time} ns")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::protocol::config::Config;
    use crate::run::folder::OwnedRunFolder;

    /// A run folder, and times of its layers.
    fn run() -> (tempfile::TempDir, LatencyTable) {
        let run = tempfile::tempdir().unwrap();
        let config = Config::preset("tiny").unwrap();
        let layers = vec![[[1, 2, 3]; 5]; config.space().unwrap().layers().len()];
        drop(OwnedRunFolder::create(run.path(), &config).unwrap());
        (run, LatencyTable { adapter: "one".to_owned(), fixed: 7, layers })
    }

    #[test]
    fn times_come_back_as_they_were_kept() {
        let (run, times) = run();
        assert_eq!(read(run.path()).unwrap(), None);
        keep(run.path(), &times).unwrap();
        assert_eq!(read(run.path()).unwrap(), Some(times));
    }

    #[test]
    fn times_that_cannot_be_used_are_named_with_what_to_do() {
        let (run, times) = run();
        let of_two_layers = LatencyTable { layers: vec![[[1; 3]; 5]; 2], ..times.clone() };
        let endless = LatencyTable { fixed: u64::MAX, ..times };
        for damaged in [of_two_layers, endless]
            .map(|times| serde_json::to_vec(&times).unwrap())
            .into_iter()
            .chain([b"{".to_vec(), vec![0xff; 9]])
        {
            std::fs::write(run.path().join(NAME), damaged).unwrap();
            let why = read(run.path()).unwrap_err().to_string();
            assert!(why.contains(NAME) && why.contains("measure them again"), "{why}");
        }
    }
}
