//! Images of a split by number, wherever they lie on the host: in memory or as files.

use super::crop::View;
use super::error::{DataError, Fault, Place};
use super::files::FileSet;
use super::resample::{render, render_planes};
use super::set::{ImageSet, Parts, halves};
use super::shape::Shape;

/// Images of one size by number, with their labels.
#[derive(Debug)]
pub enum Pictures {
    /// In memory.
    Memory(ImageSet),
    /// As files, decoded when they are wanted.
    Files(FileSet),
}

impl Pictures {
    /// Name of the data set.
    pub fn name(&self) -> &str {
        match self {
            Self::Memory(set) => &set.name,
            Self::Files(set) => &set.name,
        }
    }

    /// Class names by number.
    pub fn classes(&self) -> &[String] {
        match self {
            Self::Memory(set) => &set.classes,
            Self::Files(set) => &set.classes,
        }
    }

    /// Number of images.
    pub fn len(&self) -> usize {
        match self {
            Self::Memory(set) => set.len(),
            Self::Files(set) => set.images.len(),
        }
    }

    /// Whether there are no images.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// C, H, W.
    pub fn shape(&self) -> [usize; 3] {
        let Shape { channels, height, width } = self.size();
        [channels, height, width]
    }

    /// C x H x W, the bytes of one image.
    pub fn image_bytes(&self) -> usize {
        self.size().bytes()
    }

    /// The class of an image, `None` past the end.
    pub fn label(&self, number: usize) -> Option<u32> {
        match self {
            Self::Memory(set) => set.labels.get(number).copied(),
            Self::Files(set) => set.images.get(number).map(|image| image.label),
        }
    }

    /// As [`ImageSet::parts`].
    ///
    /// # Errors
    /// As there.
    pub fn parts(&self, portion: f64) -> Result<Parts, DataError> {
        match self {
            Self::Memory(set) => set.parts(portion),
            // Files are listed with their classes interleaved.
            Self::Files(set) => halves(set.images.len(), portion, &Place::file(&set.name)),
        }
    }

    /// The C x H x W bytes of image `number` as `view` sees it; `seed_and_step` is what random
    /// views are drawn from.
    ///
    /// # Errors
    /// A file that cannot be read or decoded, and no such image.
    pub(super) fn render(
        &self,
        number: u32,
        view: View,
        seed_and_step: (u64, u64),
    ) -> Result<Vec<u8>, DataError> {
        let to = self.size();
        let look = |width, height| {
            let ratio = to.width as f64 / to.height as f64;
            view.look((width, height), ratio, seed_and_step, number)
        };
        let mut out = vec![0; self.image_bytes()];
        match self {
            Self::Memory(set) => {
                let bytes = set.image(number as usize);
                let bytes = bytes.ok_or_else(|| self.place(number).error(Fault::Changed))?;
                render_planes(bytes, to, &look(to.width as u32, to.height as u32), to, &mut out);
            }
            Self::Files(set) => {
                let image = set.decode(number as usize)?;
                let look = look(image.width(), image.height());
                render(image, &look, to, &mut out);
            }
        }
        Ok(out)
    }

    /// Where an image lies.
    pub(super) fn place(&self, number: u32) -> Place {
        match self {
            Self::Memory(set) => Place::file(&set.name),
            Self::Files(set) => set.place(number as usize),
        }
    }

    fn size(&self) -> Shape {
        match self {
            Self::Memory(set) => {
                Shape { channels: set.channels, height: set.height, width: set.width }
            }
            Self::Files(set) => set.shape,
        }
    }
}
