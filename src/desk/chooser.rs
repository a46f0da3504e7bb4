//! Files and folders of a person's own: the system's dialog to choose one, and what it holds.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;

use rfd::{AsyncFileDialog, FileHandle};

use crate::data::recognise as form;
use crate::studio::backend::{Browse, Report};

/// Ends of the names of what holds a whole set.
const ARCHIVES: [&str; 4] = ["zip", "tar", "gz", "tgz"];

/// What a person chooses, once they have.
pub(super) type Chosen = Pin<Box<dyn Future<Output = Option<PathBuf>> + Send>>;

/// Opens the system's dialog; it must be called on the window's thread.
pub(super) fn choose(what: Browse) -> Chosen {
    let path = |handle: FileHandle| handle.path().to_owned();
    match what {
        Browse::Folder => {
            let title = "A run, or a folder of images";
            let chosen = AsyncFileDialog::new().set_title(title).pick_folder();
            Box::pin(async move { chosen.await.map(path) })
        }
        Browse::File => {
            let dialog = AsyncFileDialog::new()
                .set_title("An archive, or a file of images")
                .add_filter("Archives, IDX and CIFAR files", &["zip", "tar", "gz", "tgz", "bin"])
                .add_filter("All files", &["*"]);
            let chosen = dialog.pick_file();
            Box::pin(async move { chosen.await.map(path) })
        }
    }
}

/// Opens the system's dialog for a file that is to be written, in `folder` unless a person goes
/// elsewhere; it must be called on the window's thread.
pub(super) fn choose_place(folder: &Path, name: &str) -> Chosen {
    let dialog = AsyncFileDialog::new().set_title("Save").set_directory(folder).set_file_name(name);
    let chosen = dialog.save_file();
    Box::pin(async move { chosen.await.map(|handle| handle.path().to_owned()) })
}

/// What a path that is no run holds: images, or why not. A file that is only a part of a set, as
/// those of IDX and CIFAR are, stands for its folder.
pub(super) fn recognise(path: &Path) -> Result<Report, String> {
    let found = match form(path) {
        Err(_) if is_part(path) => {
            let folder = path.parent().unwrap_or(path);
            form(folder).map(|form| (folder, form))
        }
        found => found.map(|form| (path, form)),
    };
    let (path, form) = found.map_err(|error| error.to_string())?;
    Ok(Report::Images { path: path.to_owned(), form: form.to_owned() })
}

/// Whether a path is a file that may lie beside the rest of its set.
fn is_part(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let archive = ARCHIVES.iter().any(|end| name.ends_with(&format!(".{end}")));
    // An IDX file may be compressed on its own.
    path.is_file() && (!archive || name.ends_with("-ubyte.gz"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::fs;

    #[test]
    fn a_part_of_a_set_stands_for_its_folder_and_other_files_say_what_they_are_not() {
        let home = tempfile::tempdir().unwrap();
        for name in [
            "train-images-idx3-ubyte",
            "train-labels-idx1-ubyte",
            "t10k-images-idx3-ubyte",
            "t10k-labels-idx1-ubyte",
        ] {
            fs::write(home.path().join(name), [0, 0, 8, 1, 0, 0, 0, 0]).unwrap();
        }
        let part = home.path().join("t10k-images-idx3-ubyte");
        let found = recognise(&part).unwrap();
        let form = "IDX files of the MNIST family".to_owned();
        assert_eq!(found, Report::Images { path: home.path().to_owned(), form });

        let other = tempfile::tempdir().unwrap();
        let note = other.path().join("note.txt");
        fs::write(&note, "nothing").unwrap();
        assert!(recognise(&note).unwrap_err().contains(&*other.path().to_string_lossy()));
        assert!(recognise(Path::new("nowhere/at/all")).is_err());
    }
}
