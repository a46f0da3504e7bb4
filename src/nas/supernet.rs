//! The unified supernet: stem, first block, one unified block a layer, last stage, classifier.

use rand::Rng;

use super::block::{ShadowNorms, SoftCandidates, UnifiedBlock};
use super::path::Path;
use crate::autodiff::{Tape, Var};
use crate::gpu::{Gpu, GpuError};
use crate::nn::{BatchNorm, Conv, Ctx, Linear, Mode, Store, StoreBuilder};
use crate::ops::activation::Activation;
use crate::ops::global_avg_pool::GlobalAvgPool;
use crate::ops::narrow::Narrow;
use crate::space::{OPS, SUB_BLOCKS, Space};

/// The layers of the supernet; its tensors lie in a [`Store`].
#[derive(Clone, Debug)]
pub struct Supernet {
    space: Space,
    stem: (Conv, BatchNorm),
    first: [(Conv, BatchNorm); 2],
    blocks: Vec<UnifiedBlock>,
    last: (Conv, BatchNorm),
    classifier: Linear,
}

/// What the soft pass works with: see [`UnifiedBlock::soft`].
#[derive(Debug)]
pub struct Soft<'a> {
    /// One a layer.
    pub candidates: &'a [SoftCandidates],
    /// Probabilities [layers * 6, 4].
    pub p: &'a Var,
    /// Indices of the shadow batch norms, where the host knows them.
    pub norms: Option<&'a [usize]>,
}

impl Supernet {
    /// Builds the supernet of a space and its tensors.
    pub fn new(
        gpu: &Gpu,
        space: &Space,
        shadow: ShadowNorms,
        rng: &mut impl Rng,
    ) -> Result<(Self, Store), GpuError> {
        let mut b = StoreBuilder::default();
        let config = space.config();
        let unit = |b: &mut StoreBuilder, name: &str, dims: [usize; 3], stride, groups| {
            let conv = Conv::new(b, name, dims, stride, groups);
            (conv, BatchNorm::new(b, &format!("{name}.bn"), dims[0]))
        };
        let (stem, first) = (config.stem, config.first);
        let dims = [stem.channels, config.input[0], stem.kernel];
        let stem_unit = unit(&mut b, "stem", dims, stem.stride, 1);
        let dims = [stem.channels, stem.channels, first.kernel];
        let dw = unit(&mut b, "first.dw", dims, 1, stem.channels);
        let pw = unit(&mut b, "first.pw", [first.channels, stem.channels, 1], 1, 1);
        let blocks = space.layers().iter().enumerate();
        let blocks =
            blocks.map(|(i, l)| UnifiedBlock::new(&mut b, &format!("layer{i}"), *l, shadow));
        let blocks = blocks.collect();
        let width = config.last_channels;
        let last = unit(&mut b, "last", [width, space.last_input().channels, 1], 1, 1);
        let classifier = Linear::new(&mut b, "classifier", width, space.classes());
        let net = Supernet {
            space: space.clone(),
            stem: stem_unit,
            first: [dw, pw],
            blocks,
            last,
            classifier,
        };
        Ok((net, b.build(gpu, rng)?))
    }

    /// What it searches in.
    pub fn space(&self) -> &Space {
        &self.space
    }

    /// The searchable layers.
    pub fn blocks(&self) -> &[UnifiedBlock] {
        &self.blocks
    }

    /// Images [N, C, H, W] to the input of the first searchable layer.
    pub fn head(&self, ctx: &Ctx<'_>, x: &Var) -> Result<Var, GpuError> {
        let gpu = ctx.gpu();
        let outer = gpu.scope("stem");
        let unit = |(conv, bn): &(Conv, BatchNorm), x: &Var, act| {
            bn.forward(ctx, &conv.forward(ctx, x)?, act)
        };
        let x = unit(&self.stem, x, Activation::Relu6)?;
        gpu.scope("first");
        let x = unit(&self.first[0], &x, Activation::Relu6)?;
        let x = unit(&self.first[1], &x, Activation::Identity)?;
        gpu.scope(&outer);
        Ok(x)
    }

    /// The output of the last searchable layer to logits [N, classes].
    pub fn tail(&self, ctx: &Ctx<'_>, x: &Var) -> Result<Var, GpuError> {
        let outer = ctx.gpu().scope("last");
        let x = self.last.0.forward(ctx, x)?;
        let x = self.last.1.forward(ctx, &x, Activation::Relu6)?;
        let x = ctx.apply(GlobalAvgPool, &[&x])?;
        let y = self.classifier.forward(ctx, &x)?;
        ctx.gpu().scope(&outer);
        Ok(y)
    }

    /// Logits along one path.
    pub fn path(&self, ctx: &Ctx<'_>, images: &Var, path: &Path) -> Result<Var, GpuError> {
        let mut x = self.head(ctx, images)?;
        let outer = ctx.gpu().scope("");
        for (i, (block, layer)) in self.blocks.iter().zip(&path.0).enumerate() {
            ctx.gpu().scope(&format!("layer{i}"));
            x = block.path(ctx, &x, layer, false)?;
        }
        ctx.gpu().scope(&outer);
        self.tail(ctx, &x)
    }

    /// Joined candidates for the soft pass, of the weights as they are now.
    pub fn soft_candidates(
        &self,
        gpu: &Gpu,
        store: &Store,
    ) -> Result<Vec<SoftCandidates>, GpuError> {
        let tape = Tape::new(gpu);
        let ctx = Ctx { tape: &tape, store, mode: Mode::Eval, frozen: true };
        self.blocks.iter().map(|b| b.soft_candidates(&ctx)).collect()
    }

    /// Logits of the soft pass.
    pub fn soft(&self, ctx: &Ctx<'_>, images: &Var, soft: &Soft<'_>) -> Result<Var, GpuError> {
        let mut x = self.head(ctx, images)?;
        let outer = ctx.gpu().scope("");
        for (i, (block, of)) in self.blocks.iter().zip(soft.candidates).enumerate() {
            ctx.gpu().scope(&format!("layer{i}"));
            let rows = Narrow { dim: 0, start: i * SUB_BLOCKS, len: SUB_BLOCKS };
            let p = ctx.apply(rows, &[soft.p])?;
            debug_assert_eq!(p.tensor().shape().dims(), [SUB_BLOCKS, OPS]);
            x = block.soft(ctx, &x, of, &p, soft.norms.and_then(|n| n.get(i).copied()))?;
        }
        ctx.gpu().scope(&outer);
        self.tail(ctx, &x)
    }
}
