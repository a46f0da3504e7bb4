//! Pinned architectures, kept as `pins.json` in their run's folder. The run itself knows nothing of
//! them.

use std::path::Path;

use crate::platform::files;
use crate::run::RunError;
use crate::studio::backend::KeptPin;

pub(super) const NAME: &str = "pins.json";

/// Keeps the pins of a run, in the place of those kept before.
pub(super) fn keep(run: &Path, pins: &[KeptPin]) -> Result<(), RunError> {
    let path = run.join(NAME);
    let damaged = |error: serde_json::Error| RunError::damaged(&path, error.to_string());
    let text = serde_json::to_string_pretty(pins).map_err(damaged)?;
    files::write_atomically(&path, text.as_bytes()).map_err(RunError::io(&path, "write"))
}

/// Those of a run; none where there is no file, or one that cannot be read.
pub(super) fn read(run: &Path) -> Vec<KeptPin> {
    let text = files::read_to_string(run.join(NAME)).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::space::{Architecture, Budget, Metric};

    #[test]
    fn pins_come_back_as_they_were_kept_last() {
        let run = tempfile::tempdir().unwrap();
        assert_eq!(read(run.path()), []);
        let pin = |letter, budget| KeptPin {
            letter,
            architecture: Architecture::uniform(2, &[3, 5]).unwrap(),
            budget,
        };
        let two = [pin('A', None), pin('C', Some(Budget::new(Metric::Macs, 7)))];
        keep(run.path(), &two).unwrap();
        assert_eq!(read(run.path()), two);
        keep(run.path(), &two[1..]).unwrap();
        assert_eq!(read(run.path()), two[1..]);
    }
}
