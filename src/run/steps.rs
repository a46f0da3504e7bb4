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
    Batch, DerivedNet, DerivedTrainer, GeneratorStep, GeneratorTrainer, Supernet, SupernetTrainer,
    gumbel_noise,
};
use crate::platform::random::{Purpose, Streams};
use crate::protocol::config::Config;
use crate::space::random_architecture;

/// What is done with a step: it gets the step's name, and may run it any number of times.
pub type See<'a> =
    dyn FnMut(&'static str, &mut dyn FnMut() -> Result<(), RunError>) -> Result<(), RunError> + 'a;

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
    let space = config.space()?;
    let streams = Streams::new(config.general.seed);
    let images = made_up(gpu, &space, batch, streams)?;
    let numbers: Vec<u32> = (0..batch as u32).collect();
    let load = |augment: &Augment| -> Result<Vec<Batch>, GpuError> {
        Ok(vec![images.batch(gpu, &numbers, augment, (config.general.seed, 0))?])
    };
    let (search, alone) = (search_augment(&config.supernet), scratch_augment(&config.scratch));

    let supernet = || {
        let mut rng = streams.stream(Purpose::Init, 0);
        Supernet::new(gpu, &space, settings::shadow(config), &mut rng)
    };
    let (net, store) = supernet()?;
    let mut t = SupernetTrainer::new(gpu, net, store, settings::supernet(config))?;
    see("supernet", &mut || {
        let mut rng = streams.stream(Purpose::Path, 0);
        t.step(gpu, &load(&search)?, config.supernet.lr, &mut rng)?;
        Ok(())
    })?;
    drop(t);

    let answerer = Answerer::new(gpu, config, &space)?;
    let targets = config.targets(&space);
    let settings = settings::generator(config, targets);
    let costs = space.cost_table(config.general.constraint);
    let own = (answerer.net.clone(), answerer.store.clone());
    // Another one, whatever was done with the first.
    let (net, store) = supernet()?;
    let mut g = GeneratorTrainer::new(gpu, own, (&net, &store), &costs, settings)?;
    let target = 0.5 * (targets.low + targets.high) as f64;
    let noise = gumbel_noise(space.layers().len(), &mut streams.stream(Purpose::Gumbel, 0));
    see("generator", &mut || {
        let of = GeneratorStep {
            parts: &load(&search)?,
            target,
            prior: &answerer.priors.nearest(target).path,
            noise: &noise,
            tau: config.generator.tau_start as f32,
            lr: config.generator.lr,
        };
        Ok(g.step(gpu, &of)?)
    })?;

    let mut rng = streams.stream(Purpose::Init, 2);
    let architecture = random_architecture(space.layers().len(), &mut rng);
    let form = settings::derived_config(&config.scratch);
    let (net, store) = DerivedNet::new(gpu, &space, &architecture, form, &mut rng)?;
    let mut d = DerivedTrainer::new(gpu, net, store, settings::scratch(&config.scratch))?;
    see("scratch", &mut || {
        let mut rng = streams.stream(Purpose::Dropout, 0);
        Ok(d.step(gpu, &load(&alone)?, config.scratch.lr, &mut rng)?)
    })
}

/// Images of noise in the space's size.
fn made_up(
    gpu: &Gpu,
    space: &crate::space::Space,
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
