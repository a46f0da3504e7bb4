//! Files in memory, for a browser: a tree of names that lasts as long as its worker. What changes is
//! noted, so that whoever keeps files beyond that (the browser's own storage) can follow.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io::{self, Cursor, ErrorKind};
use std::path::{Path, PathBuf};

use super::Kind;

thread_local! {
    static TREE: RefCell<Tree> = RefCell::default();
}

/// All files and folders of this thread.
#[derive(Default)]
struct Tree {
    files: BTreeMap<PathBuf, Vec<u8>>,
    folders: BTreeSet<PathBuf>,
    /// Files that were written or removed since [`take_changes`], in the order in which they first
    /// were.
    changed: Vec<PathBuf>,
    locked: BTreeSet<PathBuf>,
}

impl Tree {
    fn has_folder(&self, path: &Path) -> bool {
        path.as_os_str().is_empty() || path == Path::new("/") || self.folders.contains(path)
    }

    fn put(&mut self, path: &Path, bytes: Vec<u8>) -> io::Result<()> {
        if !self.has_folder(path.parent().unwrap_or(Path::new(""))) {
            return Err(ErrorKind::NotFound.into());
        }
        self.files.insert(path.to_owned(), bytes);
        self.note(path);
        Ok(())
    }

    fn note(&mut self, path: &Path) {
        if !self.changed.iter().any(|noted| noted == path) {
            self.changed.push(path.to_owned());
        }
    }

    fn take(&mut self, path: &Path) -> Option<Vec<u8>> {
        let bytes = self.files.remove(path)?;
        self.note(path);
        Some(bytes)
    }

    /// Files inside a folder, at any depth.
    fn inside(&self, folder: &Path) -> Vec<PathBuf> {
        self.files.keys().filter(|path| path.starts_with(folder)).cloned().collect()
    }
}

fn with<T>(work: impl FnOnce(&mut Tree) -> T) -> T {
    TREE.with(|tree| work(&mut tree.borrow_mut()))
}

fn missing<T>(found: Option<T>) -> io::Result<T> {
    found.ok_or_else(|| ErrorKind::NotFound.into())
}

/// The contents of a file.
///
/// # Errors
/// Where there is none.
pub fn read(path: impl AsRef<Path>) -> io::Result<Vec<u8>> {
    with(|tree| missing(tree.files.get(path.as_ref()).cloned()))
}

/// The contents of a text file.
///
/// # Errors
/// Where there is none, or it is no text in UTF-8.
pub fn read_to_string(path: impl AsRef<Path>) -> io::Result<String> {
    String::from_utf8(read(path)?).map_err(|error| io::Error::new(ErrorKind::InvalidData, error))
}

/// Length of a file, bytes.
///
/// # Errors
/// Where there is none.
pub fn length(path: &Path) -> io::Result<u64> {
    with(|tree| missing(tree.files.get(path).map(|bytes| bytes.len() as u64)))
}

/// Whether there is a file or folder of this name.
pub fn exists(path: &Path) -> bool {
    with(|tree| tree.files.contains_key(path) || tree.has_folder(path))
}

/// What a name stands for.
///
/// # Errors
/// Where there is nothing of this name.
pub fn kind(path: &Path) -> io::Result<Kind> {
    with(|tree| {
        let folder = tree.has_folder(path).then_some(Kind::Folder);
        missing(tree.files.contains_key(path).then_some(Kind::File).or(folder))
    })
}

/// A file to read from its start.
///
/// # Errors
/// Where there is none.
pub fn open(path: impl AsRef<Path>) -> io::Result<Cursor<Vec<u8>>> {
    read(path).map(Cursor::new)
}

/// Names of what lies in a folder, in no order.
///
/// # Errors
/// Where there is none.
pub fn entries(folder: &Path) -> io::Result<impl Iterator<Item = io::Result<OsString>>> {
    with(|tree| {
        if !tree.has_folder(folder) {
            return Err(ErrorKind::NotFound.into());
        }
        let all = tree.files.keys().chain(&tree.folders);
        let own = all.filter(|path| path.parent() == Some(folder));
        let names = own.filter_map(|path| path.file_name().map(ToOwned::to_owned).map(Ok));
        Ok(names.collect::<Vec<_>>().into_iter())
    })
}

