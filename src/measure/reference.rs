//! A training step of a fixed network, to compare by.
//!
//! The network: stem 3x3 3->16, six inverted bottlenecks (expansion 6, kernel 3) 16->16, 16->24 /2,
//! 24->24, 24->40 /2, 40->40, 40->80 /2, head 1x1 80->320, pool, linear 10; batch norm after each
//! convolution, ReLU6 but for the linear bottlenecks; 32 px, SGD with momentum.

use rand::SeedableRng;

use super::ceilings::BestProduct;
use super::step::{StepReport, StepWork, time_step};
use crate::autodiff::{Tape, Var};
use crate::gpu::{Gpu, GpuError};
use crate::nn::{BatchNorm, Conv, Ctx, Linear, Mode, Store, StoreBuilder, Wide, bottleneck};
use crate::ops::activation::Activation;
use crate::ops::cross_entropy::CrossEntropy;
use crate::ops::global_avg_pool::GlobalAvgPool;
use crate::ops::optim::{Optimiser, Rule, Sgd, Update};
use crate::tensor::{HostArray, Tensor};

const SIDE: usize = 32;
/// c_in, c_out, stride of the bottlenecks.
const BLOCKS: [[usize; 3]; 6] =
    [[16, 16, 1], [16, 24, 2], [24, 24, 1], [24, 40, 2], [40, 40, 1], [40, 80, 2]];

struct Unit(Conv, BatchNorm, Activation);

impl Unit {
    fn new(
        b: &mut StoreBuilder,
        name: &str,
        dims: [usize; 3],
        stride: usize,
        groups: usize,
        act: Activation,
    ) -> Self {
        let conv = Conv::new(b, name, dims, stride, groups);
        Unit(conv, BatchNorm::new(b, &format!("{name}.bn"), dims[0]), act)
    }

    fn forward(&self, ctx: &Ctx<'_>, x: &Var) -> Result<Var, GpuError> {
        self.1.forward(ctx, &self.0.forward(ctx, x)?, self.2)
    }
}

/// Multiply-accumulates of one image's forward pass.
fn macs() -> u64 {
    let mut side = SIDE;
    let mut sum = 9 * 3 * 16 * side * side;
    for [c_in, c_out, stride] in BLOCKS {
        let (wide, out) = (6 * c_in, side / stride);
        sum += c_in * wide * side * side + 9 * wide * out * out + wide * c_out * out * out;
        side = out;
    }
    (sum + 80 * 320 * side * side + 320 * 10) as u64
}

/// The network with what a step of its training needs.
pub struct Reference {
    gpu: Gpu,
    stem: Unit,
    blocks: Vec<Block>,
    head: Unit,
    classifier: Linear,
    store: Store,
    optimiser: Optimiser,
    images: Tensor,
    labels: Tensor,
    one: Tensor,
}

/// A bottleneck: expansion, depthwise and projection.
struct Block {
    units: [Unit; 3],
    stride: usize,
    residual: bool,
}

impl Reference {
    /// Images a step, where nothing else is wanted.
    pub const IMAGES: usize = 32;

