//! Loss and hits, summed on the GPU over any number of passes and fetched without stalling it.

use crate::gpu::{Gpu, GpuError, Readback};
use crate::ops::accumulate::accumulate;
use crate::ops::count::correct_count;
use crate::tensor::Tensor;

/// Bindings start at multiples of 64 values.
const STRIDE: usize = 64;

/// Sums on the GPU.
#[derive(Debug)]
pub struct Metrics {
    all: Tensor,
    loss: Tensor,
    correct: Tensor,
    passes: u64,
    images: u64,
}

impl Metrics {
    /// All zero.
    pub fn new(gpu: &Gpu) -> Result<Self, GpuError> {
        let all = Tensor::zeros(gpu, [2 * STRIDE])?;
        let (loss, correct) = (all.view(0, [1])?, all.view(STRIDE, [1])?);
        Ok(Metrics { all, loss, correct, passes: 0, images: 0 })
    }

    /// Adds the mean loss [1] of a batch and the hits of its logits [N, classes].
    pub fn add(
        &mut self,
        gpu: &Gpu,
        loss: &Tensor,
        logits: &Tensor,
        labels: &Tensor,
    ) -> Result<(), GpuError> {
        accumulate(gpu, &self.loss, loss, 1.0)?;
        self.add_hits(gpu, logits, labels)
    }

    /// Adds only the hits.
    pub fn add_hits(
        &mut self,
        gpu: &Gpu,
        logits: &Tensor,
        labels: &Tensor,
    ) -> Result<(), GpuError> {
        correct_count(gpu, logits, labels, &self.correct)?;
        self.passes += 1;
        self.images += labels.len() as u64;
        Ok(())
    }

    /// The sums so far, for a checkpoint: loss, hits, passes, images.
    pub async fn sums(&self, gpu: &Gpu) -> Result<[f32; 4], GpuError> {
        let all = self.all.fetch(gpu).await?;
        Ok([all[0], all[STRIDE], self.passes as f32, self.images as f32])
    }

    /// Goes on from such sums.
    pub fn restore(&mut self, gpu: &Gpu, sums: [f32; 4]) -> Result<(), GpuError> {
        let mut all = vec![0.0; 2 * STRIDE];
        (all[0], all[STRIDE]) = (sums[0], sums[1]);
        (self.passes, self.images) = (sums[2] as u64, sums[3] as u64);
        self.all.write(gpu, &all)
    }

    /// Starts to fetch the sums and begins anew.
    pub fn take(&mut self, gpu: &Gpu) -> Result<PendingMetrics, GpuError> {
        let readback = self.all.read(gpu)?;
        gpu.clear(self.all.buffer());
        let pending = PendingMetrics { readback, passes: self.passes, images: self.images };
        (self.passes, self.images) = (0, 0);
        Ok(pending)
    }
}

/// Sums on their way to the host.
#[derive(Debug)]
pub struct PendingMetrics {
    readback: Readback,
    passes: u64,
    images: u64,
}

/// Means over the passes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Means {
    /// Mean loss of a pass.
    pub loss: f64,
    /// Share of images classified right.
    pub accuracy: f64,
}

impl PendingMetrics {
    /// The means, once they have arrived.
    pub async fn arrive(&self) -> Result<Means, GpuError> {
        let sums = self.readback.arrive().await?;
        Ok(Means {
            loss: f64::from(sums[0]) / self.passes.max(1) as f64,
            accuracy: f64::from(sums[STRIDE]) / self.images.max(1) as f64,
        })
    }
}