/// Makes a folder in one that exists.
///
/// # Errors
/// Where something of this name exists, or the folder around it does not.
pub fn create_folder(path: impl AsRef<Path>) -> io::Result<()> {
    let path = path.as_ref();
    if exists(path) {
        return Err(ErrorKind::AlreadyExists.into());
    }
    if !exists(path.parent().unwrap_or(Path::new(""))) {
        return Err(ErrorKind::NotFound.into());
    }
    with(|tree| tree.folders.insert(path.to_owned()));
    Ok(())
}

/// Makes a folder and those around it.
///
/// # Errors
/// Where a file has the name of one.
pub fn create_folders(path: impl AsRef<Path>) -> io::Result<()> {
    with(|tree| {
        for folder in path.as_ref().ancestors() {
            if tree.files.contains_key(folder) {
                return Err(ErrorKind::NotADirectory.into());
            }
            if !tree.has_folder(folder) {
                tree.folders.insert(folder.to_owned());
            }
        }
        Ok(())
    })
}

/// Renames a file, over another where there is one, or a folder with all that is in it.
///
/// # Errors
/// Where there is nothing of that name.
pub fn rename(from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<()> {
    let (from, to) = (from.as_ref(), to.as_ref());
    with(|tree| {
        if let Some(bytes) = tree.take(from) {
            return tree.put(to, bytes);
        }
        if !tree.folders.contains(from) {
            return Err(ErrorKind::NotFound.into());
        }
        let moved = |path: &Path| path.strip_prefix(from).map(|rest| to.join(rest));
        let folders: Vec<PathBuf> =
            tree.folders.iter().filter(|path| path.starts_with(from)).cloned().collect();
        for folder in folders {
            tree.folders.remove(&folder);
            // `join` with nothing would end in a separator.
            tree.folders.insert(match moved(&folder) {
                Ok(path) if folder != from => path,
                _ => to.to_owned(),
            });
        }
        for path in tree.inside(from) {
            if let (Some(bytes), Ok(target)) = (tree.take(&path), moved(&path)) {
                tree.put(&target, bytes)?;
            }
        }
        Ok(())
    })
}

/// Removes a file.
///
/// # Errors
/// Where there is none.
pub fn remove_file(path: impl AsRef<Path>) -> io::Result<()> {
    with(|tree| missing(tree.take(path.as_ref()))).map(drop)
}

/// Removes a folder with all that is in it.
///
/// # Errors
/// Where there is none.
pub fn remove_folder(path: impl AsRef<Path>) -> io::Result<()> {
    let path = path.as_ref();
    with(|tree| {
        if !tree.folders.contains(path) {
            return Err(ErrorKind::NotFound.into());
        }
        for file in tree.inside(path) {
            tree.take(&file);
        }
        tree.folders.retain(|folder| !folder.starts_with(path));
        Ok(())
    })
}

/// Writes a file.
///
/// # Errors
/// Where its folder does not exist.
pub fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    with(|tree| tree.put(path, bytes.to_vec()))
}

/// Nothing waits for a disk here.
///
/// # Errors
/// None.
pub fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Files that were written (with their contents) or removed (`None`) since the last call, in the
/// order in which they first were: who keeps them in that order keeps nothing before what it
/// relies on.
pub fn take_changes() -> Vec<(PathBuf, Option<Vec<u8>>)> {
    with(|tree| {
        let changed = std::mem::take(&mut tree.changed);
        changed.into_iter().map(|path| (path.clone(), tree.files.get(&path).cloned())).collect()
    })
}

/// Counts files among those that changed once more.
pub fn put_back(paths: impl IntoIterator<Item = PathBuf>) {
    with(|tree| paths.into_iter().for_each(|path| tree.note(&path)));
}

/// A file that only grows.
#[derive(Debug)]
pub struct Appender {
    path: PathBuf,
    length: u64,
}

impl Appender {
    /// Opens or creates a file and cuts it to `length` bytes.
    ///
    /// # Errors
    /// Where its folder does not exist.
    pub fn open(path: &Path, length: u64) -> io::Result<Self> {
        let mut bytes = read(path).unwrap_or_default();
        bytes.resize(usize::try_from(length).map_err(|_| ErrorKind::FileTooLarge)?, 0);
        write_synced(path, &bytes)?;
        Ok(Self { path: path.to_owned(), length })
    }

