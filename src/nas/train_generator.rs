//! Training of the generator on the frozen supernet (sections 4 and 5 of the specification).

use super::block::SoftCandidates;
use super::evaluate::Batch;
use super::generator::Generator;
use super::health::{Training, see_images};
use super::supernet::{Soft, Supernet};
use crate::autodiff::{Tape, Var, Watch};
use crate::gpu::{Gpu, GpuError, Readback};
use crate::nn::{Ctx, Mode, Store};
use crate::ops::accumulate::accumulate;
use crate::ops::arithmetic::Add;
use crate::ops::cross_entropy::CrossEntropy;
use crate::ops::gumbel_softmax::GumbelSoftmax;
use crate::ops::hardware_loss::HardwareLoss;
use crate::ops::optim::{Adam, Optimiser, Rule, Update, clip_scale};
use crate::ops::soft_cost::SoftCost;
use crate::space::{CostTable, OPS, SKIP, SUB_BLOCKS};
use crate::tensor::Tensor;

/// How the generator is trained. Costs are in units of the range of targets, so that one lambda
/// serves every space.
#[derive(Clone, Copy, Debug)]
pub struct GeneratorSettings {
    /// Lowest target, in the table's units: it is 0 to the generator.
    pub low: f64,
    /// Highest target: it is 1 to the generator.
    pub high: f64,
    /// Form and weight of the hardware loss.
    pub hardware: HardwareLoss,
    /// Share of the target spread over all classes.
    pub label_smoothing: f32,
    /// Largest norm of the gradient, if it is clipped.
    pub clip: Option<f64>,
    /// Leading sub-blocks that cannot be skipped.
    pub unskippable: usize,
    /// The optimiser's settings.
    pub adam: Adam,
}

/// One step's inputs.
#[derive(Clone, Copy, Debug)]
pub struct GeneratorStep<'a> {
    /// The batch, in equal parts: one as a rule.
    pub parts: &'a [Batch],
    /// Target cost, in the table's units.
    pub target: f64,
    /// Random prior, layers * 24 values.
    pub prior: &'a [f32],
    /// Gumbel noise, layers * 24 values.
    pub noise: &'a [f32],
    /// Temperature.
    pub tau: f32,
    /// Learning rate.
    pub lr: f64,
}

/// The generator in training, beside the supernet that judges it.
pub struct GeneratorTrainer<'a> {
    /// The generator.
    pub net: Generator,
    /// Its tensors.
    pub store: Store,
    /// Optimiser with its states.
    pub optimiser: Optimiser,
    supernet: &'a Supernet,
    supernet_store: &'a Store,
    candidates: Vec<SoftCandidates>,
    depthwise: Tensor,
    pointwise: Tensor,
    fixed: f32,
    mask: Tensor,
    settings: GeneratorSettings,
    sums: Tensor,
    summed: u64,
    watch: Option<Watch>,
}

/// Bindings start at multiples of 64 values.
const STRIDE: usize = 64;

impl<'a> GeneratorTrainer<'a> {
    /// Prepares training; the supernet's weights must stay as they are meanwhile.
    pub fn new(
        gpu: &Gpu,
        (net, store): (Generator, Store),
        (supernet, supernet_store): (&'a Supernet, &'a Store),
        costs: &CostTable,
        settings: GeneratorSettings,
    ) -> Result<Self, GpuError> {
        let unit = 1.0 / (settings.high - settings.low);
        let scaled = |v: u64| (v as f64 * unit) as f32;
        let layers = costs.layers.len();
        let dw: Vec<f32> = costs.layers.iter().flat_map(|l| l.depthwise.map(scaled)).collect();
        let pw: Vec<f32> =
            costs.layers.iter().flat_map(|l| [scaled(l.expand), scaled(l.project)]).collect();
        Ok(GeneratorTrainer {
            optimiser: Optimiser::new(gpu, Rule::Adam(settings.adam), store.values().len())?,
            candidates: supernet.soft_candidates(gpu, supernet_store)?,
            depthwise: Tensor::from_slice(gpu, &dw, [layers, 3])?,
            pointwise: Tensor::from_slice(gpu, &pw, [layers, 2])?,
            fixed: scaled(costs.fixed),
            mask: Tensor::from_slice(
                gpu,
                &allowed(layers, settings.unskippable),
                [layers * SUB_BLOCKS, OPS],
            )?,
            sums: Tensor::zeros(gpu, [3 * STRIDE])?,
            summed: 0,
            watch: None,
            net,
            store,
            supernet,
            supernet_store,
            settings,
        })
    }

