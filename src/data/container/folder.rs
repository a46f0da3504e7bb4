//! Files of a folder on disk, to the depth at which data sets keep theirs.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::super::error::{DataError, Fault, Place};
use super::super::limits::Limits;
use super::{Each, Wanted, name};
use crate::platform::files::{self, Kind};

/// Levels below the folder: an optional wrapper, split, class, file.
const DEPTH: usize = 4;

pub(super) fn visit(
    root: &Path,
    limits: &Limits,
    wanted: &mut Wanted<'_>,
    each: &mut Each<'_>,
) -> Result<(), DataError> {
    let mut walk = Walk { limits, seen: 0, wanted, each };
    walk.folder(root, "", DEPTH)
}

struct Walk<'a, 'b> {
    limits: &'a Limits,
    seen: u64,
    wanted: &'a mut Wanted<'b>,
    each: &'a mut Each<'b>,
}

impl Walk<'_, '_> {
    /// Goes through one folder in the order of names, so that the walk is the same everywhere.
    fn folder(&mut self, path: &Path, prefix: &str, depth: usize) -> Result<(), DataError> {
        let place = Place::file(path.display());
        let mut children: Vec<(String, PathBuf)> = Vec::new();
        for child in files::entries(path).map_err(|e| place.error(Fault::Read(e)))? {
            let raw = child.map_err(|e| place.error(Fault::Read(e)))?;
            self.seen += 1;
            if self.seen > self.limits.entries {
                return Err(place.error(self.limits.entries_fault()));
            }
            let child = path.join(&raw);
            let file = Place::file(child.display());
            let name = name::checked(raw.as_encoded_bytes()).map_err(|fault| file.error(fault))?;
            if !name::is_hidden(&name) {
                children.push((name, child));
            }
        }
        children.sort();
        for (name, path) in children {
            let name = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
            let place = Place::file(path.display());
            // Links are followed: a folder of links to images is a common way to make a subset.
            let kind = files::kind(&path).map_err(|e| place.error(Fault::Read(e)))?;
            if kind == Kind::Folder && depth > 1 {
                self.folder(&path, &name, depth - 1)?;
            } else if kind == Kind::File && (self.wanted)(&name, &place)? {
                (self.each)(&name, &place, &mut Lazy::Closed(&path))?;
            }
        }
        Ok(())
    }
}

/// A file that is opened at its first read.
enum Lazy<'a> {
    Closed(&'a Path),
    Open(Box<dyn Read>),
}

impl Read for Lazy<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if let Lazy::Closed(path) = self {
            *self = Lazy::Open(Box::new(files::open(path)?));
        }
        match self {
            Lazy::Open(file) => file.read(buf),
            Lazy::Closed(_) => Ok(0),
        }
    }
}
