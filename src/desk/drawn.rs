//! Random networks that were measured on request: a line of JSON each in `drawn.jsonl` of the run's
//! folder, so that they are there when the run is opened again. The run itself knows nothing of
//! them, since its journal is its own.

use std::path::Path;

use crate::platform::files::{self, Appender};
use crate::protocol::facts::Evaluated;
use crate::run::RunError;

pub(super) const NAME: &str = "drawn.jsonl";

/// Adds one to those of a run.
pub(super) fn append(run: &Path, one: &Evaluated) -> Result<(), RunError> {
    let path = run.join(NAME);
    let damaged = |error: serde_json::Error| RunError::damaged(&path, error.to_string());
    let line = serde_json::to_string(one).map_err(damaged)? + "\n";
    let length = if files::exists(&path) { files::length(&path) } else { Ok(0) };
    let file = length.and_then(|length| Appender::open(&path, length));
    let written = file.and_then(|mut file| file.append(line.as_bytes()));
    written.map_err(RunError::io(&path, "write"))
}

/// Those of a run in order, but for lines that a kill cut off; none where there is no file.
pub(super) fn read(run: &Path) -> Vec<Evaluated> {
    let text = files::read_to_string(run.join(NAME)).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::protocol::facts::Origin;
    use crate::space::Architecture;
    use std::fs;

    #[test]
    fn what_was_drawn_comes_back_in_order_and_a_torn_line_is_left_out() {
        let run = tempfile::tempdir().unwrap();
        assert_eq!(read(run.path()), []);
        let one = |accuracy| Evaluated {
            kind: Origin::Random,
            budget: None,
            architecture: Architecture::uniform(2, &[3, 5]).unwrap(),
            macs: 7,
            params: 9,
            accuracy,
        };
        append(run.path(), &one(0.5)).unwrap();
        append(run.path(), &one(0.75)).unwrap();
        assert_eq!(read(run.path()), [one(0.5), one(0.75)]);
        let path = run.path().join(NAME);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, &text[..text.len() - 20]).unwrap();
        assert_eq!(read(run.path()), [one(0.5)]);
    }
}
