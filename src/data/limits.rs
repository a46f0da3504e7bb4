//! Caps on what an untrusted source may make this room read or allocate, and the readers that
//! keep them. A cap is checked before the allocation that it bounds.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use super::error::{DataError, Fault, Place};

/// Caps for one source. The defaults hold CIFAR and MNIST many times over and keep a hostile
/// archive from filling the memory or running for hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Files, folders and headers in a folder or archive.
    pub entries: u64,
    /// Bytes of one encoded image.
    pub file_bytes: u64,
    /// Height times width of one decoded image.
    pub image_pixels: u64,
    /// Height and width of one decoded image. Resizing holds height x target width x channels
    /// x 4 bytes beside it.
    pub image_side: u32,
    /// Bytes read from one archive, decompressed.
    pub archive_bytes: u64,
    /// Bytes of decoded images that a set in memory may hold.
    pub resident_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: 2_000_000,
            file_bytes: 64 << 20,
            image_pixels: 32 << 20,
            image_side: 16_384,
            archive_bytes: 16 << 30,
            resident_bytes: 2 << 30,
        }
    }
}

impl Limits {
    pub(crate) fn entries_fault(&self) -> Fault {
        Fault::Limit { what: "entries", limit: self.entries, option: "limits.entries" }
    }

    pub(crate) fn archive_meter(&self) -> Rc<Cell<u64>> {
        Rc::new(Cell::new(self.archive_bytes))
    }

    pub(crate) fn pixels_fault(&self) -> Fault {
        Fault::Limit {
            what: "pixels an image",
            limit: self.image_pixels,
            option: "limits.image_pixels",
        }
    }

    /// Reads one encoded image whole.
    pub(crate) fn read_file(
        &self,
        reader: &mut dyn Read,
        place: &Place,
    ) -> Result<Vec<u8>, DataError> {
        let fault = Fault::Limit {
            what: "bytes a file",
            limit: self.file_bytes,
            option: "limits.file_bytes",
        };
        read_at_most(reader, self.file_bytes, fault, place)
    }
}

/// Reads to the end, but never more than `limit` bytes; more is `fault`.
pub(crate) fn read_at_most(
    reader: &mut dyn Read,
    limit: u64,
    fault: Fault,
    place: &Place,
) -> Result<Vec<u8>, DataError> {
    let mut bytes = Vec::new();
    reader
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|e| place.read_error(e))?;
    if bytes.len() as u64 > limit {
        return Err(place.error(fault));
    }
    Ok(bytes)
}

/// Bytes of decoded images that may still be allocated.
#[derive(Debug)]
pub(crate) struct Budget {
    left: u64,
    limit: u64,
}

impl Budget {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { left: limits.resident_bytes, limit: limits.resident_bytes }
    }

    /// Counts `bytes`, given as the factors of a product that may overflow.
    pub(crate) fn take(&mut self, factors: &[u64], place: &Place) -> Result<u64, DataError> {
        let bytes = factors.iter().try_fold(1u64, |product, &f| product.checked_mul(f));
        match bytes.and_then(|b| Some((b, self.left.checked_sub(b)?))) {
            Some((bytes, left)) => {
                self.left = left;
                Ok(bytes)
            }
            None => Err(place.error(Fault::Limit {
                what: "bytes of images in memory",
                limit: self.limit,
                option: "images.resident_mib (or lower images.size; unpack an archive of images, \
                         for folders are streamed)",
            })),
        }
    }
}

/// A reader that fails once the meter, shared by all entries of an archive, is used up.
pub(crate) struct Metered<R> {
    inner: R,
    left: Rc<Cell<u64>>,
    limit: u64,
}

impl<R: Read> Metered<R> {
    pub(crate) fn new(inner: R, left: Rc<Cell<u64>>, limits: &Limits) -> Self {
        Self { inner, left, limit: limits.archive_bytes }
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.left.get()).unwrap_or(usize::MAX);
        // With nothing left one byte is still asked for: the end of the file is no excess.
        let want = buf.len().min(left.max(1));
        let read = match buf.get_mut(..want) {
            Some(part) => self.inner.read(part)?,
            None => 0,
        };
        if read > left {
            return Err(io::Error::other(Fault::Limit {
                what: "decompressed bytes an archive",
                limit: self.limit,
                option: "limits.archive_bytes",
            }));
        }
        self.left.set(self.left.get() - read as u64);
        Ok(read)
    }
}

/// A reader of exactly `left` bytes: an earlier end is an error, where tar's would be silent.
pub(crate) struct Whole<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Whole<R> {
    pub(crate) fn new(inner: R, bytes: u64) -> Self {
        Self { inner, left: bytes }
    }
}

impl<R: Read> Read for Whole<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buf)?;
        if read == 0 && !buf.is_empty() && self.left > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left = self.left.saturating_sub(read as u64);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_metered_reader_gives_its_last_byte_and_then_the_end() {
        let limits = Limits { archive_bytes: 5, ..Limits::default() };
        let mut out = Vec::new();
        Metered::new(&b"12345"[..], limits.archive_meter(), &limits).read_to_end(&mut out).unwrap();
        assert_eq!(out, b"12345");
    }

    #[test]
    fn a_metered_reader_counts_over_all_readers_of_a_meter() {
        let limits = Limits { archive_bytes: 5, ..Limits::default() };
        let meter = limits.archive_meter();
        let mut out = Vec::new();
        Metered::new(&b"123"[..], meter.clone(), &limits).read_to_end(&mut out).unwrap();
        let error = Metered::new(&b"456"[..], meter, &limits).read_to_end(&mut out).unwrap_err();
        let error = Place::file("x").read_error(error);
        assert!(matches!(error.fault, Fault::Limit { limit: 5, .. }), "{error}");
    }

    #[test]
    fn a_budget_refuses_a_product_that_overflows() {
        let mut budget = Budget::new(&Limits::default());
        let place = Place::file("x");
        assert!(budget.take(&[u64::MAX, 2], &place).is_err());
        assert_eq!(budget.take(&[2, 3, 4], &place).unwrap(), 24);
    }
}
