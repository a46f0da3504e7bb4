//! Evaluation of networks with the weights they have: recalibration of batch norm statistics, and
//! accuracy.

use super::metrics::{Means, Metrics};
use crate::autodiff::{Tape, Var};
use crate::gpu::{Gpu, GpuError};
use crate::nn::{Ctx, Mode, Store};
use crate::ops::cross_entropy::CrossEntropy;
use crate::tensor::Tensor;

/// A network as a function from images to logits.
pub type Network<'a> = dyn Fn(&Ctx<'_>, &Var) -> Result<Var, GpuError> + 'a;

/// Images [N, C, H, W] and labels [N].
pub type Batch = (Tensor, Tensor);

/// Measures the running statistics that `network` uses anew: the cumulative average of its batch
/// statistics over `batches`. The first batch replaces the old ones.
pub async fn recalibrate<E: From<GpuError>>(
    gpu: &Gpu,
    store: &Store,
    network: &Network<'_>,
    batches: impl Iterator<Item = Result<Batch, E>>,
) -> Result<(), E> {
    for (k, batch) in (1..).zip(batches) {
        average(gpu, store, network, &batch?, k)?;
        gpu.settle().await?;
    }
    Ok(())
}

/// Takes the statistics of the `k`-th batch into the average.
fn average(
    gpu: &Gpu,
    store: &Store,
    network: &Network<'_>,
    (images, _): &Batch,
    k: u32,
) -> Result<(), GpuError> {
    let tape = Tape::new(gpu);
    let mode = Mode::Train { momentum: 1.0 / k as f32 };
    let ctx = Ctx { tape: &tape, store, mode, frozen: true };
    network(&ctx, &Var::constant(images)).map(drop)
}

/// Share of images that `network` classifies right, with running statistics.
pub async fn accuracy<E: From<GpuError>>(
    gpu: &Gpu,
    store: &Store,
    network: &Network<'_>,
    batches: impl Iterator<Item = Result<Batch, E>>,
) -> Result<f64, E> {
    let mut metrics = Metrics::new(gpu)?;
    for batch in batches {
        hits(gpu, store, network, &batch?, &mut metrics)?;
        gpu.settle().await?;
    }
    Ok(metrics.take(gpu)?.arrive().await?.accuracy)
}

/// Counts those of a batch.
fn hits(
    gpu: &Gpu,
    store: &Store,
    network: &Network<'_>,
    (images, labels): &Batch,
    metrics: &mut Metrics,
) -> Result<(), GpuError> {
    let tape = Tape::new(gpu);
    let ctx = Ctx { tape: &tape, store, mode: Mode::Eval, frozen: true };
    let logits = network(&ctx, &Var::constant(images))?;
    metrics.add_hits(gpu, logits.tensor(), labels)
}

/// Goes through what [`recalibrate`] does with the first of `batches`, waiting for nothing.
pub fn rehearse_recalibration<E: From<GpuError>>(
    gpu: &Gpu,
    store: &Store,
    network: &Network<'_>,
    mut batches: impl Iterator<Item = Result<Batch, E>>,
) -> Result<(), E> {
    let Some(batch) = batches.next() else { return Ok(()) };
    Ok(average(gpu, store, network, &batch?, 1)?)
}

/// Goes through what [`accuracy`] does with `batches`, waiting for nothing.
pub fn rehearse_accuracy<E: From<GpuError>>(
    gpu: &Gpu,
    store: &Store,
    network: &Network<'_>,
    mut batches: impl Iterator<Item = Result<Batch, E>>,
) -> Result<(), E> {
    let mut metrics = Metrics::new(gpu)?;
    batches.try_for_each(|batch| Ok(hits(gpu, store, network, &batch?, &mut metrics)?))
}

/// Mean loss and accuracy of `network`, with running statistics; the loss spreads `smoothing` of each
/// target over all classes.
pub async fn means<E: From<GpuError>>(
    gpu: &Gpu,
    store: &Store,
    network: &Network<'_>,
    smoothing: f32,
    batches: impl Iterator<Item = Result<Batch, E>>,
) -> Result<Means, E> {
    let mut metrics = Metrics::new(gpu)?;
    for batch in batches {
        let (images, labels) = batch?;
        let tape = Tape::new(gpu);
        let ctx = Ctx { tape: &tape, store, mode: Mode::Eval, frozen: true };
        let logits = network(&ctx, &Var::constant(&images))?;
        let loss = CrossEntropy { smoothing };
        let loss = tape.apply(loss, &[&logits, &Var::constant(&labels)])?;
        metrics.add(gpu, loss.tensor(), logits.tensor(), &labels)?;
        gpu.settle().await?;
    }
    Ok(metrics.take(gpu)?.arrive().await?)
}

/// The running statistics of a store, to be put back after a recalibration.
#[derive(Debug)]
pub struct SavedStats(Tensor);

impl SavedStats {
    /// Copies the statistics.
    pub fn of(gpu: &Gpu, store: &Store) -> Result<Self, GpuError> {
        let copy = Tensor::empty(gpu, *store.stats().shape())?;
        gpu.copy(store.stats().buffer(), copy.buffer(), copy.len() as u64 * 4);
        Ok(SavedStats(copy))
    }

    /// Puts them back.
    pub fn restore(&self, gpu: &Gpu, store: &Store) {
        gpu.copy(self.0.buffer(), store.stats().buffer(), self.0.len() as u64 * 4);
    }
}
