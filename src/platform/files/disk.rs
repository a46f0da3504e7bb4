//! Files on a disk: what the standard library does, under the names that `files` has for it.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::Path;

use super::Kind;

pub use std::fs::{
    create_dir as create_folder, create_dir_all as create_folders, read, read_to_string,
    remove_dir_all as remove_folder, remove_file, rename,
};

/// Length of a file, bytes.
///
/// # Errors
/// Any failure of the file system.
pub fn length(path: &Path) -> io::Result<u64> {
    Ok(fs::metadata(path)?.len())
}

/// Whether there is a file or folder of this name.
pub fn exists(path: &Path) -> bool {
    path.exists()
}

/// What a name stands for; links are followed.
///
/// # Errors
/// Any failure of the file system, among them that there is nothing of this name.
pub fn kind(path: &Path) -> io::Result<Kind> {
    let metadata = fs::metadata(path)?;
    Ok(match (metadata.is_file(), metadata.is_dir()) {
        (true, _) => Kind::File,
        (_, true) => Kind::Folder,
        _ => Kind::Other,
    })
}

/// Names of what lies in a folder as the system has them, in no order.
///
/// # Errors
/// Any failure of the file system.
pub fn entries(folder: &Path) -> io::Result<impl Iterator<Item = io::Result<OsString>>> {
    Ok(fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.file_name())))
}

/// A file to read from its start.
///
/// # Errors
/// Any failure of the file system.
pub fn open(path: impl AsRef<Path>) -> io::Result<File> {
    File::open(path)
}

/// Writes a new file and waits until it has reached the disk.
///
/// # Errors
/// Any failure of the file system.
pub fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Waits until the entries of `folder` (names, renames) have reached the disk. Windows cannot
/// open a folder for that and needs no such step.
///
/// # Errors
/// Any failure of the file system.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// A file that only grows.
#[derive(Debug)]
pub struct Appender {
    file: File,
    length: u64,
}

impl Appender {
    /// Opens or creates a file and cuts it to `length` bytes.
    ///
    /// # Errors
    /// Any failure of the file system.
    pub fn open(path: &Path, length: u64) -> io::Result<Self> {
        let file = OpenOptions::new().append(true).create(true).open(path)?;
        file.set_len(length)?;
        Ok(Self { file, length })
    }

    /// Bytes so far.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Appends and hands to the system.
    ///
    /// # Errors
    /// Any failure of the file system; the file is then as it was before.
    pub fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Err(error) = self.file.write_all(bytes) {
            // Half a line (a full disk) would spoil the next; the first error is the one to report.
            let _ = self.file.set_len(self.length);
            return Err(error);
        }
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Waits until everything has reached the disk.
    ///
    /// # Errors
    /// Any failure of the file system.
    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }
}

/// A file that one process holds at a time; the system frees it when that ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock without waiting and writes `owner` into it; `None` while another has it.
    ///
    /// # Errors
    /// Any failure of the file system.
    pub fn take(path: &Path, owner: &str) -> io::Result<Option<Self>> {
        // Not truncated before the lock is ours: until then the content is the holder's.
        let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        file.set_len(0)?;
        file.write_all(owner.as_bytes())?;
        Ok(Some(Self { _file: file }))
    }
}
