//! The images of a run as batches on the GPU, and the order in which they come. A batch depends on
//! the run's seed, the phase and the step alone, wherever the images lie.

use std::ops::Range;
use std::sync::Arc;

use rand::seq::SliceRandom;

use super::RunError;
use crate::data::{
    Augment, Batches, Parts, Pictures, ResidentSet, Selection, Source, Supply, View, load, measure,
};
use crate::gpu::Gpu;
use crate::nas::Batch;
use crate::platform::random::{Purpose, Streams};
use crate::platform::thread::processors;
use crate::protocol::config::{Config, Scratch, Supernet};

/// What evaluation sees of files where training sees random crops: resize to 256, crop 224.
const CENTRE: View = View::Centre { fraction: 0.875 };

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

/// The two sets, ready to give batches.
pub(super) struct Images {
    train: Supply,
    test: Supply,
    parts: Parts,
    train_len: usize,
    test_len: usize,
    /// What training sees of an image.
    training: View,
    /// What evaluation sees of an image.
    evaluation: View,
}

impl Images {
    /// Uploads what fits and prepares the rest to be streamed; `min_area` above 0 streams the
    /// training images, for random resized crops. All is normalised by the weight part's mean and
    /// deviation.
    pub(super) fn prepare(
        gpu: &Gpu,
        source: &Source,
        config: &Config,
        min_area: f64,
    ) -> Result<Self, RunError> {
        let Source { train, test } = source;
        let threads = match config.images.threads {
            0 => processors().min(256),
            threads => threads,
        };
        let crops = min_area > 0.0;
        let training = if crops { View::Random { min_area } } else { View::WHOLE };
        let files = matches!(**train, Pictures::Files(_));
        let evaluation = if crops && files { CENTRE } else { View::WHOLE };
        let parts = train.parts(config.supernet.train_portion)?;
        let statistics = measure(train, parts.weight.clone(), evaluation, threads)?;
        let stream = |set: &Arc<Pictures>| -> Result<Supply, RunError> {
            Ok(Supply::streamed(gpu, Arc::clone(set), &statistics, threads)?)
        };
        let upload = |set| ResidentSet::upload(gpu, set, &statistics).map(Supply::Resident);
        let most = config.images.resident_mib << 20;
        Ok(Images {
            train_len: train.len(),
            test_len: test.len(),
            train: match &**train {
                Pictures::Memory(set) if !crops => upload(set)?,
                _ => stream(train)?,
            },
            test: match &**test {
                Pictures::Memory(set) => upload(set)?,
                // It is seen again and again, and always in the same view.
                Pictures::Files(_) if (test.len() * test.image_bytes()) as u64 <= most => {
                    upload(&load(test, evaluation, threads)?)?
                }
                Pictures::Files(_) => stream(test)?,
            },
            parts,
            training,
            evaluation,
        })
    }

    fn range(&self, part: Part) -> Range<usize> {
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

    fn supply(&self, part: Part) -> &Supply {
        if part == Part::Test { &self.test } else { &self.train }
    }

    /// The batch at `step` of a shuffled walk, in equal parts of at most `most` images: what it
    /// holds depends only on the arguments. Steps in turn are made ahead.
    pub(super) fn shuffled(
        &self,
        gpu: &Gpu,
        order: &mut Order,
        step: u64,
        augment: &Augment,
        most: usize,
    ) -> Result<Vec<Batch>, RunError> {
        let supply = self.supply(order.part);
        let mut walk = match order.walk.take() {
            Some((next, walk)) if next == step => walk,
            _ => supply.batches(self.training, self.selections(order, step))?,
        };
        let Some(batch) = walk.next().transpose()? else { return Ok(Vec::new()) };
        order.walk = Some((step + 1, walk));
        let end = batch.selection.numbers.len();
        let size = end.div_ceil(end.div_ceil(most.max(1)));
        let part = |from| supply.batch(gpu, &batch, from..(from + size).min(end), augment);
        Ok((0..end).step_by(size).map(part).collect::<Result<_, _>>()?)
    }

    /// The selections of a shuffled walk from `step` on, without end.
    fn selections(&self, order: &Order, step: u64) -> impl Iterator<Item = Selection> + use<> {
        let (range, steps) = (self.range(order.part), self.steps(order.part, order.batch));
        let &Order { batch, streams, salt, .. } = order;
        let seed = streams.key(Purpose::Augmentation, salt);
        let mut shuffled: Option<(u64, Vec<u32>)> = None;
        (step..).map(move |step| {
            let (epoch, at) = (step / steps, (step % steps) as usize * batch);
            let all = match shuffled.take() {
                Some((of, all)) if of == epoch => all,
                _ => {
                    let mut all: Vec<u32> = range.clone().map(|i| i as u32).collect();
                    all.shuffle(&mut streams.stream(Purpose::Order, salt + epoch));
                    all
                }
            };
            let numbers = all.iter().skip(at).take(batch).copied().collect();
            shuffled = Some((epoch, all));
            Selection { numbers, seed_and_step: (seed, step) }
        })
    }

    /// The first `most` batches of a part in its order, unchanged.
    pub(super) fn in_order(
        &self,
        gpu: &Gpu,
        part: Part,
        batch: usize,
        most: usize,
    ) -> Result<impl Iterator<Item = Result<Batch, RunError>>, RunError> {
        let (supply, batch) = (self.supply(part), batch.max(1));
        let Range { start, end } = self.range(part);
        let selections = (start..end).step_by(batch).take(most).map(move |at| Selection {
            numbers: (at as u32..(at + batch).min(end) as u32).collect(),
            seed_and_step: (0, 0),
        });
        let batches = supply.batches(self.evaluation, selections)?;
        Ok(batches.map(move |batch| {
            let batch = batch?;
            let all = 0..batch.selection.numbers.len();
            Ok(supply.batch(gpu, &batch, all, &Augment::NONE)?)
        }))
    }

    /// All test images, `batch` at a time.
    pub(super) fn test(
        &self,
        gpu: &Gpu,
        batch: usize,
    ) -> Result<impl Iterator<Item = Result<Batch, RunError>>, RunError> {
        self.in_order(gpu, Part::Test, batch, usize::MAX)
    }
}

/// A shuffled walk over a part; it keeps the batches under way.
pub(super) struct Order {
    part: Part,
    batch: usize,
    streams: Streams,
    salt: u64,
    /// The step that comes next, and the batches from there on.
    walk: Option<(u64, Batches)>,
}

impl Order {
    /// `salt` sets the walks of different phases apart.
    pub(super) fn new(part: Part, batch: usize, streams: Streams, salt: u64) -> Self {
        Order { part, batch, streams, salt, walk: None }
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
