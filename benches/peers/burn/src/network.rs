//! The reference network of `src/measure/reference.rs` with its training, in burn.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::loss::{CrossEntropyLoss, CrossEntropyLossConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::optim::decay::WeightDecayConfig;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{GradientsParams, ModuleOptimizer, SgdConfig};
use burn::tensor::activation::relu6;
use burn::tensor::{Device, Int, Tensor};

/// c_in, c_out, stride of the bottlenecks.
const BLOCKS: [[usize; 3]; 6] =
    [[16, 16, 1], [16, 24, 2], [24, 24, 1], [24, 40, 2], [40, 40, 1], [40, 80, 2]];
const EXPANSION: usize = 6;
const LAST: usize = 320;
const LEARNING_RATE: f64 = 0.05;

/// Convolution and batch norm.
#[derive(Module, Debug)]
struct Unit {
    conv: Conv2d,
    norm: BatchNorm,
}

impl Unit {
    fn new([c_in, c_out]: [usize; 2], kernel: usize, stride: usize, device: &Device) -> Self {
        Self::grouped([c_in, c_out], kernel, stride, 1, device)
    }

    fn grouped(
        channels: [usize; 2],
        kernel: usize,
        stride: usize,
        groups: usize,
        device: &Device,
    ) -> Self {
        let pad = kernel / 2;
        let conv = Conv2dConfig::new(channels, [kernel, kernel])
            .with_stride([stride, stride])
            .with_padding(PaddingConfig2d::Explicit(pad, pad, pad, pad))
            .with_groups(groups)
            .with_bias(false);
        Self { conv: conv.init(device), norm: BatchNormConfig::new(channels[1]).init(device) }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        self.norm.forward(self.conv.forward(x))
    }
}

/// An inverted bottleneck.
#[derive(Module, Debug)]
struct Bottleneck {
    expand: Unit,
    depthwise: Unit,
    project: Unit,
    residual: bool,
}

impl Bottleneck {
    fn new([c_in, c_out, stride]: [usize; 3], device: &Device) -> Self {
        let wide = EXPANSION * c_in;
        Self {
            expand: Unit::new([c_in, wide], 1, 1, device),
            depthwise: Unit::grouped([wide, wide], 3, stride, wide, device),
            project: Unit::new([wide, c_out], 1, 1, device),
            residual: stride == 1 && c_in == c_out,
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let y = relu6(self.expand.forward(x.clone()));
        let y = self.project.forward(relu6(self.depthwise.forward(y)));
        if self.residual { x + y } else { y }
    }
}

/// The network.
#[derive(Module, Debug)]
struct Reference {
    stem: Unit,
    blocks: Vec<Bottleneck>,
    head: Unit,
    classifier: Linear,
}

impl Reference {
    fn new(classes: usize, device: &Device) -> Self {
        let narrow = BLOCKS[BLOCKS.len() - 1][1];
        Self {
            stem: Unit::new([3, BLOCKS[0][0]], 3, 1, device),
            blocks: BLOCKS.map(|block| Bottleneck::new(block, device)).into(),
            head: Unit::new([narrow, LAST], 1, 1, device),
            classifier: LinearConfig::new(LAST, classes).init(device),
        }
    }

    fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        let x = relu6(self.stem.forward(images));
        let x = self.blocks.iter().fold(x, |x, block| block.forward(x));
        let x = relu6(self.head.forward(x)).mean_dims(&[2, 3]);
        self.classifier.forward(x.flatten(1, 3))
    }
}

/// The network with what trains it.
pub(crate) struct Training {
    network: Reference,
    loss: CrossEntropyLoss,
    optimiser: ModuleOptimizer,
}

impl Training {
    pub(crate) fn new(classes: usize, device: &Device) -> Self {
        // Dampening takes a tenth of each gradient unless it is told not to.
        let momentum = MomentumConfig::new().with_momentum(0.9).with_dampening(0.0);
        let sgd = SgdConfig::new()
            .with_momentum(Some(momentum))
            .with_weight_decay(Some(WeightDecayConfig::new(4e-4)));
        Self {
            network: Reference::new(classes, device),
            loss: CrossEntropyLossConfig::new().with_smoothing(Some(0.1)).init(device),
            optimiser: sgd.init(),
        }
    }

    /// After a training step, and the step's loss.
    pub(crate) fn step(mut self, images: Tensor<4>, labels: Tensor<1, Int>) -> (Self, Tensor<1>) {
        let loss = self.loss.forward(self.network.forward(images), labels);
        let gradients = GradientsParams::from_grads(loss.backward(), &self.network);
        self.network = self.optimiser.step(LEARNING_RATE, self.network, gradients);
        (self, loss)
    }
}