    /// Bytes so far.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Appends.
    ///
    /// # Errors
    /// Where the file has been removed.
    pub fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        with(|tree| {
            missing(tree.files.get_mut(&self.path))?.extend_from_slice(bytes);
            tree.note(&self.path);
            Ok::<(), io::Error>(())
        })?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Nothing waits for a disk here.
    ///
    /// # Errors
    /// None.
    pub fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}

/// A file that one holder has at a time, among the tasks of its worker.
#[derive(Debug)]
pub struct Lock(PathBuf);

impl Lock {
    /// Takes the lock and writes `owner` into it; `None` while another has it.
    ///
    /// # Errors
    /// Where its folder does not exist.
    pub fn take(path: &Path, owner: &str) -> io::Result<Option<Self>> {
        with(|tree| {
            if tree.locked.contains(path) {
                return Ok(None);
            }
            tree.put(path, owner.as_bytes().to_vec())?;
            tree.locked.insert(path.to_owned());
            Ok(Some(Self(path.to_owned())))
        })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        with(|tree| tree.locked.remove(&self.0));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn files_live_in_folders_that_were_made_for_them() {
        assert_eq!(write_synced(Path::new("run/a"), b"x").unwrap_err().kind(), ErrorKind::NotFound);
        create_folders("run/checkpoints/1").unwrap();
        write_synced(Path::new("run/checkpoints/1/a"), b"x").unwrap();
        let names: Vec<_> = entries(Path::new("run")).unwrap().map(io::Result::unwrap).collect();
        assert_eq!(names, ["checkpoints"]);
        assert_eq!(kind(Path::new("run")).unwrap(), Kind::Folder);
        assert_eq!(kind(Path::new("run/checkpoints/1/a")).unwrap(), Kind::File);
        assert_eq!(create_folder("run").unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(read("run/checkpoints/1/b").unwrap_err().kind(), ErrorKind::NotFound);
    }

    #[test]
    fn a_folder_is_renamed_and_removed_with_all_that_is_in_it() {
        create_folders("old/deep").unwrap();
        write_synced(Path::new("old/deep/a"), b"x").unwrap();
        rename("old", "new").unwrap();
        assert!(!exists(Path::new("old")) && exists(Path::new("new/deep")));
        assert_eq!(read_to_string("new/deep/a").unwrap(), "x");
        take_changes();
        remove_folder("new").unwrap();
        assert!(!exists(Path::new("new")));
        assert_eq!(take_changes(), [(PathBuf::from("new/deep/a"), None)]);
    }

    #[test]
    fn a_lock_has_one_holder_until_that_ends() {
        let path = Path::new("run.lock");
        let first = Lock::take(path, "me").unwrap();
        assert!(first.is_some() && Lock::take(path, "you").unwrap().is_none());
        drop(first);
        assert!(Lock::take(path, "you").unwrap().is_some());
        assert_eq!(read_to_string(path).unwrap(), "you");
    }

    #[test]
    fn changes_come_in_the_order_in_which_files_first_changed() {
        let [first, second] = [Path::new("b-journal"), Path::new("a-checkpoint")];
        for path in [first, second, first] {
            write_synced(path, b"x").unwrap();
        }
        let changed: Vec<PathBuf> = take_changes().into_iter().map(|(path, _)| path).collect();
        assert_eq!(changed, [first, second]);
    }

    #[test]
    fn a_file_that_grows_can_be_cut_and_its_changes_are_told() {
        let path = Path::new("journal");
        let mut file = Appender::open(path, 0).unwrap();
        file.append(b"one\ntwo\n").unwrap();
        let mut file = Appender::open(path, 4).unwrap();
        file.append(b"2\n").unwrap();
        assert_eq!((read_to_string(path).unwrap().as_str(), file.length()), ("one\n2\n", 6));
        assert_eq!(take_changes(), [(path.to_owned(), Some(b"one\n2\n".to_vec()))]);
        assert!(take_changes().is_empty());
    }
}
