//! The images of a person's own in a parcel: which files they are, and where they lie afterwards.

use std::path::{Path, PathBuf};

use crate::data::{EMBEDDED, set_files};
use crate::platform::files;
use crate::run::RunError;
use crate::run::folder::{OwnedRunFolder, RunFolder};

/// The most bytes of images that go along: a parcel is made in memory, a browser's too.
const MOST: u64 = 256 << 20;

/// What a parcel has of a run's images.
pub(super) enum Images {
    /// Nothing of its own: they come with the program, or lie in the run's folder.
    Known,
    /// These files: where each lies in the run's folder afterwards, and where it lies now.
    Along(Vec<(PathBuf, PathBuf)>),
    /// They stay where they are, and why.
    Stay(String),
}

/// The images of a run.
pub(super) fn of(run: &RunFolder) -> Result<Images, RunError> {
    let data = run.config()?.general.data;
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let source = whole(Path::new(&data));
    if data == EMBEDDED || source.starts_with(whole(run.root())) {
        return Ok(Images::Known);
    }
    let stay = |why: String| {
        Images::Stay(format!(
            "the file holds the run without its images, since {why}; elsewhere it goes on where these lie at {data}"
        ))
    };
    let found = match set_files(&source) {
        Ok(found) => found,
        Err(error) => return Ok(stay(error.to_string())),
    };
    let bytes = found.iter().map(|path| files::length(path).unwrap_or(0)).sum::<u64>();
    if bytes > MOST {
        let [bytes, most] = [bytes, MOST].map(|b| b.div_ceil(1 << 20));
        return Ok(stay(format!("they are {bytes} MiB, and at most {most} MiB go along")));
    }
    let above = source.parent().unwrap_or(Path::new("")).to_owned();
    let along = found.into_iter().map(|path| {
        // All lie there; one that did not would be refused by the archive, not left out.
        let inner = Path::new(RunFolder::IMAGES).join(path.strip_prefix(&above).unwrap_or(&path));
        (inner, path)
    });
    Ok(Images::Along(along.collect()))
}

/// Where the images lie that came with a run, written down in it and in its trainings, whose data
/// were where the run's were.
pub(super) fn settle(run: &Path, trainings: &[PathBuf]) -> Result<(), RunError> {
    let folder = run.join(RunFolder::IMAGES);
    let Ok(names) = files::names(&folder) else { return Ok(()) };
    let [name] = &names[..] else { return Ok(()) };
    let path = folder.join(name);
    // A browser's paths are whole.
    let path = std::path::absolute(&path).unwrap_or(path);
    let before = RunFolder::open(run)?.config()?.general.data;
    for one in std::iter::once(run).chain(trainings.iter().map(PathBuf::as_path)) {
        let owned = OwnedRunFolder::open(one)?;
        if owned.folder().config()?.general.data == before {
            owned.set_data(&path)?;
        }
    }
    Ok(())
}
