//! A step of each training of a configuration, on images made up, without a run folder: what
//! benchmarks time.

use rand::RngExt;

use super::RunError;
use super::answerer::Answerer;
use super::images::{scratch_augment, search_augment};
use super::settings;
use crate::data::{Augment, ImageSet, ResidentSet};
use crate::gpu::{Gpu, GpuError};
use crate::nas::{
    Batch, DerivedNet, DerivedTrainer, GeneratorStep, GeneratorTrainer, Path, Supernet,
    SupernetTrainer, gumbel_noise,
};
use crate::nn::Store;
use crate::platform::random::{Purpose, Streams};
use crate::protocol::config::Config;
use crate::space::{Architecture, Space, random_architecture};

/// What is done with a step: it gets the step's name, and may run it any number of times.
pub type See<'a> =
    dyn FnMut(&'static str, &mut dyn FnMut() -> Result<(), RunError>) -> Result<(), RunError> + 'a;

/// A step that can be done any number of times.
pub(super) type Step<'a> = Box<dyn FnMut() -> Result<(), RunError> + 'a>;

/// What the steps of a configuration work on.
pub struct Steps<'a> {
    gpu: &'a Gpu,
    config: &'a Config,
    space: Space,
    streams: Streams,
    images: ResidentSet,
    batch: usize,
}

impl<'a> Steps<'a> {
    /// With `batch` images a step.
    ///
    /// # Errors
    /// A configuration that cannot be, and the device.
    pub fn new(gpu: &'a Gpu, config: &'a Config, batch: usize) -> Result<Self, RunError> {
        let space = config.space()?;
        let streams = Streams::new(config.general.seed);
        let images = made_up(gpu, &space, batch, streams)?;
        Ok(Steps { gpu, config, space, streams, images, batch })
    }

    /// The space of the configuration.
    pub fn space(&self) -> &Space {
        &self.space
    }

    /// A step of the supernet, along one path or, without it, along those that training draws.
    ///
    /// # Errors
    /// The device, and whatever `see` says.
    pub fn supernet(
        &self,
        along: Option<&Architecture>,
        see: &mut See<'_>,
    ) -> Result<(), RunError> {
        see("supernet", &mut *self.supernet_step(along, || 0)?)
    }

    /// The same along other paths in every step, as training draws them.
    ///
    /// # Errors
    /// As [`Steps::supernet`].
    pub fn supernet_on_random_paths(&self, see: &mut See<'_>) -> Result<(), RunError> {
        let mut done = 0;
        let number = || {
            done += 1;
            done - 1
        };
        see("supernet", &mut *self.supernet_step(None, number)?)
    }

