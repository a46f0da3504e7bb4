//! What a search has learnt, at work after it: generators that answer budgets, and supernets that
//! measure architectures. Reads run folders and files, writes nothing.

use std::path::{Path, PathBuf};

use super::RunError;
use super::answerer::Answerer;
use super::block_times;
use super::device;
use super::evaluate_phase::{derive, measure, rehearse};
use super::folder::RunFolder;
use super::images::Images;
use super::latency;
use super::saved::prefix;
use super::session::Loaded;
use super::setup::{Device, Sources};
use super::supernet_phase;
use crate::autodiff::Var;
use crate::gpu::{AdapterChoice, Gpu};
use crate::nas::{DerivedConfig, DerivedNet, Supernet, accuracy};
use crate::nn::{Ctx, Store, Tensors, tensors};
use crate::ops::activation::Activation;
use crate::platform::files;
use crate::platform::random::{Purpose, Streams};
use crate::protocol::config::{Config, Evaluate};
use crate::protocol::facts::{Latency, Origin};
use crate::space::{
    Architecture, LatencyTable, Metric, PriorPool, Space, random_architecture, random_near,
};

/// Far beyond any generator: its weights are a quarter of a megabyte.
const LARGEST: u64 = 64 << 20;
/// Sets the random architectures drawn here apart from those that a run compares with.
const SALT: u64 = 1 << 41;
/// Sets those drawn near a cost apart from those; the cost is added.
const NEAR: u64 = 1 << 42;

/// The best generator of a run so far.
///
/// # Errors
/// Where the folder holds no search, or one whose generator has not finished an epoch.
pub async fn generator(root: &Path, adapter: &AdapterChoice) -> Result<Answerer, RunError> {
    let folder = RunFolder::open(root)?;
    let config = folder.config()?;
    let checkpoint = checkpoint(&folder)?;
    if !has(&checkpoint, prefix::BEST) {
        return Err(RunError::Untrained { path: root.to_owned(), what: "generator" });
    }
    let start = folder.state()?.start;
    let start =
        start.ok_or_else(|| RunError::damaged(&folder.journal(), "holds no first event"))?;
    let space = config.space()?.for_data(start.data.shape, start.data.classes.len())?;
    let gpu = Gpu::open(adapter).await?;
    device::go_on(&gpu, &start.device);
    let answerer = Answerer::new(&gpu, &config, &space)?.with(&checkpoint.tensors, prefix::BEST)?;
    gpu.prepare(|| answerer.rehearse()).await?;
    Ok(answerer)
}

/// A generator from files: weights in safetensors under the names `generator.*`, priors in JSON.
/// The configuration's own space, mask and constraint hold.
///
/// # Errors
/// Names the file that cannot be used and what is wrong with it.
pub async fn generator_from(
    config: &Config,
    weights: &Path,
    priors: &Path,
    adapter: &AdapterChoice,
) -> Result<Answerer, RunError> {
    let space = config.space()?;
    let text = String::from_utf8(read(priors)?)
        .map_err(|_| RunError::damaged(priors, "not a text in UTF-8"))?;
    let pool = PriorPool::from_json(&text).map_err(|e| RunError::damaged(priors, e.to_string()))?;
    let (found, expected) = (pool.layer_count(), space.layers().len());
    if found != expected {
        let name = space.name();
        let reason =
            format!("its priors have {found} layers, but the space '{name}' has {expected}");
        return Err(RunError::damaged(priors, reason));
    }
    let tensors = read(weights).and_then(|bytes| {
        tensors::decode(&bytes)
            .map_err(|e| RunError::damaged(weights, format!("not a safetensors file of f32: {e}")))
    })?;
    let gpu = Gpu::open(adapter).await?;
    let answerer = Answerer::new(&gpu, config, &space)?;
    answerer
        .store
        .load_state(&gpu, &tensors)
        .map_err(|e| RunError::damaged(weights, e.to_string()))?;
    Ok(answerer.with_priors(pool))
}

