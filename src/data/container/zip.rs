//! Files of a .zip archive. Its directory is walked entry by entry and never held whole: an
//! archive may claim millions of entries.

use std::io::BufReader;
use std::path::Path;

use zip::ZipReadOptions;
use zip::read::Config;
use zip::result::ZipError;
// The reader that indexes the whole directory allocates by the count the archive claims; this
// one does not. Cargo.toml pins the crate for it.
use zip::unstable::read::ZipIterable;

use super::super::error::{DataError, Fault, Place};
use super::super::limits::{Limits, Metered};
use super::{Each, Wanted, name};
use crate::platform::files;

pub(super) fn visit(
    path: &Path,
    limits: &Limits,
    wanted: &mut Wanted<'_>,
    each: &mut Each<'_>,
) -> Result<(), DataError> {
    let place = Place::file(path.display());
    let open = || files::open(path).map(BufReader::new).map_err(|e| place.read_error(e));
    let mut bodies = open()?;
    let mut archive =
        ZipIterable::try_new(open()?, Config::default()).map_err(|e| zip_error(e, &place))?;
    if archive.len() as u64 > limits.entries {
        return Err(place.error(limits.entries_fault()));
    }
    let meter = limits.archive_meter();
    for entry in archive.files().map_err(|e| zip_error(e, &place))? {
        let entry = entry.map_err(|e| zip_error(e, &place))?;
        let raw = entry.name_raw();
        if entry.is_dir() {
            continue;
        }
        let shown = place.entry(&String::from_utf8_lossy(raw));
        let name = name::checked(raw).map_err(|fault| shown.error(fault))?;
        if entry.is_symlink() {
            return Err(shown.error(Fault::Unsupported {
                what: "is a link; pack the file that it points to instead",
            }));
        }
        if !wanted(&name, &shown)? {
            continue;
        }
        let body = entry
            .with_reader(&mut bodies, ZipReadOptions::new())
            .map_err(|e| zip_error(e, &shown))?;
        each(&name, &shown, &mut Metered::new(body, meter.clone(), limits))?;
    }
    Ok(())
}

fn zip_error(error: ZipError, place: &Place) -> DataError {
    match error {
        ZipError::Io(error) => place.read_error(error),
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => {
            place.error(Fault::Unsupported { what: "is encrypted; pack it without a password" })
        }
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => place
            .error(Fault::Unsupported {
                what: "uses a form of .zip other than stored or deflated; pack it again",
            }),
        other => place.error(Fault::corrupt(other)),
    }
}