    /// A step along a path, or along those of the step that `number` gives.
    pub(super) fn supernet_step<'s>(
        &'s self,
        along: Option<&Architecture>,
        mut number: impl FnMut() -> u64 + 's,
    ) -> Result<Step<'s>, RunError> {
        let Steps { gpu, config, .. } = *self;
        let (net, store) = self.fresh_supernet()?;
        let mut t = SupernetTrainer::new(gpu, net, store, settings::supernet(config))?;
        let (augment, lr) = (search_augment(&config.supernet), config.supernet.lr);
        let path = along.map(|architecture| [Path::from(architecture)]);
        Ok(Box::new(move || {
            let parts = self.load(&augment)?;
            match &path {
                Some(path) => t.step_along(gpu, &parts, lr, path)?,
                None => {
                    let mut rng = self.streams.stream(Purpose::Path, number());
                    t.step(gpu, &parts, lr, &mut rng)?;
                }
            }
            Ok(())
        }))
    }

    /// A step of the generator.
    ///
    /// # Errors
    /// As [`Steps::supernet`].
    pub fn generator(&self, see: &mut See<'_>) -> Result<(), RunError> {
        see("generator", &mut *self.generator_step(&self.fresh_supernet()?)?)
    }

    /// A step of the generator over a supernet.
    pub(super) fn generator_step<'s>(
        &'s self,
        (net, store): &'s (Supernet, Store),
    ) -> Result<Step<'s>, RunError> {
        let Steps { gpu, config, ref space, streams, .. } = *self;
        let answerer = Answerer::new(gpu, config, space)?;
        let targets = config.targets(space);
        let settings = settings::generator(config, targets);
        let costs = space.cost_table(config.general.constraint);
        let own = (answerer.net.clone(), answerer.store.clone());
        let mut g = GeneratorTrainer::new(gpu, own, (net, store), &costs, settings)?;
        let target = 0.5 * (targets.low + targets.high) as f64;
        let noise = gumbel_noise(space.layers().len(), &mut streams.stream(Purpose::Gumbel, 0));
        let augment = search_augment(&config.supernet);
        Ok(Box::new(move || {
            let of = GeneratorStep {
                parts: &self.load(&augment)?,
                target,
                prior: &answerer.priors.nearest(target).path,
                noise: &noise,
                tau: config.generator.tau_start as f32,
                lr: config.generator.lr,
            };
            Ok(g.step(gpu, &of)?)
        }))
    }

    /// A step of an architecture, drawn at random, trained from scratch.
    ///
    /// # Errors
    /// As [`Steps::supernet`].
    pub fn scratch(&self, see: &mut See<'_>) -> Result<(), RunError> {
        let Steps { gpu, config, ref space, streams, .. } = *self;
        let mut rng = streams.stream(Purpose::Init, 2);
        let architecture = random_architecture(space.layers().len(), &mut rng);
        let form = settings::derived_config(&config.scratch);
        let (net, store) = DerivedNet::new(gpu, space, &architecture, form, &mut rng)?;
        let mut d = DerivedTrainer::new(gpu, net, store, settings::scratch(&config.scratch))?;
        let augment = scratch_augment(&config.scratch);
        see("scratch", &mut || {
            let mut rng = streams.stream(Purpose::Dropout, 0);
            Ok(d.step(gpu, &self.load(&augment)?, config.scratch.lr, &mut rng)?)
        })
    }

    /// A supernet as initialised.
    pub(super) fn fresh_supernet(&self) -> Result<(Supernet, Store), GpuError> {
        let mut rng = self.streams.stream(Purpose::Init, 0);
        Supernet::new(self.gpu, &self.space, settings::shadow(self.config), &mut rng)
    }

    /// The batch, augmented the same each time.
    fn load(&self, augment: &Augment) -> Result<Vec<Batch>, GpuError> {
        let numbers: Vec<u32> = (0..self.batch as u32).collect();
        let draw = (self.config.general.seed, 0);
        Ok(vec![self.images.batch(self.gpu, &numbers, augment, draw)?])
    }
}

/// Hands `see` a step of the supernet ("supernet"), of the generator ("generator") and of an
/// architecture trained from scratch ("scratch"), each with `batch` images made by augmentation as
/// the configuration has it, forward, backward and with its optimiser. A step is the same each time.
///
/// # Errors
/// A configuration that cannot be, the device, and whatever `see` says.
pub fn each_step(
    gpu: &Gpu,
    config: &Config,
    batch: usize,
    see: &mut See<'_>,
) -> Result<(), RunError> {
    let steps = Steps::new(gpu, config, batch)?;
    steps.supernet(None, see)?;
    steps.generator(see)?;
    steps.scratch(see)
}

/// Images of noise in the space's size.
fn made_up(
    gpu: &Gpu,
    space: &Space,
    count: usize,
    streams: Streams,
) -> Result<ResidentSet, RunError> {
    let [channels, height, width] = space.config().input;
    let mut rng = streams.stream(Purpose::Evaluate, 0);
    let set = ImageSet {
        name: "noise".to_owned(),
        images: (0..count * channels * height * width).map(|_| rng.random()).collect(),
        labels: (0..count).map(|i| (i % space.classes()) as u32).collect(),
        classes: (0..space.classes()).map(|class| class.to_string()).collect(),
        channels,
        height,
        width,
    };
    let statistics = set.statistics(0..count)?;
    Ok(ResidentSet::upload(gpu, &set, &statistics)?)
}