    /// One optimiser step.
    pub fn step(&mut self, gpu: &Gpu, of: &GeneratorStep<'_>) -> Result<(), GpuError> {
        let s = self.settings;
        let unit = 1.0 / (s.high - s.low);
        self.store.zero_grads(gpu);
        let weight = Tensor::from_slice(gpu, &[1.0 / of.parts.len() as f32], [1])?;
        for (images, labels) in of.parts {
            see_images(gpu, self.watch.as_ref(), images)?;
            let tape = Tape::watched(gpu, self.watch.as_ref());
            let own = Ctx { tape: &tape, store: &self.store, mode: Mode::Eval, frozen: false };
            let constraint = ((of.target - s.low) * unit) as f32;
            let alpha = self.net.forward(&own, constraint, of.prior)?;
            let noise = Tensor::from_slice(gpu, of.noise, *alpha.tensor().shape())?;
            let (noise, mask) = (Var::constant(&noise), Var::constant(&self.mask));
            let p = tape.apply(GumbelSoftmax { tau: of.tau }, &[&alpha, &noise, &mask])?;

            let judge =
                Ctx { tape: &tape, store: self.supernet_store, mode: Mode::Eval, frozen: true };
            let soft = Soft { candidates: &self.candidates, p: &p, norms: None };
            let logits = self.supernet.soft(&judge, &Var::constant(images), &soft)?;
            let ce = CrossEntropy { smoothing: s.label_smoothing };
            let ce = tape.apply(ce, &[&logits, &Var::constant(labels)])?;

            let (dw, pw) = (Var::constant(&self.depthwise), Var::constant(&self.pointwise));
            let cost = tape.apply(SoftCost { fixed: self.fixed }, &[&p, &dw, &pw])?;
            let target = Tensor::from_slice(gpu, &[(of.target * unit) as f32], [1])?;
            let hardware = tape.apply(s.hardware, &[&cost, &Var::constant(&target)])?;
            for (i, value) in [&ce, &hardware, &cost].into_iter().enumerate() {
                accumulate(gpu, &self.sums.view(i * STRIDE, [1])?, value.tensor(), 1.0)?;
            }
            self.summed += 1;
            let loss = tape.apply(Add, &[&ce, &hardware])?;
            tape.backward(&loss, &weight)?;
        }

        let (weights, gradient) = (self.store.values(), self.store.grads());
        let clip = match s.clip {
            Some(max) => Some(clip_scale(gpu, &[gradient], max)?),
            None => None,
        };
        let update = Update { weights, gradient, lr: of.lr, clip: clip.as_ref(), decay_mask: None };
        self.optimiser.step(gpu, &update)
    }

    /// Starts to fetch the sums of the losses since the last call, and begins anew.
    pub fn take(&mut self, gpu: &Gpu) -> Result<PendingLosses, GpuError> {
        let readback = self.sums.read(gpu)?;
        gpu.clear(self.sums.buffer());
        let range = self.settings.high - self.settings.low;
        Ok(PendingLosses { readback, steps: std::mem::take(&mut self.summed), range })
    }

    /// The supernet that judges the generator, with its tensors.
    pub fn supernet(&self) -> (&'a Supernet, &'a Store) {
        (self.supernet, self.supernet_store)
    }

    /// Architecture parameters, layers * 24 values, for a target in the table's units.
    pub async fn answer(
        &self,
        gpu: &Gpu,
        target: f64,
        prior: &[f32],
    ) -> Result<Vec<f32>, GpuError> {
        let s = &self.settings;
        let constraint = ((target - s.low) / (s.high - s.low)) as f32;
        self.net.answer(gpu, &self.store, constraint, prior).await
    }
}

impl Training for GeneratorTrainer<'_> {
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

/// 1 where a candidate may be chosen, 0 where a leading sub-block's skip may not.
fn allowed(layers: usize, unskippable: usize) -> Vec<f32> {
    let mut mask = vec![1.0; layers * SUB_BLOCKS * OPS];
    for (i, entry) in mask.chunks_exact_mut(OPS).enumerate() {
        if i % SUB_BLOCKS < unskippable {
            entry[SKIP] = 0.0;
        }
    }
    mask
}

/// Losses on their way to the host.
#[derive(Debug)]
pub struct PendingLosses {
    readback: Readback,
    steps: u64,
    range: f64,
}

/// Means over the steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GeneratorLosses {
    /// Cross-entropy.
    pub ce: f64,
    /// Hardware loss, weighted.
    pub hardware: f64,
    /// Soft cost, in the table's units.
    pub cost: f64,
}

impl PendingLosses {
    /// The means, once they have arrived.
    pub async fn arrive(&self) -> Result<GeneratorLosses, GpuError> {
        let sums = self.readback.arrive().await?;
        let mean = |i: usize| f64::from(sums[i * STRIDE]) / self.steps.max(1) as f64;
        Ok(GeneratorLosses { ce: mean(0), hardware: mean(1), cost: mean(2) * self.range })
    }
}
