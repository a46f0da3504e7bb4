//! Derived networks (section 8 of the specification): one architecture as a network of its own, with
//! one batch norm over all depthwise outputs of a block, optionally squeeze-excite and h-swish.

use rand::{Rng, RngExt};

use crate::autodiff::Var;
use crate::gpu::{Gpu, GpuError};
use crate::nn::{
    BatchNorm, Conv, Ctx, Linear, SqueezeExcite, Store, StoreBuilder, Wide, bottleneck,
};
use crate::ops::activation::Activation;
use crate::ops::arithmetic::Mul;
use crate::ops::global_avg_pool::GlobalAvgPool;
use crate::ops::mixed_depthwise::MixedDepthwise;
use crate::space::{Architecture, Space};
use crate::tensor::Tensor;

/// How an architecture becomes a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DerivedConfig {
    /// ReLU6 (as in the supernet) or h-swish, wherever an activation stands.
    pub activation: Activation,
    /// Squeeze-excite in every block.
    pub squeeze_excite: bool,
}

/// The layers of a derived network; its tensors lie in a [`Store`].
#[derive(Clone, Debug)]
pub struct DerivedNet {
    config: DerivedConfig,
    stem: (Conv, BatchNorm),
    blocks: Vec<DerivedBlock>,
    last: (Conv, BatchNorm),
    classifier: Linear,
    width: usize,
}

/// 1x1 expansion (where e > 1), mixed depthwise, squeeze-excite, 1x1 projection.
#[derive(Clone, Debug)]
pub struct DerivedBlock {
    expand: Option<(Conv, BatchNorm)>,
    depthwise: Vec<Conv>,
    op: MixedDepthwise,
    depthwise_bn: BatchNorm,
    squeeze_excite: Option<SqueezeExcite>,
    project: (Conv, BatchNorm),
    residual: bool,
}

fn unit(b: &mut StoreBuilder, name: &str, dims: [usize; 3], stride: usize) -> (Conv, BatchNorm) {
    let conv = Conv::new(b, name, dims, stride, 1);
    (conv, BatchNorm::new(b, &format!("{name}.bn"), dims[0]))
}

impl DerivedBlock {
    /// Adds the tensors of block `name` with these kernels to the store; with squeeze-excite or
    /// not, and with its input added to its output or not.
    pub fn new(
        b: &mut StoreBuilder,
        name: &str,
        kernels: &[u8],
        [c_in, c_out, stride]: [usize; 3],
        se: bool,
        residual: bool,
    ) -> Self {
        let e = kernels.len();
        let expand = (e > 1).then(|| unit(b, &format!("{name}.pw1"), [e * c_in, c_in, 1], 1));
        let depthwise = kernels.iter().enumerate().map(|(i, &k)| {
            Conv::new(b, &format!("{name}.sub{i}"), [c_in, c_in, usize::from(k)], stride, c_in)
        });
        let depthwise = depthwise.collect();
        let depthwise_bn = BatchNorm::new(b, &format!("{name}.dw.bn"), e * c_in);
        let squeeze_excite = se.then(|| SqueezeExcite::new(b, &format!("{name}.se"), e * c_in));
        let project = unit(b, &format!("{name}.pw2"), [c_out, e * c_in, 1], 1);
        let kernels = kernels.iter().map(|&k| usize::from(k)).collect();
        let op = MixedDepthwise { stride, kernels };
        DerivedBlock { expand, depthwise, op, depthwise_bn, squeeze_excite, project, residual }
    }

    /// [N, c_in, H, W] to [N, c_out, H', W'].
    pub fn forward(&self, ctx: &Ctx<'_>, x: &Var, act: Activation) -> Result<Var, GpuError> {
        match (&self.expand, &self.squeeze_excite) {
            (Some(expand), None) => self.fused(ctx, x, expand, act),
            _ => self.composed(ctx, x, act),
        }
    }

    /// The pass with an expansion and without squeeze-excite.
    fn fused(
        &self,
        ctx: &Ctx<'_>,
        x: &Var,
        (expand, expand_norm): &(Conv, BatchNorm),
        act: Activation,
    ) -> Result<Var, GpuError> {
        let wide = Wide {
            expand: &ctx.param(expand.weight())?,
            expand_norm,
            depthwise: &self.depthwise.iter().collect::<Vec<_>>(),
            kernels: self.op.kernels.clone(),
            stride: self.op.stride,
            depthwise_norms: &[&self.depthwise_bn],
            project: &ctx.param(self.project.0.weight())?,
            project_norm: &self.project.1,
            residual: self.residual,
        };
        bottleneck(ctx, x, wide, act)
    }