/// A run's supernet with the images to measure on.
pub struct Evaluator {
    sources: Sources,
    device: Device,
    supernet: (Supernet, Store),
    /// None before the generator has finished an epoch.
    answerer: Option<Answerer>,
    /// Budgets that the run has answered.
    generated: Vec<(u64, Architecture)>,
    root: PathBuf,
}

impl Evaluator {
    /// The supernet of a run as its last checkpoint has it.
    ///
    /// # Errors
    /// Where the folder holds no search or no checkpoint yet, or its images are gone.
    pub async fn open(root: &Path, adapter: &AdapterChoice) -> Result<Self, RunError> {
        let folder = RunFolder::open(root)?;
        let config = folder.config()?;
        let checkpoint = checkpoint(&folder)?;
        if !has(&checkpoint, prefix::SUPERNET) {
            return Err(RunError::Untrained { path: root.to_owned(), what: "supernet" });
        }
        let sources = Sources::of_search(config)?;
        let device = sources.upload(adapter).await?;
        let state = folder.state()?;
        if let Some(start) = &state.start {
            device::go_on(&device.gpu, &start.device);
        }
        let (config, space) = (&sources.config, &sources.space);
        let tensors = Some(&checkpoint.tensors);
        let supernet = supernet_phase::build(&device.gpu, config, space, tensors)?;
        let answerer = if has(&checkpoint, prefix::BEST) {
            let answerer = Answerer::new(&device.gpu, config, space)?;
            Some(answerer.with(&checkpoint.tensors, prefix::BEST)?)
        } else {
            None
        };
        let generated = state.evaluated(Origin::Generated);
        let generated = generated.filter_map(|one| Some((one.budget?, one.architecture.clone())));
        let (generated, root) = (generated.collect(), root.to_owned());
        Ok(Self { sources, device, supernet, answerer, generated, root })
    }

    /// The space that it measures in.
    pub fn space(&self) -> &Space {
        &self.sources.space
    }

    /// Accuracy (0 to 1) on the test images with inherited weights and batch norms recalibrated;
    /// `tell` gets how many batches of how many are under way or done.
    ///
    /// # Errors
    /// Where the architecture has another number of layers, or the GPU fails.
    pub async fn measure(
        &self,
        architecture: &Architecture,
        tell: &dyn Fn(usize, usize),
    ) -> Result<f64, RunError> {
        let (on, of, settings) = self.parts();
        self.prepare(architecture).await?;
        measure(on, of, settings, architecture, tell).await
    }

    /// What measures, what is measured, and how.
    fn parts(&self) -> ((&Gpu, &Images), (&Supernet, &Store), &Evaluate) {
        let (Device { gpu, images }, (net, store)) = (&self.device, &self.supernet);
        ((gpu, images), (net, store), &self.sources.config.evaluate)
    }

    /// Checks an architecture and makes the kernels ready that measuring it takes.
    async fn prepare(&self, architecture: &Architecture) -> Result<(), RunError> {
        self.space().check(architecture)?;
        let (on, of, settings) = self.parts();
        on.0.prepare(|| rehearse(on, of, settings, architecture)).await
    }

    /// The network of an architecture by itself: its tensors, with inherited weights and batch norms
    /// recalibrated, and its accuracy (0 to 1) on the test images.
    ///
    /// # Errors
    /// As [`Evaluator::measure`]; [`RunError::NothingToInherit`] where a layer has one sub-block.
    pub async fn derive(&self, architecture: &Architecture) -> Result<(Tensors, f64), RunError> {
        let (on, of, settings) = self.parts();
        let (gpu, images) = on;
        self.prepare(architecture).await?;
        let tensors = derive(on, of, settings, architecture).await?;
        let tensors = tensors.ok_or(RunError::NothingToInherit)?;
        let config = DerivedConfig { activation: Activation::Relu6, squeeze_excite: false };
        let mut rng = Streams::new(0).stream(Purpose::Init, 2);
        let (net, own) = DerivedNet::new(gpu, self.space(), architecture, config, &mut rng)?;
        own.load_state(gpu, &tensors)?;
        let network = |ctx: &Ctx<'_>, x: &Var| net.forward(ctx, x, None);
        let test = images.test(gpu, settings.batch)?;
        Ok((tensors, accuracy(gpu, &own, &network, test).await?))
    }

