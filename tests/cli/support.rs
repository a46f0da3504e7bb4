//! Running the program and judging what it says.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::common;

/// An architecture of the tiny space.
pub(crate) const TINY: &str = "[[7,5],[5,3],[5,3,7,5],[5,3,7,5],[5,3,7,5],[3,3,5]]";

/// The program with these arguments, in an empty folder of its own.
pub(crate) fn sgnas<S: AsRef<OsStr>>(args: &[S]) -> Output {
    let here = tempfile::tempdir().unwrap();
    command(args).current_dir(here.path()).output().unwrap()
}

/// The same, not yet started, wherever this test runs.
pub(crate) fn command<S: AsRef<OsStr>>(args: &[S]) -> Command {
    let mut command = common::program(env!("CARGO_BIN_EXE_sgnas"));
    command.args(args).stdin(Stdio::null());
    command
}

/// Runs the program and checks that it ends with `status` and one line that names every one of
/// `names`; the line.
#[track_caller]
pub(crate) fn refused(status: i32, args: &[&str], names: &[&str]) -> String {
    let output = sgnas(args);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(status), "{args:?}: {text}");
    assert_eq!(text.lines().count(), 1, "{args:?}: {text}");
    assert!(text.starts_with("error: "), "{args:?}: {text}");
    assert!(!text.contains("panicked") && !text.contains("backtrace"), "{args:?}: {text}");
    for name in names {
        assert!(text.contains(name), "{args:?}: no `{name}` in: {text}");
    }
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "", "{args:?}");
    text
}

/// Runs the program and checks that it succeeds; its standard output.
#[track_caller]
pub(crate) fn accepted(args: &[&str]) -> String {
    let output = sgnas(args);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

/// The arguments of a short search on the images in `data`.
pub(crate) fn short_search(data: &Path, out: &Path) -> Vec<String> {
    let mut args = vec!["search".to_owned(), "--data".to_owned(), text(data)];
    args.extend(["--out".to_owned(), text(out)]);
    args.extend(common::SHORT.iter().flat_map(|s| ["--set".to_owned(), (*s).to_owned()]));
    args
}

/// A finished search that all tests may read and none may change.
pub(crate) fn finished() -> &'static Finished {
    static RUN: OnceLock<Finished> = OnceLock::new();
    RUN.get_or_init(|| {
        let home = tempfile::tempdir().unwrap();
        let (data, run) = (home.path().join("data"), home.path().join("run"));
        common::small_images(&data, 120);
        let output = sgnas(&short_search(&data, &run));
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{error}");
        let output = String::from_utf8(output.stdout).unwrap();
        Finished { data, run, output, error, _home: home }
    })
}

/// See [`finished`].
pub(crate) struct Finished {
    pub(crate) data: PathBuf,
    pub(crate) run: PathBuf,
    pub(crate) output: String,
    pub(crate) error: String,
    _home: TempDir,
}

impl Finished {
    /// A copy that a test may damage.
    pub(crate) fn copy(&self) -> TempDir {
        let home = tempfile::tempdir().unwrap();
        copy_folder(&self.run, &home.path().join("run"));
        home
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// A path as an argument.
pub(crate) fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// A folder that is removed in the end, and the path of a file in it with this content.
pub(crate) fn file(name: &str, content: impl AsRef<[u8]>) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    let path = text(&path);
    (folder, path)
}
