//! A run as one file, to be carried to another machine or browser and to go on there: a .tar of its
//! folder, which begins with its configuration, with the images that a person gave it. A file that is
//! dropped counts as untrusted.

mod images;

use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use tar::{Archive, Builder, Entry, EntryType, Header};

use self::images::Images;
use super::library;
use super::trainer::TRAININGS;
use crate::platform::files::{self, Kind};
use crate::run::RunError;
use crate::run::folder::RunFolder;

/// The first file of a parcel, in the folder that all of it lies in.
const FIRST: &str = "config.toml";
/// What the name of a parcel ends in.
const END: &str = ".run.tar";
/// What belongs to the machine and not to the run.
const STAYS: [&str; 2] = ["run.lock", "exports"];
/// The most bytes and files of a parcel.
const MOST_BYTES: u64 = 4 << 30;
const MOST_FILES: usize = 1_000_000;

/// A run in one file.
pub(super) struct Packed {
    pub(super) file: PathBuf,
    /// Why its images are not in it, where they are not.
    pub(super) stay: Option<String>,
}

/// Writes a run into one file beside its folder, over an earlier one.
pub(super) fn pack(run: &Path) -> Result<Packed, RunError> {
    let folder = RunFolder::open(run)?;
    let run = folder.root().to_owned();
    let (along, stay) = match images::of(&folder)? {
        Images::Known => (Vec::new(), None),
        Images::Along(files) => (files, None),
        Images::Stay(why) => (Vec::new(), Some(why)),
    };
    let name = run.file_name().unwrap_or(run.as_os_str());
    let mut parcel = Builder::new(Vec::new());
    let mut add = |inner: &Path, path: &Path| {
        let bytes = files::read(path).map_err(RunError::io(path, "read"))?;
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(0o644);
        header.set_size(bytes.len() as u64);
        let added = parcel.append_data(&mut header, Path::new(name).join(inner), &bytes[..]);
        added.map_err(RunError::io(path, "pack"))
    };
    add(Path::new(FIRST), &run.join(FIRST))?;
    for inner in inside(&run)?.into_iter().filter(|inner| inner != Path::new(FIRST)) {
        add(&inner, &run.join(&inner))?;
    }
    for (inner, path) in along {
        add(&inner, &path)?;
    }
    let mut file = name.to_owned();
    file.push(END);
    let path = run.with_file_name(file);
    let bytes = parcel.into_inner().map_err(RunError::io(&path, "pack"))?;
    files::write_atomically(&path, &bytes).map_err(RunError::io(&path, "write"))?;
    Ok(Packed { file: path, stay })
}

