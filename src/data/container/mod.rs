//! Where files come from: a folder, a .zip or a .tar(.gz), all seen as a list of named byte
//! streams. Nothing is extracted to disk. What the files mean is the business of the formats.

mod folder;
mod name;
mod tar;
mod zip;

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::error::{DataError, Fault, Place};
use super::limits::Limits;
use crate::platform::files::{self, Kind};

/// Called with name, place and content of a file.
pub(crate) type Each<'a> = dyn FnMut(&str, &Place, &mut dyn Read) -> Result<(), DataError> + 'a;
/// Called with the name of a file: whether its content is asked for.
pub(crate) type Wanted<'a> = dyn FnMut(&str, &Place) -> Result<bool, DataError> + 'a;

/// A folder or an archive.
#[derive(Debug)]
pub(crate) struct Container {
    path: PathBuf,
    form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Folder,
    Zip,
    Tar,
}

impl Container {
    /// Looks at what `path` is and, for a file, at its first bytes.
    pub(crate) fn detect(path: &Path) -> Result<Self, DataError> {
        let place = Place::file(path.display());
        let kind = files::kind(path).map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => place.error(Fault::NotFound),
            _ => place.error(Fault::Read(e)),
        })?;
        let form = match kind {
            Kind::Folder => Form::Folder,
            Kind::File => file_form(path, &place)?,
            Kind::Other => return Err(place.error(Fault::UnknownForm)),
        };
        Ok(Self { path: path.to_owned(), form })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether its files lie on disk, each to be opened by itself.
    pub(crate) fn is_folder(&self) -> bool {
        self.form == Form::Folder
    }

    pub(crate) fn place(&self) -> Place {
        Place::file(self.path.display())
    }

    /// The name that a data set read from here bears.
    pub(crate) fn set_name(&self) -> String {
        // "." has a name of its own; a browser's files have no other than they are opened by.
        let path = self.path.canonicalize().unwrap_or_else(|_| self.path.clone());
        let name = path.file_name().unwrap_or(path.as_os_str());
        let mut name = name.to_string_lossy().into_owned();
        if self.form != Form::Folder {
            for ending in [".gz", ".tgz", ".tar", ".zip"] {
                name = name.strip_suffix(ending).unwrap_or(&name).to_owned();
            }
        }
        name
    }

    /// Names of all files, sorted, each once. Hidden files are left out.
    pub(crate) fn names(&self, limits: &Limits) -> Result<BTreeSet<String>, DataError> {
        let mut names = BTreeSet::new();
        let mut note = |name: &str, place: &Place| {
            if !name::is_hidden(name) && !names.insert(name.to_owned()) {
                return Err(place.error(Fault::Duplicate));
            }
            Ok(false)
        };
        self.visit(limits, &mut note, &mut |_, _, _| Ok(()))?;
        Ok(names)
    }

    /// Calls `each` with the content of every file that `wanted` asks for.
    pub(crate) fn visit(
        &self,
        limits: &Limits,
        wanted: &mut Wanted<'_>,
        each: &mut Each<'_>,
    ) -> Result<(), DataError> {
        match self.form {
            Form::Folder => folder::visit(&self.path, limits, wanted, each),
            Form::Zip => zip::visit(&self.path, limits, wanted, each),
            Form::Tar => tar::visit(&self.path, limits, wanted, each),
        }
    }
}

/// Tells a file's form by its bytes, looking through gzip.
fn file_form(path: &Path, place: &Place) -> Result<Form, DataError> {
    let file = files::open(path).map_err(|e| place.read_error(e))?;
    let mut head = Vec::new();
    inflated(file)
        .and_then(|mut reader| reader.by_ref().take(512).read_to_end(&mut head))
        .map_err(|e| place.read_error(e))?;
    let single = |what| Err(place.error(Fault::SingleFile { what }));
    match head.as_slice() {
        [] => Err(place.error(Fault::Empty { what: "bytes" })),
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Ok(Form::Zip),
        head if head.get(257..262) == Some(b"ustar") => Ok(Form::Tar),
        [0, 0, 8, 1 | 3, ..] => single("IDX file"),
        [0xff, 0xd8, 0xff, ..] => single("JPEG image"),
        [0x89, b'P', b'N', b'G', ..] => single("PNG image"),
        _ => Err(place.error(Fault::UnknownForm)),
    }
}

/// The reader's bytes, decompressed if they begin with gzip's magic number.
pub(crate) fn inflated<'a>(mut reader: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
    let mut head = Vec::new();
    reader.by_ref().take(2).read_to_end(&mut head)?;
    let gzip = head == [0x1f, 0x8b];
    let whole = io::Cursor::new(head).chain(reader);
    Ok(if gzip { Box::new(MultiGzDecoder::new(whole)) } else { Box::new(whole) })
}
