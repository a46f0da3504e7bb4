//! Deleting a run, with its pins, its random networks, the images that came with it and the trainings
//! from scratch in its folder.
//! What a person exported, or put there, stays.

use std::path::Path;

use super::library;
use super::trainer::TRAININGS;
use super::{drawn, pins};
use crate::platform::files;
use crate::run::RunError;
use crate::run::folder::{OwnedRunFolder, RunFolder};

/// Deletes a run; what to say where other things keep its folder. Nothing is deleted while a
/// program works on any part of it.
pub(super) fn delete(root: &Path) -> Result<Option<String>, RunError> {
    let own = OwnedRunFolder::open(root)?;
    let below = root.join(TRAININGS);
    let trainings: Vec<OwnedRunFolder> = library::folders(&below)
        .filter(|folder| RunFolder::open(folder).is_ok())
        .map(|folder| OwnedRunFolder::open(&folder))
        .collect::<Result<_, _>>()?;
    for training in trainings {
        training.delete()?;
    }
    if files::names(&below).is_ok_and(|names| names.is_empty()) {
        files::remove_folder(&below).map_err(RunError::io(&below, "delete"))?;
    }
    for name in [drawn::NAME, pins::NAME] {
        let path = root.join(name);
        if files::exists(&path) {
            files::remove_file(&path).map_err(RunError::io(&path, "delete"))?;
        }
    }
    let gone = own.delete()?;
    let folder = root.display();
    Ok((!gone).then(|| format!("the run is deleted, but {folder} stays: other files lie in it")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::protocol::Config;
    use std::fs;

    #[test]
    fn trainings_go_along_and_exports_stay() {
        let home = tempfile::tempdir().unwrap();
        let config = Config::preset("tiny").unwrap();
        for (name, exported) in [("plain", false), ("exported", true)] {
            let root = home.path().join(name);
            drop(OwnedRunFolder::create(&root, &config).unwrap());
            pins::keep(&root, &[]).unwrap();
            fs::write(root.join(drawn::NAME), "").unwrap();
            fs::create_dir_all(root.join(RunFolder::IMAGES).join("photos")).unwrap();
            if exported {
                // A person's own: its name is another.
                fs::create_dir(root.join("images")).unwrap();
            }
            let training =
                OwnedRunFolder::create(&root.join(TRAININGS).join("1"), &config).unwrap();
            if exported {
                fs::create_dir(root.join("exports")).unwrap();
                fs::write(root.join("exports/strip.svg"), "x").unwrap();
            }
            let busy = delete(&root).unwrap_err();
            assert!(matches!(busy, RunError::Locked { .. }), "{busy}");
            assert!(RunFolder::open(&root).is_ok());
            drop(training);
            assert_eq!(delete(&root).unwrap().is_some(), exported);
            assert_eq!(root.exists(), exported);
            assert!(!root.join(TRAININGS).exists() && !root.join(RunFolder::IMAGES).exists());
            assert_eq!(root.join("images").exists(), exported);
        }
    }
}
