//! A split of an image folder as a list of files; pixels stay on disk until a batch wants them.

use std::path::PathBuf;

use image::DynamicImage;

use super::decode::{decode, shape};
use super::error::{DataError, Fault, Place};
use super::limits::Limits;
use super::listing::ListedImage;
use super::shape::Shape;
use crate::platform::files;

/// Files that are looked at for one in colour, which makes a set colour.
const LOOKED_AT: usize = 1000;

/// Images of a split as files; only their names are in memory.
#[derive(Debug, Clone)]
pub struct FileSet {
    /// Name of the data set.
    pub name: String,
    /// Class names by number.
    pub classes: Vec<String>,
    /// The folder.
    pub(super) root: PathBuf,
    /// In the order of their numbers.
    pub(super) images: Vec<ListedImage>,
    /// To which images are brought.
    pub(super) shape: Shape,
    /// Caps on the files.
    pub(super) limits: Limits,
}

impl FileSet {
    /// Decodes an image as it is on disk.
    pub(super) fn decode(&self, number: usize) -> Result<DynamicImage, DataError> {
        let (bytes, place) = self.read(number)?;
        decode(&bytes, &self.limits, &place)
    }

    /// Where an image lies.
    pub(super) fn place(&self, number: usize) -> Place {
        let image = self.images.get(number);
        let path = image.map_or(self.root.clone(), |image| self.root.join(&image.name));
        Place::file(path.display())
    }

    fn read(&self, number: usize) -> Result<(Vec<u8>, Place), DataError> {
        let place = self.place(number);
        let image = self.images.get(number).ok_or_else(|| place.error(Fault::Changed))?;
        let file = files::open(self.root.join(&image.name));
        let mut file = file.map_err(|e| place.error(Fault::Read(e)))?;
        Ok((self.limits.read_file(&mut file, &place)?, place))
    }

    /// Height and width of the first image, and 3 channels where one of the first thousand has
    /// colour, else 1.
    pub(super) fn look(&self) -> Result<Shape, DataError> {
        let mut first = None;
        for number in 0..self.images.len().min(LOOKED_AT) {
            let (bytes, place) = self.read(number)?;
            let own = shape(&bytes, &self.limits, &place)?;
            let seen = first.get_or_insert(own);
            if own.channels == 3 {
                return Ok(Shape { channels: 3, ..*seen });
            }
        }
        let place = Place::file(self.root.display());
        first.ok_or_else(|| place.error(Fault::Empty { what: "training images" }))
    }
}