    /// The network with its first weights, for steps of so many images.
    ///
    /// # Errors
    /// Those of the device.
    pub fn new(gpu: &Gpu, images: usize) -> Result<Self, GpuError> {
        let mut b = StoreBuilder::default();
        let (relu6, id) = (Activation::Relu6, Activation::Identity);
        let stem = Unit::new(&mut b, "stem", [16, 3, 3], 1, 1, relu6);
        let mut blocks = Vec::new();
        for (i, [c_in, c_out, stride]) in BLOCKS.into_iter().enumerate() {
            let wide = 6 * c_in;
            let units = [
                Unit::new(&mut b, &format!("block{i}.pw1"), [wide, c_in, 1], 1, 1, relu6),
                Unit::new(&mut b, &format!("block{i}.dw"), [wide, wide, 3], stride, wide, relu6),
                Unit::new(&mut b, &format!("block{i}.pw2"), [c_out, wide, 1], 1, 1, id),
            ];
            blocks.push(Block { units, stride, residual: stride == 1 && c_in == c_out });
        }
        let head = Unit::new(&mut b, "head", [320, 80, 1], 1, 1, relu6);
        let classifier = Linear::new(&mut b, "classifier", 320, 10);
        let store = b.build(gpu, &mut rand_pcg::Pcg32::seed_from_u64(1))?;
        let sgd = Sgd { momentum: 0.9, nesterov: false, weight_decay: 4e-4 };
        let optimiser = Optimiser::new(gpu, Rule::Sgd(sgd), store.values().len())?;
        let labels: Vec<f32> = (0..images).map(|i| (i % 10) as f32).collect();
        let labels = Tensor::from_slice(gpu, &labels, [images])?;
        let images = Tensor::from_host(gpu, &HostArray::sample([images, 3, SIDE, SIDE], 1))?;
        let one = Tensor::from_slice(gpu, &[1.0], [1])?;
        let gpu = gpu.clone();
        Ok(Reference { gpu, stem, blocks, head, classifier, store, optimiser, images, labels, one })
    }

    /// Records a training step: its loss `[1]`.
    ///
    /// # Errors
    /// Those of the device.
    pub fn step(&mut self) -> Result<Tensor, GpuError> {
        let (gpu, store) = (&self.gpu, &self.store);
        store.zero_grads(gpu);
        let tape = Tape::new(gpu);
        let mode = Mode::Train { momentum: 0.1 };
        let ctx = Ctx { tape: &tape, store, mode, frozen: false };
        let mut x = self.stem.forward(&ctx, &Var::constant(&self.images))?;
        for Block { units: [expand, depthwise, project], stride, residual } in &self.blocks {
            let wide = Wide {
                expand: &ctx.param(expand.0.weight())?,
                expand_norm: &expand.1,
                depthwise: &[&depthwise.0],
                kernels: vec![3],
                stride: *stride,
                depthwise_norms: &[&depthwise.1],
                project: &ctx.param(project.0.weight())?,
                project_norm: &project.1,
                residual: *residual,
            };
            x = bottleneck(&ctx, &x, wide, Activation::Relu6)?;
        }
        let x = ctx.apply(GlobalAvgPool, &[&self.head.forward(&ctx, &x)?])?;
        let logits = self.classifier.forward(&ctx, &x)?;
        let loss = CrossEntropy { smoothing: 0.1 };
        let loss = tape.apply(loss, &[&logits, &Var::constant(&self.labels)])?;
        tape.backward(&loss, &self.one)?;
        let (weights, gradient) = (store.values(), store.grads());
        let update = Update { weights, gradient, lr: 0.05, clip: None, decay_mask: None };
        self.optimiser.step(gpu, &update)?;
        Ok(loss.tensor().clone())
    }
}

/// Times a training step.
///
/// # Errors
/// Those of the device.
pub fn reference_step(gpu: &Gpu, steps: usize, best: &BestProduct) -> Result<StepReport, GpuError> {
    let images = Reference::IMAGES;
    let mut reference = Reference::new(gpu, images)?;
    let flops = macs() * 2 * 3 * images as u64;
    let work = StepWork { name: "reference training step".to_owned(), images, flops };
    time_step(gpu, work, steps, Some(best), &mut || reference.step().map(drop))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_reference_networks_arithmetic_is_counted_by_hand() {
        // Stem, bottlenecks one by one, head and classifier, in thousands of multiply-accumulates.
        let by_hand = 442.368
            + (1572.864 + 884.736 + 1572.864)
            + (1572.864 + 221.184 + 589.824)
            + (884.736 + 331.776 + 884.736)
            + (884.736 + 82.944 + 368.64)
            + (614.4 + 138.24 + 614.4)
            + (614.4 + 34.56 + 307.2)
            + 409.6
            + 3.2;
        assert!((super::macs() as f64 * 1e-3 - by_hand).abs() < 1e-6);
    }
}
