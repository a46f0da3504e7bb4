//! The images of a run as batches on the GPU, and the order in which they come. A batch depends on
//! the run's seed, the phase and the step alone, wherever the images lie.

use std::ops::Range;
use std::sync::Arc;

use rand::seq::SliceRandom;

use super::RunError;
use crate::data::{
    Augment, Batches, DataError, Filter, HostBatch, Parts, Pictures, ResidentSet, Selection,
    Source, Supply, View, load, measure,
};
use crate::gpu::Gpu;
use crate::nas::Batch;
use crate::platform::random::{Purpose, Streams};
use crate::platform::thread::processors;
use crate::protocol::config::{Config, Scratch, Supernet};

/// Of files evaluation sees so much of each side where training sees random crops: resize to 256,
/// crop 224.
const CENTRE: f64 = 0.875;

/// Random resized crops of the training images.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Crops {
    /// Smallest area, as a share of the image.
    pub(super) min_area: f64,
    /// A cubic filter in evaluation, and in half of the crops.
    pub(super) bicubic: bool,
    /// How far the factors of their colours lie from 1.
    pub(super) jitter: f64,
}

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
    /// Images that the GPU computes on at a time; larger batches come in parts.
    most: usize,
    /// What training sees of an image.
    training: View,
    /// What evaluation sees of an image.
    evaluation: View,
}

impl Images {
    /// Uploads what fits and prepares the rest to be streamed; crops stream the training images. All
    /// is normalised by the weight part's mean and
    /// deviation. `widest` is the number of values of a network's widest map of one image.
    pub(super) fn prepare(
        gpu: &Gpu,
        source: &Source,
        config: &Config,
        crops: Option<Crops>,
        widest: u64,
    ) -> Result<Self, RunError> {
        let Source { train, test } = source;
        let threads = match config.images.threads {
            0 => processors().min(256),
            threads => threads,
        };
        let (training, evaluation) = match crops {
            None => (View::WHOLE, View::WHOLE),
            Some(Crops { min_area, bicubic, jitter }) => {
                let training = View::Random { min_area, filters: bicubic, jitter };
                let filter = if bicubic { Filter::Cubic } else { Filter::Linear };
                let files = matches!(**train, Pictures::Files(_));
                let fraction = if files { CENTRE } else { 1.0 };
                (training, View::Centre { fraction, filter })
            }
        };
        let parts = train.parts(config.supernet.train_portion)?;
        let statistics = measure(train, parts.weight.clone(), evaluation, threads)?;
        let stream = |set: &Arc<Pictures>| -> Result<Supply, RunError> {
            Ok(Supply::streamed(gpu, Arc::clone(set), &statistics, threads)?)
        };
        let upload = |set| ResidentSet::upload(gpu, set, &statistics).map(Supply::Resident);
        let resident = config.images.resident_mib << 20;
        Ok(Images {
            train_len: train.len(),
            test_len: test.len(),
            most: (gpu.largest_buffer() / (4 * widest.max(1))).max(1) as usize,
            train: match &**train {
                Pictures::Memory(set) if crops.is_none() => upload(set)?,
                _ => stream(train)?,
            },
            test: match &**test {
                Pictures::Memory(set) => upload(set)?,
                // It is seen again and again, and always in the same view.
                Pictures::Files(_) if (test.len() * test.image_bytes()) as u64 <= resident => {
                    upload(&load(test, evaluation, threads)?)?
                }
                Pictures::Files(_) => stream(test)?,
            },
            parts,
            training,
            evaluation,
        })
    }

    /// Images that the GPU computes on at a time.
    pub(super) fn most(&self) -> usize {
        self.most
    }

