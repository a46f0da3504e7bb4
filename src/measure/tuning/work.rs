//! The piece of training that tells variants apart: two inverted bottlenecks, forward and back, one of a
//! wide map with few channels and one of a small map with many.

use rand::SeedableRng;

use crate::autodiff::Tape;
use crate::gpu::{Gpu, GpuError};
use crate::nn::{BatchNorm, Conv, Ctx, Mode, Store, StoreBuilder, Wide, bottleneck};
use crate::ops::activation::Activation;
use crate::tensor::{HostArray, Tensor};

/// Channels in and out, and the side of the map.
const BLOCKS: [[usize; 2]; 2] = [[16, 32], [80, 8]];
/// Channels within to those outside.
const EXPANSION: usize = 6;

/// The work on one device.
pub(super) struct Work {
    gpu: Gpu,
    blocks: Vec<Block>,
}

struct Block {
    store: Store,
    convs: [Conv; 3],
    norms: [BatchNorm; 3],
    input: Tensor,
    /// The gradient that comes from what would follow.
    seed: Tensor,
}

impl Work {
    /// Weights and inputs, the same on each device.
    ///
    /// # Errors
    /// Those of the device.
    pub(super) fn new(gpu: &Gpu, images: usize) -> Result<Self, GpuError> {
        let block = |[channels, side]: [usize; 2]| {
            let mut b = StoreBuilder::default();
            let wide = EXPANSION * channels;
            let convs = [
                Conv::new(&mut b, "expand", [wide, channels, 1], 1, 1),
                Conv::new(&mut b, "depthwise", [wide, wide, 3], 1, wide),
                Conv::new(&mut b, "project", [channels, wide, 1], 1, 1),
            ];
            let norms = [("first", wide), ("second", wide), ("third", channels)]
                .map(|(name, channels)| BatchNorm::new(&mut b, name, channels));
            let sample = |salt| HostArray::sample([images, channels, side, side], salt);
            Ok(Block {
                store: b.build(gpu, &mut rand_pcg::Pcg32::seed_from_u64(1))?,
                convs,
                norms,
                input: Tensor::from_host(gpu, &sample(1))?,
                seed: Tensor::from_host(gpu, &sample(2))?,
            })
        };
        let blocks = BLOCKS.into_iter().map(block).collect::<Result<_, GpuError>>()?;
        Ok(Self { gpu: gpu.clone(), blocks })
    }

    /// Does it once and waits for it.
    ///
    /// # Errors
    /// Those of the device.
    pub(super) fn once(&self) -> Result<(), GpuError> {
        self.record()?;
        self.gpu.finish()
    }

    /// Records it once: of each block the result and the input's gradient.
    ///
    /// # Errors
    /// Those of the device.
    pub(super) fn record(&self) -> Result<Vec<Tensor>, GpuError> {
        let mut results = Vec::with_capacity(2 * self.blocks.len());
        for block in &self.blocks {
            block.store.zero_grads(&self.gpu);
            let tape = Tape::new(&self.gpu);
            let mode = Mode::Train { momentum: 0.1 };
            let ctx = Ctx { tape: &tape, store: &block.store, mode, frozen: false };
            let gradient = Tensor::zeros(&self.gpu, *block.input.shape())?;
            let x = tape.leaf(&block.input, &gradient);
            let [expand, depthwise, project] = &block.convs;
            let [first, second, third] = &block.norms;
            let wide = Wide {
                expand: &ctx.param(expand.weight())?,
                expand_norm: first,
                depthwise: &[depthwise],
                kernels: vec![3],
                stride: 1,
                depthwise_norms: &[second],
                project: &ctx.param(project.weight())?,
                project_norm: third,
                residual: true,
            };
            let y = bottleneck(&ctx, &x, wide, Activation::Relu6)?;
            tape.backward(&y, &block.seed)?;
            results.extend([y.tensor().clone(), gradient]);
        }
        Ok(results)
    }

    /// What it computes.
    ///
    /// # Errors
    /// Those of the device.
    pub(super) fn results(&self) -> Result<Vec<HostArray>, GpuError> {
        self.record()?.iter().map(|tensor| tensor.to_host(&self.gpu)).collect()
    }
}