/// The files of a run, relative to its folder, in the order of their names.
fn inside(run: &Path) -> Result<Vec<PathBuf>, RunError> {
    let (mut waiting, mut found) = (vec![PathBuf::new()], Vec::new());
    while let Some(folder) = waiting.pop() {
        let whole = run.join(&folder);
        for name in files::names(&whole).map_err(RunError::io(&whole, "read"))? {
            let inner = folder.join(&name);
            // Hidden names are of files that are being written.
            if name.starts_with('.') || STAYS.iter().any(|stays| inner == Path::new(stays)) {
                continue;
            }
            match files::kind(&run.join(&inner)) {
                Ok(Kind::File) => found.push(inner),
                Ok(Kind::Folder) => waiting.push(inner),
                // Whatever has gone meanwhile is not of the state that is packed.
                Ok(Kind::Other) | Err(_) => {}
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Whether a file is a parcel.
pub(super) fn is_one(path: &Path) -> bool {
    let Ok(file) = files::open(path) else { return false };
    let mut archive = Archive::new(file);
    let first = archive.entries().ok().and_then(|mut entries| entries.next());
    let inner = first.and_then(Result::ok).and_then(|entry| inner(&entry).ok());
    inner.as_deref() == Some(Path::new(FIRST))
}

/// Unpacks a parcel into a new folder of the runs; that folder.
pub(super) fn unpack(path: &Path, runs: &Path) -> Result<PathBuf, RunError> {
    let damaged = |error: io::Error| RunError::damaged(path, error.to_string());
    let file = files::open(path).map_err(RunError::io(path, "read"))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name =
        name.split('.').next().unwrap_or_default().trim_end_matches(|c: char| c.is_ascii_digit());
    let run = library::free_folder(runs, name.trim_end_matches('-'));
    let (mut left, mut count) = (MOST_BYTES, 0);
    for entry in Archive::new(file).entries().map_err(damaged)? {
        let mut entry = entry.map_err(damaged)?;
        if entry.header().entry_type() == EntryType::Directory {
            continue;
        }
        let to = run.join(inner(&entry).map_err(damaged)?);
        count += 1;
        left = left.checked_sub(entry.size()).filter(|_| count <= MOST_FILES).ok_or_else(|| {
            damaged(io::Error::other("it holds more than a run may: 4 GiB and 1,000,000 files"))
        })?;
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).map_err(damaged)?;
        let folder = to.parent().unwrap_or(&run);
        files::create_folders(folder).map_err(RunError::io(folder, "create"))?;
        files::write_synced(&to, &bytes).map_err(RunError::io(&to, "write"))?;
    }
    RunFolder::open(&run)?.config()?;
    let trainings = library::folders(&run.join(TRAININGS));
    let trainings: Vec<PathBuf> = trainings.filter(|f| RunFolder::open(f).is_ok()).collect();
    images::settle(&run, &trainings)?;
    Ok(run)
}

/// Where a file lies in the run's folder: never outside it.
fn inner<R: Read>(entry: &Entry<'_, R>) -> io::Result<PathBuf> {
    let path = entry.path()?.into_owned();
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    let file = matches!(entry.header().entry_type(), EntryType::Regular | EntryType::Continuous);
    let mut parts = path.components();
    parts.next();
    let inner = parts.as_path().to_owned();
    if !plain || !file || inner.as_os_str().is_empty() {
        return Err(io::Error::other(format!("`{}` is no file of a run", path.display())));
    }
    Ok(inner)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::protocol::Config;
    use crate::run::folder::OwnedRunFolder;
    use std::fs;

    #[test]
    fn a_run_comes_out_of_its_file_as_it_went_in_and_without_what_stays() {
        let home = tempfile::tempdir().unwrap();
        let run = home.path().join("tiny-7");
        drop(OwnedRunFolder::create(&run, &Config::preset("tiny").unwrap()).unwrap());
        fs::create_dir_all(run.join("checkpoints/1")).unwrap();
        fs::create_dir_all(run.join("exports")).unwrap();
        for (name, text) in
            [("checkpoints/1/tensors", "x"), ("exports/a.svg", "y"), (".a.tmp", "z")]
        {
            fs::write(run.join(name), text).unwrap();
        }
        let parcel = pack(&run).unwrap().file;
        assert!(is_one(&parcel) && !is_one(&run) && parcel.ends_with("tiny-7.run.tar"));
        let runs = home.path().join("runs");
        for place in ["tiny-1", "tiny-2"] {
            let out = unpack(&parcel, &runs).unwrap();
            assert_eq!(out, runs.join(place));
            let kept: Vec<PathBuf> = inside(&run).unwrap();
            assert_eq!(inside(&out).unwrap(), kept);
            assert!(
                kept.iter()
                    .all(|name| fs::read(run.join(name)).unwrap()
                        == fs::read(out.join(name)).unwrap())
            );
            assert!(!out.join("exports").exists() && !out.join(".a.tmp").exists());
        }
    }

    /// A run on these images, with a training from scratch in its folder.
    fn run_on(data: &Path, run: &Path) {
        let mut config = Config::preset("tiny").unwrap();
        config.general.data = data.display().to_string();
        drop(OwnedRunFolder::create(run, &config).unwrap());
        drop(OwnedRunFolder::create(&run.join(TRAININGS).join("train-1"), &config).unwrap());
    }

    #[test]
    fn images_of_a_persons_own_go_along_and_nothing_that_lies_beside_them() {
        let home = tempfile::tempdir().unwrap();
        let photos = home.path().join("photos");
        let names = ["train/cat/1.png", "train/dog/2.png", "test/cat/3.png"];
        for name in names.into_iter().chain(["letter.txt"]) {
            fs::create_dir_all(photos.join(name).parent().unwrap()).unwrap();
            fs::write(photos.join(name), name).unwrap();
        }
        let mut archive = Builder::new(fs::File::create(home.path().join("set.tar")).unwrap());
        archive.append_dir_all("", &photos).unwrap();
        archive.into_inner().unwrap();
        let runs = home.path().join("runs");
        for (data, files) in [("photos", &names[..]), ("set.tar", &[][..])] {
            let run = home.path().join(format!("{data}-run"));
            run_on(&home.path().join(data), &run);
            let packed = pack(&run).unwrap();
            assert_eq!(packed.stay, None);
            let out = unpack(&packed.file, &runs).unwrap();
            let lies = out.join(RunFolder::IMAGES).join(data);
            for folder in [out.clone(), out.join(TRAININGS).join("train-1")] {
                let config = RunFolder::open(&folder).unwrap().config().unwrap();
                assert_eq!(Path::new(&config.general.data), lies);
            }
            let places =
                files.iter().map(|name| (lies.join(name), home.path().join(data).join(name)));
            let whole = files.is_empty().then(|| (lies.clone(), home.path().join(data)));
            for (there, here) in places.chain(whole) {
                assert_eq!(fs::read(there).unwrap(), fs::read(here).unwrap());
            }
            assert!(!lies.join("letter.txt").exists());
            // From there it goes on as it came.
            let again = unpack(&pack(&out).unwrap().file, &runs).unwrap();
            assert_eq!(super::inside(&again).unwrap(), super::inside(&out).unwrap());
            assert_ne!(again, out);
        }
    }

    #[test]
    fn images_that_are_gone_or_too_many_stay_and_that_is_told() {
        let home = tempfile::tempdir().unwrap();
        let big = home.path().join("big");
        fs::create_dir(&big).unwrap();
        let file = fs::File::create(big.join("train-images-idx3-ubyte")).unwrap();
        file.set_len(300 << 20).unwrap();
        for (data, why) in [(home.path().join("gone"), "gone"), (big, "300 MiB")] {
            let run = home.path().join("run");
            let _ = fs::remove_dir_all(&run);
            run_on(&data, &run);
            let stay = pack(&run).unwrap().stay.unwrap();
            assert!(stay.contains("without its images") && stay.contains(why), "{stay}");
        }
    }

    #[test]
    fn a_file_that_would_leave_the_folder_is_refused() {
        let home = tempfile::tempdir().unwrap();
        for name in ["../evil", "/evil", "a/../../evil", "alone"] {
            let mut builder = Builder::new(Vec::new());
            let mut header = Header::new_gnu();
            header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_size(1);
            header.set_cksum();
            builder.append(&header, &b"x"[..]).unwrap();
            let path = home.path().join("evil.run.tar");
            fs::write(&path, builder.into_inner().unwrap()).unwrap();
            let error = unpack(&path, &home.path().join("runs")).unwrap_err().to_string();
            assert!(error.contains("no file of a run"), "{name}: {error}");
            assert!(!is_one(&path));
        }
        assert!(!home.path().join("evil").exists());
    }
}
