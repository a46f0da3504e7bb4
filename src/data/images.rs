//! Image folders and archives in memory: every image decoded to its slot of one block of bytes.

use std::collections::BTreeMap;

use image::DynamicImage;

use super::container::Container;
use super::crop::View;
use super::decode::decode;
use super::error::{DataError, Fault, Place};
use super::limits::Budget;
use super::listing::{LOOKED_FOR, ListedImage, Listing};
use super::resample::render;
use super::set::{DataSet, OpenOptions, Split, assemble};
use super::shape::Shape;

/// Reads all images of a listing. One colour image makes the set colour.
pub(super) fn open(
    container: &Container,
    listing: Listing,
    options: &OpenOptions,
) -> Result<DataSet, DataError> {
    let Listing { classes, train, test } = listing;
    let mut slots = BTreeMap::new();
    for (split, images) in [Some(&train), test.as_ref()].into_iter().flatten().enumerate() {
        for (index, image) in images.iter().enumerate() {
            slots.insert(image.name.as_str(), (split, index));
        }
    }
    let counts = [train.len(), test.as_ref().map_or(0, Vec::len)];
    let mut filling = Filling::new(options, counts);
    container.visit(
        &options.limits,
        &mut |name, _| Ok(slots.contains_key(name)),
        &mut |name, place, reader| {
            let bytes = options.limits.read_file(reader, place)?;
            let image = decode(&bytes, &options.limits, place)?;
            match slots.get(name) {
                Some(&(split, index)) => filling.put(image, split, index, place),
                None => Ok(()),
            }
        },
    )?;
    let changed = || container.place().error(Fault::Changed);
    let (shape, [train_block, test_block]) = filling.finish().ok_or_else(changed)?;
    let split = |images: Vec<u8>, listed: &[ListedImage]| Split {
        place: container.place(),
        images,
        labels: listed.iter().map(|image| image.label).collect(),
        shape,
    };
    let train = split(train_block, &train);
    let test = test.map(|listed| split(test_block, &listed));
    assemble(&container.set_name(), classes, train, test, options, LOOKED_FOR)
}

/// Two blocks of bytes, training and test, filled in the order in which files come.
struct Filling<'a> {
    options: &'a OpenOptions,
    budget: Budget,
    counts: [usize; 2],
    filled: usize,
    blocks: [Vec<u8>; 2],
    /// Set by the first image.
    shape: Option<(Shape, Place)>,
}

impl<'a> Filling<'a> {
    fn new(options: &'a OpenOptions, counts: [usize; 2]) -> Self {
        let budget = Budget::new(&options.limits);
        let blocks = [Vec::new(), Vec::new()];
        Self { options, budget, counts, filled: 0, blocks, shape: None }
    }

    fn put(
        &mut self,
        image: DynamicImage,
        split: usize,
        index: usize,
        place: &Place,
    ) -> Result<(), DataError> {
        let own = (image.height() as usize, image.width() as usize);
        let (height, width) = self.options.size.unwrap_or(own);
        let shape = self.fit(image.color().has_color(), height, width, place)?;
        let ratio = width as f64 / height as f64;
        let look = View::WHOLE.look((image.width(), image.height()), ratio, (0, 0), 0);
        let size = shape.channels * shape.height * shape.width;
        let block = self.blocks.get_mut(split);
        let slot = block.and_then(|b| b.get_mut(index * size..(index + 1) * size));
        let Some(slot) = slot else { return Err(place.error(Fault::Changed)) };
        render(image, &look, shape, slot);
        self.filled += 1;
        Ok(())
    }

    /// Allocates at the first image, widens at the first colour image, and refuses another size.
    fn fit(
        &mut self,
        colour: bool,
        height: usize,
        width: usize,
        place: &Place,
    ) -> Result<Shape, DataError> {
        let own = Shape { channels: if colour { 3 } else { 1 }, height, width };
        let total = self.counts.iter().sum::<usize>() as u64;
        let plane = own.height * own.width;
        let Some((shape, first)) = &mut self.shape else {
            self.budget.take(&[total, own.channels as u64, plane as u64], place)?;
            self.blocks = self.counts.map(|count| vec![0; count * own.channels * plane]);
            self.shape = Some((own, place.clone()));
            return Ok(own);
        };
        if (own.height, own.width) != (shape.height, shape.width) {
            return Err(place.error(Fault::MixedSizes {
                height: own.height,
                width: own.width,
                first: first.to_string(),
                first_height: shape.height,
                first_width: shape.width,
            }));
        }
        if own.channels > shape.channels {
            self.budget.take(&[total, 2, plane as u64], place)?;
            for block in &mut self.blocks {
                *block = block
                    .chunks_exact(plane)
                    .flat_map(|grey| [grey; 3])
                    .flatten()
                    .copied()
                    .collect();
            }
            shape.channels = own.channels;
        }
        Ok(*shape)
    }

    /// The blocks, if every slot was filled.
    fn finish(self) -> Option<(Shape, [Vec<u8>; 2])> {
        let (shape, _) = self.shape?;
        (self.filled == self.counts.iter().sum::<usize>()).then_some((shape, self.blocks))
    }
}