    /// The same of any block.
    fn composed(&self, ctx: &Ctx<'_>, x: &Var, act: Activation) -> Result<Var, GpuError> {
        let wide = match &self.expand {
            Some((conv, bn)) => bn.forward(ctx, &conv.forward(ctx, x)?, act)?,
            None => x.clone(),
        };
        let mut inputs = vec![wide];
        for conv in &self.depthwise {
            inputs.push(ctx.param(conv.weight())?);
        }
        let deep = ctx.apply(self.op.clone(), &inputs.iter().collect::<Vec<_>>())?;
        let mut deep = self.depthwise_bn.forward(ctx, &deep, act)?;
        if let Some(se) = &self.squeeze_excite {
            deep = se.forward(ctx, &deep)?;
        }
        let y = self.project.0.forward(ctx, &deep)?;
        self.project.1.onto(ctx, &y, self.residual.then_some(x))
    }
}

impl DerivedNet {
    /// Builds the network of an architecture, and its tensors.
    pub fn new(
        gpu: &Gpu,
        space: &Space,
        architecture: &Architecture,
        config: DerivedConfig,
        rng: &mut impl Rng,
    ) -> Result<(Self, Store), GpuError> {
        let mut b = StoreBuilder::default();
        let (macro_, se) = (space.config(), config.squeeze_excite);
        let stem = macro_.stem;
        let stem_dims = [stem.channels, macro_.input[0], stem.kernel];
        let stem_unit = unit(&mut b, "stem", stem_dims, stem.stride);
        let first = [macro_.first.kernel as u8];
        let dims = [stem.channels, macro_.first.channels, 1];
        let mut blocks = vec![DerivedBlock::new(&mut b, "first", &first, dims, se, false)];
        for (i, (layer, kernels)) in space.layers().iter().zip(architecture.kernels()).enumerate() {
            let dims = [layer.input.channels, layer.output.channels, layer.stride];
            let (name, residual) = (format!("layer{i}"), layer.residual());
            blocks.push(DerivedBlock::new(&mut b, &name, kernels, dims, se, residual));
        }
        let width = macro_.last_channels;
        let last = unit(&mut b, "last", [width, space.last_input().channels, 1], 1);
        let classifier = Linear::new(&mut b, "classifier", width, space.classes());
        let net = DerivedNet { config, stem: stem_unit, blocks, last, classifier, width };
        Ok((net, b.build(gpu, rng)?))
    }

    /// Values of the classifier's input.
    pub fn classifier_inputs(&self) -> usize {
        self.width
    }

    /// Images [N, C, H, W] to logits [N, classes].
    pub fn forward(
        &self,
        ctx: &Ctx<'_>,
        images: &Var,
        dropout: Option<&Tensor>,
    ) -> Result<Var, GpuError> {
        self.forward_traced(ctx, images, dropout, &mut |_, _| {})
    }

    /// The same; `see` gets the output of every block: "first", "layer0", ... `dropout` is a mask
    /// [N, width] from [`DerivedNet::dropout_mask`] for the classifier's input.
    pub fn forward_traced(
        &self,
        ctx: &Ctx<'_>,
        images: &Var,
        dropout: Option<&Tensor>,
        see: &mut dyn FnMut(&str, &Var),
    ) -> Result<Var, GpuError> {
        let act = self.config.activation;
        let whole = ctx.gpu().scope("stem");
        let mut x = self.stem.1.forward(ctx, &self.stem.0.forward(ctx, images)?, act)?;
        let names = std::iter::once("first".to_string()).chain((0..).map(|i| format!("layer{i}")));
        for (block, name) in self.blocks.iter().zip(names) {
            ctx.gpu().scope(&name);
            x = block.forward(ctx, &x, act)?;
            see(&name, &x);
        }
        ctx.gpu().scope("last");
        let x = self.last.1.forward(ctx, &self.last.0.forward(ctx, &x)?, act)?;
        let mut x = ctx.apply(GlobalAvgPool, &[&x])?;
        if let Some(mask) = dropout {
            x = ctx.apply(Mul, &[&x, &Var::constant(mask)])?;
        }
        let logits = self.classifier.forward(ctx, &x)?;
        ctx.gpu().scope(&whole);
        Ok(logits)
    }

    /// A mask that drops each value with probability `rate` and scales the others by 1/(1 - rate).
    pub fn dropout_mask(
        gpu: &Gpu,
        shape: [usize; 2],
        rate: f64,
        rng: &mut impl Rng,
    ) -> Result<Tensor, GpuError> {
        let keep = (1.0 / (1.0 - rate)) as f32;
        let draw = |_| if rng.random::<f64>() < rate { 0.0 } else { keep };
        let mask: Vec<f32> = (0..shape[0] * shape[1]).map(draw).collect();
        Tensor::from_slice(gpu, &mask, shape)
    }
}
