//! Files of a .tar or .tar.gz archive, read once from front to back. Long names are assembled
//! here, with a cap, since the crate would hold a name of any length.

use std::io::{self, BufReader, Read};
use std::path::Path;

use tar::{Archive, EntryType, PaxExtensions};

use super::super::error::{DataError, Fault, Place};
use super::super::limits::{Limits, Metered, Whole, read_at_most};
use super::{Each, Wanted, inflated, name};
use crate::platform::files;

/// Longest extended header accepted, in bytes.
const MAX_HEADER: u64 = 64 << 10;

pub(super) fn visit(
    path: &Path,
    limits: &Limits,
    wanted: &mut Wanted<'_>,
    each: &mut Each<'_>,
) -> Result<(), DataError> {
    let place = Place::file(path.display());
    let file = files::open(path).map(BufReader::new).map_err(|e| place.read_error(e))?;
    let stream = inflated(file).map_err(|e| place.read_error(e))?;
    let mut archive = Archive::new(Metered::new(stream, limits.archive_meter(), limits));
    let entries = archive.entries().map_err(|e| place.read_error(e))?;
    let mut seen = 0;
    let mut long_name = None;
    for entry in entries.raw(true) {
        let mut entry = entry.map_err(|e| place.read_error(e))?;
        seen += 1;
        if seen > limits.entries {
            return Err(place.error(limits.entries_fault()));
        }
        let shown = place.entry(&String::from_utf8_lossy(&entry.path_bytes()));
        let size = entry.size();
        match entry.header().entry_type() {
            EntryType::XGlobalHeader | EntryType::GNULongLink => {}
            EntryType::GNULongName => {
                let mut bytes = header(&mut Whole::new(&mut entry, size), &shown)?;
                while bytes.last() == Some(&0) {
                    bytes.pop();
                }
                long_name = Some(bytes);
            }
            EntryType::XHeader => {
                let bytes = header(&mut Whole::new(&mut entry, size), &shown)?;
                long_name = pax_name(&bytes, &shown)?;
            }
            EntryType::Directory => long_name = None,
            EntryType::Regular | EntryType::Continuous => {
                let raw = long_name.take().unwrap_or_else(|| entry.path_bytes().into_owned());
                let shown = place.entry(&String::from_utf8_lossy(&raw));
                // Archives older than the entry type for folders end their names in a slash.
                if raw.ends_with(b"/") {
                    continue;
                }
                let name = name::checked(&raw).map_err(|fault| shown.error(fault))?;
                if wanted(&name, &shown)? {
                    each(&name, &shown, &mut Whole::new(&mut entry, size))?;
                }
            }
            _ => {
                return Err(shown.error(Fault::Unsupported {
                    what: "is a link or a device; pack the files themselves (tar --dereference)",
                }));
            }
        }
    }
    // The check sum of gzip stands at the very end.
    io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(|e| place.read_error(e))?;
    Ok(())
}

fn header(reader: &mut dyn Read, place: &Place) -> Result<Vec<u8>, DataError> {
    read_at_most(reader, MAX_HEADER, Fault::Name { why: "is longer than 4096 bytes" }, place)
}

/// The `path` record of an extended header.
fn pax_name(bytes: &[u8], place: &Place) -> Result<Option<Vec<u8>>, DataError> {
    let mut name = None;
    for record in PaxExtensions::new(bytes) {
        let record = record.map_err(|e| place.read_error(e))?;
        match record.key_bytes() {
            b"path" => name = Some(record.value_bytes().to_vec()),
            b"size" => {
                return Err(place.error(Fault::Unsupported {
                    what: "states its size in an extended header, as files above 8 GiB do; \
                           pack smaller files",
                }));
            }
            _ => {}
        }
    }
    Ok(name)
}
