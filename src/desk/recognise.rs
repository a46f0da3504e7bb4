//! Files and folders of a person's own: what one that was dropped or chosen holds.

use std::path::Path;

use crate::data::recognise as form;
use crate::platform::files;
use crate::studio::backend::Report;

/// Ends of the names of what holds a whole set.
const ARCHIVES: [&str; 4] = ["zip", "tar", "gz", "tgz"];

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
    files::is_file(path) && (!archive || name.ends_with("-ubyte.gz"))
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
