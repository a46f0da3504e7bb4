//! The system's dialogs to choose a file or a folder.

use std::path::Path;

use rfd::{AsyncFileDialog, FileHandle};

use super::{Chosen, Dialogs};
use crate::studio::backend::Browse;

/// The system's own.
pub(super) const DIALOGS: Dialogs = Dialogs { choose, choose_place };

/// Opens the system's dialog; it must be called on the window's thread.
fn choose(what: Browse) -> Chosen {
    let path = |handle: FileHandle| handle.path().to_owned();
    match what {
        Browse::Folder => {
            let title = "A run, or a folder of images";
            let chosen = AsyncFileDialog::new().set_title(title).pick_folder();
            Box::pin(async move { chosen.await.map(path) })
        }
        Browse::File => {
            let dialog = AsyncFileDialog::new()
                .set_title("An archive, a file of images, or an architecture")
                .add_filter("Archives, IDX and CIFAR files", &["zip", "tar", "gz", "tgz", "bin"])
                .add_filter("Architectures", &["json"])
                .add_filter("All files", &["*"]);
            let chosen = dialog.pick_file();
            Box::pin(async move { chosen.await.map(path) })
        }
    }
}

/// Opens the system's dialog for a file that is to be written, in `folder` unless a person goes
/// elsewhere; it must be called on the window's thread.
fn choose_place(folder: &Path, name: &str) -> Chosen {
    let dialog = AsyncFileDialog::new().set_title("Save").set_directory(folder).set_file_name(name);
    let chosen = dialog.save_file();
    Box::pin(async move { chosen.await.map(|handle| handle.path().to_owned()) })
}
