//! The browser's own files (the origin private file system), which outlive the tab: what lies in
//! memory is read from there at the start and kept there again and again. Only in a worker, where
//! files can be written in place.

use std::io;
use std::path::{Component, Path, PathBuf};

use js_sys::{AsyncIterator, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DedicatedWorkerGlobalScope, File, FileSystemDirectoryHandle, FileSystemFileHandle,
    FileSystemGetDirectoryOptions, FileSystemGetFileOptions, FileSystemHandleKind,
    FileSystemReadWriteOptions, FileSystemSyncAccessHandle,
};

use super::files;

/// Reads all files into memory.
///
/// # Errors
/// Where the browser gives no storage (a private window, perhaps).
pub async fn restore() -> io::Result<()> {
    let mut folders = vec![(PathBuf::new(), root().await?)];
    while let Some((path, folder)) = folders.pop() {
        for (name, entry) in entries(&folder).await? {
            let path = path.join(name);
            if kind(&entry) == Some(FileSystemHandleKind::Directory) {
                files::create_folders(&path)?;
                folders.push((path, entry.unchecked_into()));
            } else {
                let file: File = wait(entry.unchecked_into::<FileSystemFileHandle>().get_file())
                    .await?
                    .unchecked_into();
                let bytes = Uint8Array::new(&wait(file.array_buffer()).await?).to_vec();
                files::write_synced(&path, &bytes)?;
            }
        }
    }
    files::take_changes();
    Ok(())
}

/// Writes what has changed in memory since the last call. New contents come before removals, so
/// that a tab that is closed in between has too much rather than too little.
///
/// # Errors
/// Where the browser gives no storage, or no more of it.
pub async fn keep() -> io::Result<()> {
    let changes = files::take_changes();
    if changes.is_empty() {
        return Ok(());
    }
    let kept = write_and_remove(&changes).await;
    if kept.is_err() {
        // They are tried again the next time.
        files::put_back(changes.into_iter().map(|(path, _)| path));
    }
    kept
}

async fn write_and_remove(changes: &[(PathBuf, Option<Vec<u8>>)]) -> io::Result<()> {
    let root = root().await?;
    for (path, bytes) in changes {
        if let Some(bytes) = bytes {
            write(&root, path, bytes).await?;
        }
    }
    for (path, _) in changes.iter().filter(|(_, bytes)| bytes.is_none()) {
        remove(&root, path).await?;
    }
    Ok(())
}

async fn root() -> io::Result<FileSystemDirectoryHandle> {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    Ok(wait(scope.navigator().storage().get_directory()).await?.unchecked_into())
}

fn kind(handle: &JsValue) -> Option<FileSystemHandleKind> {
    FileSystemHandleKind::from_js_value(&Reflect::get(handle, &"kind".into()).ok()?)
}

/// Names and handles in a folder.
async fn entries(folder: &FileSystemDirectoryHandle) -> io::Result<Vec<(String, JsValue)>> {
    let all: AsyncIterator = folder.entries();
    let mut found = Vec::new();
    loop {
        let next = wait(all.next().map_err(|error| failure(&error))?).await?;
        let of = |value: &JsValue, key: JsValue| {
            Reflect::get(value, &key).map_err(|error| failure(&error))
        };
        if of(&next, "done".into())?.is_truthy() {
            return Ok(found);
        }
        let pair = of(&next, "value".into())?;
        let name = of(&pair, 0.into())?.as_string().unwrap_or_default();
        found.push((name, of(&pair, 1.into())?));
    }
}

/// The folder around a path, made where it is missing and wanted, and the path's last name.
async fn around(
    root: &FileSystemDirectoryHandle,
    path: &Path,
    create: bool,
) -> io::Result<(FileSystemDirectoryHandle, String)> {
    let names = path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        _ => None,
    });
    let mut names: Vec<String> = names.collect();
    let name = names.pop().ok_or(io::ErrorKind::InvalidFilename)?;
    let options = FileSystemGetDirectoryOptions::new();
    options.set_create(create);
    let mut folder = root.clone();
    for part in names {
        let inner = folder.get_directory_handle_with_options(&part, &options);
        folder = wait(inner).await?.unchecked_into();
    }
    Ok((folder, name))
}

async fn write(root: &FileSystemDirectoryHandle, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let (folder, name) = around(root, path, true).await?;
    let options = FileSystemGetFileOptions::new();
    options.set_create(true);
    let file = wait(folder.get_file_handle_with_options(&name, &options)).await?;
    let file: FileSystemFileHandle = file.unchecked_into();
    let at_start = FileSystemReadWriteOptions::new();
    at_start.set_at_f64(0.0);
    let access: FileSystemSyncAccessHandle =
        wait(file.create_sync_access_handle()).await?.unchecked_into();
    // Cut after writing: a file that only grows is whole up to its old end at any moment.
    let written = access
        .write_with_js_u8_array_and_options(&Uint8Array::from(bytes), &at_start)
        .and_then(|_| access.truncate_with_f64(bytes.len() as f64))
        .and_then(|()| access.flush());
    access.close();
    written.map_err(|error| failure(&error))
}

/// Removes a file, and the folders around it that are empty then.
async fn remove(root: &FileSystemDirectoryHandle, path: &Path) -> io::Result<()> {
    let mut path = Some(path);
    while let Some(gone) = path.filter(|path| !path.as_os_str().is_empty()) {
        let Ok((folder, name)) = around(root, gone, false).await else { return Ok(()) };
        // A file that never came this far, or a folder with something in it: done.
        if wait(folder.remove_entry(&name)).await.is_err() {
            return Ok(());
        }
        path = gone.parent();
    }
    Ok(())
}

async fn wait(promise: js_sys::Promise) -> io::Result<JsValue> {
    JsFuture::from(promise).await.map_err(|error| failure(&error))
}

fn failure(error: &JsValue) -> io::Error {
    let text = error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
    io::Error::other(text.unwrap_or_else(|| format!("{error:?}")))
}