    /// Lowers it to `most`.
    pub(super) fn limit(&mut self, most: usize) {
        self.most = self.most.min(most).max(1);
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

    /// The batch at `step` of a shuffled walk: what it holds depends only on the arguments. Steps
    /// in turn are made ahead. A batch too large for the GPU comes in equal parts.
    pub(super) fn shuffled(
        &self,
        gpu: &Gpu,
        order: &mut Order,
        step: u64,
        augment: &Augment,
    ) -> Result<Vec<Batch>, RunError> {
        let supply = self.supply(order.part);
        let mut walk = match order.walk.take() {
            Some((next, walk)) if next == step => walk,
            _ => supply.batches(self.training, self.selections(order, step))?,
        };
        let Some(batch) = walk.next().transpose()? else { return Ok(Vec::new()) };
        order.walk = Some((step + 1, walk));
        let part = |places| supply.batch(gpu, &batch, places, augment);
        Ok(parts(batch.selection.numbers.len(), self.most).map(part).collect::<Result<_, _>>()?)
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

    /// The first `count` batches of a part in its order, unchanged, in parts where they are too
    /// large for the GPU.
    pub(super) fn in_order(
        &self,
        gpu: &Gpu,
        part: Part,
        batch: usize,
        count: usize,
    ) -> Result<impl Iterator<Item = Result<Batch, RunError>>, RunError> {
        let starts = self.range(part).step_by(batch.max(1)).take(count);
        self.beginning_at(gpu, part, batch, starts)
    }

    /// The first batch of a part and the last, which may be smaller: the sizes that all have.
    pub(super) fn ends(
        &self,
        gpu: &Gpu,
        part: Part,
        batch: usize,
    ) -> Result<impl Iterator<Item = Result<Batch, RunError>>, RunError> {
        let mut starts = self.range(part).step_by(batch.max(1));
        let ends = starts.next().into_iter().chain(starts.next_back());
        self.beginning_at(gpu, part, batch, ends)
    }

    fn beginning_at(
        &self,
        gpu: &Gpu,
        part: Part,
        batch: usize,
        starts: impl Iterator<Item = usize> + 'static,
    ) -> Result<impl Iterator<Item = Result<Batch, RunError>>, RunError> {
        let (supply, batch, most) = (self.supply(part), batch.max(1), self.most);
        let end = self.range(part).end;
        let selections = starts.map(move |at| Selection {
            numbers: (at as u32..(at + batch).min(end) as u32).collect(),
            seed_and_step: (0, 0),
        });
        let batches = supply.batches(self.evaluation, selections)?;
        let made = move |batch: Result<HostBatch, DataError>| {
            let (batch, failed) = match batch {
                Ok(batch) => (Some(batch), None),
                Err(error) => (None, Some(Err(error.into()))),
            };
            let made = batch.into_iter().flat_map(move |batch| {
                parts(batch.selection.numbers.len(), most)
                    .map(move |places| Ok(supply.batch(gpu, &batch, places, &Augment::NONE)?))
            });
            failed.into_iter().chain(made)
        };
        Ok(batches.flat_map(made))
    }

    /// How many batches a part has.
    pub(super) fn batches(&self, part: Part, batch: usize) -> usize {
        self.range(part).len().div_ceil(batch.max(1))
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

/// Places 0 to `count` in equal ranges of at most `most`.
fn parts(count: usize, most: usize) -> impl Iterator<Item = Range<usize>> {
    let size = count.div_ceil(count.div_ceil(most.max(1)).max(1)).max(1);
    (0..count).step_by(size).map(move |from| from..(from + size).min(count))
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::gpu::AdapterChoice;
    use crate::run::setup::{Device, Sources};

    #[test]
    fn a_batch_too_large_for_the_gpu_comes_in_parts_of_the_same_images() {
        let sources = Sources::of_search(Config::preset("tiny").unwrap()).unwrap();
        let device = pollster::block_on(sources.upload(&AdapterChoice::Best)).unwrap();
        let Device { gpu, mut images } = device;
        let batches = |images: &Images| -> [Vec<Batch>; 2] {
            let ordered = images.in_order(&gpu, Part::Test, 20, 2).unwrap();
            let mut order = Order::new(Part::Weights, 20, Streams::new(1), 0);
            let shuffled = images.shuffled(&gpu, &mut order, 3, &Augment::NONE).unwrap();
            [ordered.collect::<Result<_, _>>().unwrap(), shuffled]
        };
        let sizes = |all: &[Vec<Batch>; 2]| {
            all.each_ref().map(|b| b.iter().map(|(x, _)| x.shape().dim(0)).collect::<Vec<_>>())
        };
        let values = |all: &[Vec<Batch>; 2]| {
            let of = |t: &crate::tensor::Tensor| t.to_vec(&gpu).unwrap();
            let flat = |tensors: Vec<Vec<f32>>| tensors.concat();
            all.each_ref().map(|b| {
                let (x, t) = b.iter().map(|(x, t)| (of(x), of(t))).unzip();
                (flat(x), flat(t))
            })
        };
        let whole = batches(&images);
        assert_eq!(sizes(&whole), [vec![20, 20], vec![20]]);
        images.limit(7);
        let parts = batches(&images);
        assert_eq!(sizes(&parts), [vec![7, 7, 6, 7, 7, 6], vec![7, 7, 6]]);
        assert_eq!(values(&parts), values(&whole));
    }

    #[test]
    fn parts_are_equal_but_for_the_last_and_within_the_limit() {
        let of = |count, most| parts(count, most).map(|range| range.len()).collect::<Vec<_>>();
        assert_eq!(of(256, 256), [256]);
        assert_eq!(of(256, 255), [128, 128]);
        assert_eq!(of(240, 151), [120, 120]);
        assert_eq!(of(7, 3), [3, 3, 1]);
        assert_eq!(of(2, 0), [1, 1]);
        assert_eq!(of(0, 5), [0; 0]);
    }
}
