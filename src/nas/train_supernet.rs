//! Training of the supernet: paths a step, summed gradients, one optimiser step (section 3 of the
//! specification).

use rand::Rng;

use super::evaluate::Batch;
use super::health::{Training, see_images};
use super::metrics::Metrics;
use super::path::{Path, PathSampler};
use super::supernet::Supernet;
use crate::autodiff::{Tape, Var, Watch};
use crate::gpu::{Gpu, GpuError};
use crate::nn::{Ctx, Mode, Store};
use crate::ops::cross_entropy::CrossEntropy;
use crate::ops::optim::{Optimiser, Rule, Update, clip_scale};
use crate::tensor::Tensor;

/// How the supernet is trained.
#[derive(Clone, Copy, Debug)]
pub struct SupernetSettings {
    /// Paths a step.
    pub paths: usize,
    /// Forced sampling.
    pub forced: bool,
    /// Share of the target spread over all classes.
    pub label_smoothing: f32,
    /// Weight of the batch in the running statistics.
    pub bn_momentum: f32,
    /// Largest norm of the gradient, if it is clipped.
    pub clip: Option<f64>,
    /// The optimiser.
    pub rule: Rule,
}

/// The supernet in training.
pub struct SupernetTrainer {
    /// The network.
    pub net: Supernet,
    /// Its tensors.
    pub store: Store,
    /// Optimiser with its states.
    pub optimiser: Optimiser,
    /// Loss and hits since they were last taken.
    pub metrics: Metrics,
    settings: SupernetSettings,
    watch: Option<Watch>,
}

impl SupernetTrainer {
    /// Prepares training.
    pub fn new(
        gpu: &Gpu,
        net: Supernet,
        store: Store,
        settings: SupernetSettings,
    ) -> Result<Self, GpuError> {
        Ok(SupernetTrainer {
            optimiser: Optimiser::new(gpu, settings.rule, store.values().len())?,
            metrics: Metrics::new(gpu)?,
            watch: None,
            net,
            store,
            settings,
        })
    }

    /// One optimiser step with the sum of the gradients of the paths drawn; they are returned. The
    /// batch comes in equal parts, one as a rule; the gradient is that of their mean loss.
    pub fn step(
        &mut self,
        gpu: &Gpu,
        parts: &[Batch],
        lr: f64,
        rng: &mut impl Rng,
    ) -> Result<Vec<Path>, GpuError> {
        let s = &self.settings;
        let layers = self.net.blocks().len();
        let paths = PathSampler { layers, paths: s.paths, forced: s.forced }.step(rng);
        self.step_along(gpu, parts, lr, &paths)?;
        Ok(paths)
    }

    /// The same along given paths.
    pub fn step_along(
        &mut self,
        gpu: &Gpu,
        parts: &[Batch],
        lr: f64,
        paths: &[Path],
    ) -> Result<(), GpuError> {
        let s = &self.settings;
        self.store.zero_grads(gpu);
        let weight = Tensor::from_slice(gpu, &[1.0 / parts.len() as f32], [1])?;
        for (path, (images, labels)) in paths.iter().flat_map(|p| parts.iter().map(move |b| (p, b)))
        {
            see_images(gpu, self.watch.as_ref(), images)?;
            let tape = Tape::watched(gpu, self.watch.as_ref());
            let mode = Mode::Train { momentum: s.bn_momentum };
            let ctx = Ctx { tape: &tape, store: &self.store, mode, frozen: false };
            let logits = self.net.path(&ctx, &Var::constant(images), path)?;
            let smoothing = s.label_smoothing;
            let loss = CrossEntropy { smoothing };
            let loss = tape.apply(loss, &[&logits, &Var::constant(labels)])?;
            self.metrics.add(gpu, loss.tensor(), logits.tensor(), labels)?;
            tape.backward(&loss, &weight)?;
        }
        let clip = match s.clip {
            Some(max) => Some(clip_scale(gpu, &[self.store.grads()], max)?),
            None => None,
        };
        let (weights, gradient) = (self.store.values(), self.store.grads());
        let update = Update { weights, gradient, lr, clip: clip.as_ref(), decay_mask: None };
        self.optimiser.step(gpu, &update)
    }
}

impl Training for SupernetTrainer {
    fn store(&self) -> &Store {
        &self.store
    }

    fn optimiser(&self) -> &Optimiser {
        &self.optimiser
    }

    fn optimiser_mut(&mut self) -> &mut Optimiser {
        &mut self.optimiser
    }

    fn set_watch(&mut self, watch: Option<Watch>) {
        self.watch = watch;
    }
}
