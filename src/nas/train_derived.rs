//! Training of a derived network from scratch (section 8 of the specification).

use rand::Rng;

use super::derived::DerivedNet;
use super::evaluate::Batch;
use super::health::{Training, see_images};
use super::metrics::Metrics;
use crate::autodiff::{Tape, Var, Watch};
use crate::gpu::{Gpu, GpuError};
use crate::nn::{Ctx, Mode, Store};
use crate::ops::cross_entropy::CrossEntropy;
use crate::ops::optim::{Optimiser, Rule, Update, clip_scale, ema};
use crate::tensor::Tensor;

/// How a derived network is trained.
#[derive(Clone, Copy, Debug)]
pub struct DerivedSettings {
    /// Share of the target spread over all classes.
    pub label_smoothing: f32,
    /// Weight of the batch in the running statistics.
    pub bn_momentum: f32,
    /// Probability that a value of the classifier's input is dropped.
    pub dropout: f64,
    /// Largest norm of the gradient, if it is clipped.
    pub clip: Option<f64>,
    /// Decay of the average of weights and statistics, if one is kept.
    pub ema: Option<f64>,
    /// Weight decay spares biases and batch norms, as timm's recipe has it.
    pub decay_weights_only: bool,
    /// The optimiser.
    pub rule: Rule,
}

/// A derived network in training.
pub struct DerivedTrainer {
    /// The network.
    pub net: DerivedNet,
    /// Its tensors.
    pub store: Store,
    /// Optimiser with its states.
    pub optimiser: Optimiser,
    /// Loss and hits since they were last taken.
    pub metrics: Metrics,
    /// Averages of weights and statistics.
    pub average: Option<(Tensor, Tensor)>,
    settings: DerivedSettings,
    decay_mask: Option<Tensor>,
    watch: Option<Watch>,
}

impl DerivedTrainer {
    /// Prepares training.
    pub fn new(
        gpu: &Gpu,
        net: DerivedNet,
        store: Store,
        settings: DerivedSettings,
    ) -> Result<Self, GpuError> {
        let len = store.values().len();
        let copy = |t: &Tensor| -> Result<Tensor, GpuError> {
            let c = Tensor::empty(gpu, *t.shape())?;
            gpu.copy(t.buffer(), c.buffer(), t.len() as u64 * 4);
            Ok(c)
        };
        let average = match settings.ema {
            Some(_) => Some((copy(store.values())?, copy(store.stats())?)),
            None => None,
        };
        let decay_mask = match settings.decay_weights_only {
            true => Some(Tensor::from_slice(gpu, &store.decay_mask(), [len])?),
            false => None,
        };
        Ok(DerivedTrainer {
            optimiser: Optimiser::new(gpu, settings.rule, len)?,
            metrics: Metrics::new(gpu)?,
            average,
            decay_mask,
            watch: None,
            net,
            store,
            settings,
        })
    }

    /// One optimiser step. The batch comes in equal parts, one as a rule; the gradient is that of
    /// their mean loss.
    pub fn step(
        &mut self,
        gpu: &Gpu,
        parts: &[Batch],
        lr: f64,
        rng: &mut impl Rng,
    ) -> Result<(), GpuError> {
        let s = &self.settings;
        self.store.zero_grads(gpu);
        let weight = Tensor::from_slice(gpu, &[1.0 / parts.len() as f32], [1])?;
        for (images, labels) in parts {
            see_images(gpu, self.watch.as_ref(), images)?;
            let dropout = if s.dropout > 0.0 {
                let shape = [labels.len(), self.net.classifier_inputs()];
                Some(DerivedNet::dropout_mask(gpu, shape, s.dropout, rng)?)
            } else {
                None
            };
            let tape = Tape::watched(gpu, self.watch.as_ref());
            let mode = Mode::Train { momentum: s.bn_momentum };
            let ctx = Ctx { tape: &tape, store: &self.store, mode, frozen: false };
            let logits = self.net.forward(&ctx, &Var::constant(images), dropout.as_ref())?;
            let loss = CrossEntropy { smoothing: s.label_smoothing };
            let loss = tape.apply(loss, &[&logits, &Var::constant(labels)])?;
            self.metrics.add(gpu, loss.tensor(), logits.tensor(), labels)?;
            tape.backward(&loss, &weight)?;
        }
        let (weights, gradient) = (self.store.values(), self.store.grads());
        let clip = match s.clip {
            Some(max) => Some(clip_scale(gpu, &[gradient], max)?),
            None => None,
        };
        let decay_mask = self.decay_mask.as_ref();
        let update = Update { weights, gradient, lr, clip: clip.as_ref(), decay_mask };
        self.optimiser.step(gpu, &update)?;
        if let (Some(decay), Some((values, stats))) = (s.ema, &self.average) {
            ema(gpu, values, self.store.values(), decay)?;
            ema(gpu, stats, self.store.stats(), decay)?;
        }
        Ok(())
    }

    /// The tensors to evaluate with: the averages, where they are kept.
    pub fn evaluation_store(&self) -> Store {
        match &self.average {
            Some((values, stats)) => self.store.with_arenas(values, stats),
            None => self.store.clone(),
        }
    }
}

impl Training for DerivedTrainer {
    fn store(&self) -> &Store {
        &self.store
    }

    fn optimiser(&self) -> &Optimiser {
        &self.optimiser
    }

    fn optimiser_mut(&mut self) -> &mut Optimiser {
        &mut self.optimiser
    }

    fn averages(&self) -> Option<&(Tensor, Tensor)> {
        self.average.as_ref()
    }

    fn set_watch(&mut self, watch: Option<Watch>) {
        self.watch = watch;
    }
}