    /// How long the network of an architecture takes for one image.
    ///
    /// # Errors
    /// Where the architecture has another number of layers, or the GPU fails.
    pub async fn time(&self, architecture: &Architecture) -> Result<Latency, RunError> {
        self.space().check(architecture)?;
        latency::measure(&self.device.gpu, self.space(), architecture).await
    }

    /// How long each layer takes for one image, block by block; `tell` gets how many blocks of how
    /// many are measured.
    ///
    /// # Errors
    /// Where the GPU fails.
    pub async fn time_blocks(
        &self,
        tell: &mut dyn FnMut(usize, usize),
    ) -> Result<LatencyTable, RunError> {
        block_times::measure(&self.device.gpu, self.space(), tell).await
    }

    /// The `index`-th random architecture: expansions 2 to 6 and kernels uniform, from the seed.
    pub fn random(&self, index: u64) -> Architecture {
        let streams = Streams::new(self.sources.config.general.seed);
        let mut rng = streams.stream(Purpose::Evaluate, SALT + index);
        random_architecture(self.space().layers().len(), &mut rng)
    }

    /// The first `count` random architectures whose cost in the run's constraint lies within
    /// `tolerance` of `cost`: drawn as [`Evaluator::random`] draws, those outside rejected. From the
    /// seed and the cost.
    ///
    /// # Errors
    /// Where there are none, or so few that no draw finds them.
    pub fn random_near(
        &self,
        cost: u64,
        tolerance: u64,
        count: usize,
    ) -> Result<Vec<Architecture>, RunError> {
        let streams = Streams::new(self.sources.config.general.seed);
        let mut rng = streams.stream(Purpose::Evaluate, NEAR.wrapping_add(cost));
        let mut one = || random_near(self.space(), self.metric(), cost, tolerance, &mut rng);
        Ok((0..count).map(|_| one()).collect::<Result<_, _>>()?)
    }

    /// What the run's budgets limit.
    pub fn metric(&self) -> Metric {
        self.sources.config.general.constraint
    }

    /// The budgets that the run has answered, in order, and its answers.
    ///
    /// # Errors
    /// Where it has answered none yet.
    pub fn generated(&self) -> Result<Vec<(u64, Architecture)>, RunError> {
        if self.generated.is_empty() {
            return Err(RunError::Untrained { path: self.root.clone(), what: "generator" });
        }
        Ok(self.generated.clone())
    }

    /// The generator's answer to a budget, decoded as the run does.
    ///
    /// # Errors
    /// Where no generator is trained yet, the budget lies below the space, or the GPU fails.
    pub async fn answer(&self, budget: u64) -> Result<Architecture, RunError> {
        let untrained = || RunError::Untrained { path: self.root.clone(), what: "generator" };
        let answerer = self.answerer.as_ref().ok_or_else(untrained)?;
        answerer.answer(budget, self.sources.config.evaluate.decode).await
    }
}

fn has(checkpoint: &Loaded, prefix: &str) -> bool {
    checkpoint.tensors.keys().any(|name| name.starts_with(prefix))
}

fn checkpoint(folder: &RunFolder) -> Result<Loaded, RunError> {
    let loaded = folder.checkpoints().load()?;
    let untrained =
        || RunError::Untrained { path: folder.root().to_owned(), what: "saved supernet" };
    loaded.map(|loaded| loaded.checkpoint).ok_or_else(untrained)
}

/// Reads a file that is not suspiciously large.
fn read(path: &Path) -> Result<Vec<u8>, RunError> {
    let length = files::length(path).map_err(RunError::io(path, "read"))?;
    if length > LARGEST {
        let reason = format!("larger than {} MiB; is it the right file?", LARGEST >> 20);
        return Err(RunError::damaged(path, reason));
    }
    files::read(path).map_err(RunError::io(path, "read"))
}
