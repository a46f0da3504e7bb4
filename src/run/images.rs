//! The images of a run on the GPU, and the order in which they come.

use rand::seq::SliceRandom;

use super::RunError;
use crate::data::{Augment, DataSet, IndexList, Parts, ResidentSet};
use crate::gpu::{Gpu, GpuError};
use crate::nas::Batch;
use crate::platform::random::{Purpose, Streams};
use crate::protocol::config::{Config, Scratch, Supernet};

/// Which images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Those that train the supernet's weights.
    Weights,
    /// Those that train the generator.
    Generator,
    /// The whole training set.
    Train,
    /// Those that only measure.
    Test,
}

/// The two sets on the GPU.
pub(super) struct Images {
    train: ResidentSet,
    test: ResidentSet,
    parts: Parts,
    train_len: usize,
    test_len: usize,
}

impl Images {
    /// Uploads a set. All of it is normalised by the weight part's mean and deviation.
    pub(super) fn upload(gpu: &Gpu, set: &DataSet, config: &Config) -> Result<Self, RunError> {
        let parts = set.train.parts(config.supernet.train_portion)?;
        let statistics = set.train.statistics(parts.weight.clone())?;
        Ok(Images {
            train_len: set.train.len(),
            test_len: set.test.len(),
            train: ResidentSet::upload(gpu, &set.train, &statistics)?,
            test: ResidentSet::upload(gpu, &set.test, &statistics)?,
            parts,
        })
    }

    fn range(&self, part: Part) -> std::ops::Range<usize> {
        match part {
            Part::Weights => self.parts.weight.clone(),
            Part::Generator => self.parts.generator.clone(),
            Part::Train => 0..self.train_len,
            Part::Test => 0..self.test_len,
        }
    }

    /// Number of images of a part.
    pub(super) fn len(&self, part: Part) -> usize {
        self.range(part).len()
    }

    /// Whole batches in an epoch of a part; at least one, which may then be smaller.
    pub(super) fn steps(&self, part: Part, batch: usize) -> u64 {
        (self.len(part) / batch).max(1) as u64
    }

    fn set(&self, part: Part) -> &ResidentSet {
        if part == Part::Test { &self.test } else { &self.train }
    }

    /// The batch at `step` of a shuffled epoch, in equal parts of at most `most` images: what it
    /// holds depends only on the arguments.
    pub(super) fn shuffled(
        &self,
        gpu: &Gpu,
        order: &mut Order,
        step: u64,
        augment: &Augment,
        most: usize,
    ) -> Result<Vec<Batch>, GpuError> {
        let steps = self.steps(order.part, order.batch);
        let (epoch, at) = (step / steps, (step % steps) as usize * order.batch);
        let set = self.set(order.part);
        let list = match &order.epoch {
            Some((e, list)) if *e == epoch => list,
            _ => {
                let mut all: Vec<u32> = self.range(order.part).map(|i| i as u32).collect();
                all.shuffle(&mut order.streams.stream(Purpose::Order, order.salt + epoch));
                &order.epoch.insert((epoch, set.order(gpu, &all)?)).1
            }
        };
        let end = (at + order.batch).min(list.len());
        let seed = order.streams.key(Purpose::Augmentation, order.salt);
        let size = (end - at).div_ceil((end - at).div_ceil(most.max(1)));
        let part = |from| set.batch(gpu, list, from..(from + size).min(end), augment, (seed, step));
        (at..end).step_by(size).map(part).collect()
    }

    /// All images of a part in their order, unchanged.
    pub(super) fn in_order(
        &self,
        gpu: &Gpu,
        part: Part,
        batch: usize,
    ) -> impl Iterator<Item = Result<Batch, GpuError>> {
        let (set, range) = (self.set(part), self.range(part));
        let count = range.len();
        let list = set.order(gpu, &range.map(|i| i as u32).collect::<Vec<_>>());
        (0..count).step_by(batch.max(1)).map(move |at| {
            let list = list.as_ref().map_err(Clone::clone)?;
            set.batch(gpu, list, at..(at + batch).min(count), &Augment::NONE, (0, 0))
        })
    }

    /// The first `count` batches of the weight part, unchanged: for recalibration.
    pub(super) fn recalibration(
        &self,
        gpu: &Gpu,
        count: usize,
        batch: usize,
    ) -> impl Iterator<Item = Result<Batch, GpuError>> {
        self.in_order(gpu, Part::Weights, batch).take(count)
    }
}

/// A shuffled walk over a part; it keeps the present epoch's order.
pub(super) struct Order {
    part: Part,
    batch: usize,
    streams: Streams,
    salt: u64,
    epoch: Option<(u64, IndexList)>,
}

impl Order {
    /// `salt` sets the walks of different phases apart.
    pub(super) fn new(part: Part, batch: usize, streams: Streams, salt: u64) -> Self {
        Order { part, batch, streams, salt, epoch: None }
    }
}

/// How the supernet's and the generator's images are varied.
pub(super) fn search_augment(s: &Supernet) -> Augment {
    Augment { pad: s.crop_pad as u32, flip: s.flip, cutout: s.cutout as u32 }
}

/// How the images of training from scratch are varied.
pub(super) fn scratch_augment(s: &Scratch) -> Augment {
    Augment { pad: s.crop_pad as u32, flip: s.flip, cutout: s.cutout as u32 }
}
