//! The runs on this disk: listing them, and a name for the next one.

use std::path::{Path, PathBuf};

use crate::platform::files;
use crate::protocol::RunState;
use crate::protocol::facts::Origin;
use crate::protocol::state::End;
use crate::protocol::statistics::fit;
use crate::run::RunError;
use crate::run::folder::{OwnedRunFolder, RunFolder};
use crate::studio::backend::{RunEntry, Standing};

/// The first of NAME-1, NAME-2, ... in a folder that does not exist.
pub(super) fn free_folder(runs: &Path, name: &str) -> PathBuf {
    let path = |n: u64| runs.join(format!("{name}-{n}"));
    (1..).map(path).find(|path| !files::exists(path)).unwrap_or_else(|| path(0))
}

/// What lies right below a folder, in no order; nothing where it cannot be read.
pub(super) fn folders(above: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let above = above.to_owned();
    let names = files::entries(&above).into_iter().flatten().filter_map(Result::ok);
    // Read to the end, so that what is done with them may change the folder.
    let names: Vec<_> = names.collect();
    names.into_iter().map(move |name| above.join(name))
}

/// The runs right below a folder, newest first; what cannot be read is left out.
pub(super) fn list(runs: &Path) -> Vec<RunEntry> {
    let mut found: Vec<RunEntry> = folders(runs).filter_map(|folder| read(&folder)).collect();
    found.sort_by(|a, b| b.touched.cmp(&a.touched).then(a.folder.cmp(&b.folder)));
    found
}

fn read(root: &Path) -> Option<RunEntry> {
    let folder = RunFolder::open(root).ok()?;
    let config = folder.config().ok()?;
    let records = folder.records().ok()?;
    let state = RunState::replay(&records);
    let active = matches!(OwnedRunFolder::open(root), Err(RunError::Locked { .. }));
    let standing = match (&state.end, active) {
        (_, true) => Standing::Active,
        (Some(End::Finished(_)), _) => Standing::Finished,
        (Some(End::Failed(_)), _) => Standing::Failed,
        (None, _) => Standing::Stopped,
    };
    let accuracies = state.evaluated(Origin::Generated).map(|one| one.accuracy);
    Some(RunEntry {
        folder: root.to_owned(),
        preset: config.general.preset,
        seed: config.general.seed,
        standing,
        best: accuracies.filter(|share| share.is_finite()).reduce(f64::max),
        tau: (!state.tracking.is_empty()).then(|| fit(&state.tracking).kendall_tau),
        touched: records.last().map_or(0, |record| record.time),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::protocol::Config;

    #[test]
    fn runs_are_found_among_other_things_and_the_next_name_is_free() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(list(&home.path().join("nowhere")), []);
        let first = free_folder(home.path(), "tiny");
        assert!(first.ends_with("tiny-1"));
        let owned = OwnedRunFolder::create(&first, &Config::preset("tiny").unwrap()).unwrap();
        std::fs::create_dir(home.path().join("photos")).unwrap();
        let standing =
            |runs: Vec<RunEntry>| runs.iter().map(|run| run.standing).collect::<Vec<_>>();
        assert_eq!(standing(list(home.path())), [Standing::Active]);
        drop(owned);
        assert_eq!(standing(list(home.path())), [Standing::Stopped]);
        assert!(free_folder(home.path(), "tiny").ends_with("tiny-2"));
    }
}
