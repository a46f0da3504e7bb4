//! The unified block (section 2 of the specification): 1x1 expansion to six sub-blocks, in each a
//! depthwise 3, 5, 7 or a skip, 1x1 projection, and a shadow batch norm chosen by the number of
//! skipped sub-blocks.

use super::LayerPath;
use crate::autodiff::Var;
use crate::gpu::GpuError;
use crate::nn::{
    BatchNorm, Conv, Ctx, StoreBuilder, Wide, batch_norm, bottleneck, concat_channels,
};
use crate::ops::activation::Activation;
use crate::ops::batch_norm::{BatchNormEval, frozen};
use crate::ops::conv2d::Conv2d;
use crate::ops::mixed_depthwise::MixedDepthwise;
use crate::ops::narrow::Narrow;
use crate::ops::select_row::select_row;
use crate::ops::soft_depthwise::SoftDepthwise;
use crate::space::{KERNELS, Layer, SKIP, SUB_BLOCKS};
use crate::tensor::Tensor;

const POINTWISE: Conv2d = Conv2d { stride: 1, padding: 0, groups: 1 };

/// How many shadow batch norms a unified block has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShadowNorms {
    /// The paper's five, for expansions 2..=6.
    Five,
    /// The authors' code's six: one for expansion 1, which is never trained.
    Six,
    /// One for all: the ablation.
    Shared,
}

impl ShadowNorms {
    fn count(self) -> usize {
        match self {
            ShadowNorms::Five => 5,
            ShadowNorms::Six => 6,
            ShadowNorms::Shared => 1,
        }
    }
}

/// One searchable layer of the supernet.
#[derive(Clone, Debug)]
pub struct UnifiedBlock {
    layer: Layer,
    expand: Conv,
    expand_bn: BatchNorm,
    /// For each sub-block its three depthwise candidates with their batch norms.
    candidates: Vec<[(Conv, BatchNorm); 3]>,
    project: Conv,
    norms: Vec<BatchNorm>,
}

/// What the soft pass needs of a block whose weights do not change: built once, used every step.
#[derive(Clone, Debug)]
pub struct SoftCandidates {
    /// The expansion's norm as `SoftDepthwise` reads it, then for k3, k5, k7 weights [6c, 1, k, k] and
    /// norm.
    kernels: Vec<Var>,
    /// Rows of the shadow batch norms: for each index scale, shift, mean, variance.
    norms: Tensor,
}

impl UnifiedBlock {
    /// Adds the tensors of layer `name` to the store.
    pub fn new(b: &mut StoreBuilder, name: &str, layer: Layer, shadow: ShadowNorms) -> Self {
        let (c_in, c_out) = (layer.input.channels, layer.output.channels);
        let wide = c_in * SUB_BLOCKS;
        let expand = Conv::new(b, &format!("{name}.pw1"), [wide, c_in, 1], 1, 1);
        let expand_bn = BatchNorm::new(b, &format!("{name}.pw1.bn"), wide);
        let mut candidate = |i: usize, k: u8| {
            let name = format!("{name}.sub{i}.k{k}");
            let conv = Conv::new(b, &name, [c_in, c_in, usize::from(k)], layer.stride, c_in);
            (conv, BatchNorm::new(b, &format!("{name}.bn"), c_in))
        };
        let candidates = (0..SUB_BLOCKS).map(|i| KERNELS.map(|k| candidate(i, k))).collect();
        let project = Conv::new(b, &format!("{name}.pw2"), [c_out, wide, 1], 1, 1);
        let norms = (0..shadow.count())
            .map(|s| BatchNorm::new(b, &format!("{name}.sbn{s}"), c_out))
            .collect();
        UnifiedBlock { layer, expand, expand_bn, candidates, project, norms }
    }

    /// The expansion and its batch norm.
    pub fn expansion(&self) -> (&Conv, &BatchNorm) {
        (&self.expand, &self.expand_bn)
    }

    /// A sub-block's candidate (0, 1, 2 for k3, k5, k7).
    pub fn candidate(&self, sub_block: usize, kernel: usize) -> &(Conv, BatchNorm) {
        &self.candidates[sub_block][kernel]
    }

    /// The projection.
    pub fn projection(&self) -> &Conv {
        &self.project
    }

    /// The shadow batch norm for so many skipped sub-blocks; the last serves beyond its count.
    pub fn norm(&self, skipped: usize) -> &BatchNorm {
        &self.norms[skipped.min(self.norms.len() - 1)]
    }

    /// The pass along one path. Where skips come last, as forced sampling has it, only the channels
    /// of the kept sub-blocks are computed; `whole` computes the expansion over all six
    /// regardless, as the authors' code does (its batch norm then sees all channels).
    pub fn path(
        &self,
        ctx: &Ctx<'_>,
        x: &Var,
        path: &LayerPath,
        whole: bool,
    ) -> Result<Var, GpuError> {
        let kept: Vec<usize> = (0..SUB_BLOCKS).filter(|&b| usize::from(path[b]) != SKIP).collect();
        let e = kept.len();
        if e == 0 {
            let why = "a path must keep a sub-block".to_string();
            return Err(GpuError::Shape { op: "unified block", why });
        }
        let leading = kept.iter().enumerate().all(|(i, &b)| i == b);
        match leading && !whole {
            true => self.leading(ctx, x, path, e),
            false => self.scattered(ctx, x, path, &kept),
        }
    }

    /// The pass where the first `e` sub-blocks are kept.
    fn leading(&self, ctx: &Ctx<'_>, x: &Var, path: &LayerPath, e: usize) -> Result<Var, GpuError> {
        let channels = e * self.layer.input.channels;
        let (convs, norms): (Vec<&Conv>, Vec<&BatchNorm>) =
            (0..e).map(|b| self.chosen(path, b)).map(|(conv, bn)| (conv, bn)).unzip();
        let wide = Wide {
            expand: &ctx.rows(self.expand.weight(), channels)?,
            expand_norm: &self.expand_bn,
            depthwise: &convs,
            kernels: path[..e].iter().map(|&k| usize::from(KERNELS[usize::from(k)])).collect(),
            stride: self.layer.stride,
            depthwise_norms: &norms,
            project: &ctx.columns(self.project.weight(), channels)?,
            project_norm: self.norm(SUB_BLOCKS - e),
            residual: self.layer.residual(),
        };
        bottleneck(ctx, x, wide, Activation::Relu6)
    }

    /// The same where any sub-blocks are kept, with the expansion over all six.
    fn scattered(
        &self,
        ctx: &Ctx<'_>,
        x: &Var,
        path: &LayerPath,
        kept: &[usize],
    ) -> Result<Var, GpuError> {
        let c = self.layer.input.channels;
        let wide = self.expand.forward(ctx, x)?;
        let wide = self.expand_bn.forward(ctx, &wide, Activation::Relu6)?;
        let mut inputs = vec![parts(ctx, &wide, kept, c)?];
        let mut norms = Vec::with_capacity(kept.len());
        for &b in kept {
            let (conv, norm) = self.chosen(path, b);
            inputs.push(ctx.param(conv.weight())?);
            norms.push(norm);
        }
        let kernels = kept.iter().map(|&b| usize::from(KERNELS[usize::from(path[b])])).collect();
        let op = MixedDepthwise { stride: self.layer.stride, kernels };
        let deep = ctx.apply(op, &inputs.iter().collect::<Vec<_>>())?;
        let deep = batch_norm(ctx, &norms, &deep, Activation::Relu6, None)?;
        let w = parts(ctx, &ctx.param(self.project.weight())?, kept, c)?;
        let y = ctx.apply(POINTWISE, &[&deep, &w])?;
        self.norm(SUB_BLOCKS - kept.len()).onto(ctx, &y, self.residual(x))
    }

    /// The candidate of sub-block `b` on a path that keeps it.
    fn chosen(&self, path: &LayerPath, b: usize) -> &(Conv, BatchNorm) {
        &self.candidates[b][usize::from(path[b])]
    }

    /// Joins the candidates of all sub-blocks for [`UnifiedBlock::soft`].
    pub fn soft_candidates(&self, ctx: &Ctx<'_>) -> Result<SoftCandidates, GpuError> {
        let c = self.layer.input.channels;
        let join = |vars: Vec<Var>, shape: &[usize]| -> Result<Var, GpuError> {
            let flat = vars
                .iter()
                .map(|v| v.reshape(&[1, v.tensor().len(), 1, 1]))
                .collect::<Result<Vec<_>, _>>()?;
            concat_channels(ctx, &flat)?.reshape(shape)
        };
        let wide = c * SUB_BLOCKS;
        let norm = |all: [Var; 4]| -> Result<Var, GpuError> {
            let of = all.each_ref().map(Var::tensor);
            Ok(Var::constant(&frozen(ctx.gpu(), of, crate::nn::BN_EPS)?))
        };
        let (gamma, beta, mean, var) = self.expand_bn.tensors();
        let first = [ctx.param(gamma)?, ctx.param(beta)?, ctx.stat(mean)?, ctx.stat(var)?];
        let mut kernels = vec![norm(first)?];
        for (k, &size) in KERNELS.iter().enumerate() {
            let size = usize::from(size);
            let mut parts: [Vec<Var>; 5] = Default::default();
            for (conv, bn) in self.candidates.iter().map(|of| &of[k]) {
                let (gamma, beta, mean, var) = bn.tensors();
                parts[0].push(ctx.param(conv.weight())?);
                parts[1].push(ctx.param(gamma)?);
                parts[2].push(ctx.param(beta)?);
                parts[3].push(ctx.stat(mean)?);
                parts[4].push(ctx.stat(var)?);
            }
            let [w, gamma, beta, mean, var] = parts;
            kernels.push(join(w, &[wide, 1, size, size])?);
            kernels.push(norm([
                join(gamma, &[wide])?,
                join(beta, &[wide])?,
                join(mean, &[wide])?,
                join(var, &[wide])?,
            ])?);
        }
        let mut rows = Vec::new();
        for bn in &self.norms {
            let (gamma, beta, mean, var) = bn.tensors();
            rows.extend([
                Var::constant(ctx.param(gamma)?.tensor()),
                Var::constant(ctx.param(beta)?.tensor()),
                ctx.stat(mean)?,
                ctx.stat(var)?,
            ]);
        }
        let shape = [self.norms.len(), 4, self.layer.output.channels];
        let norms = join(rows, &shape)?.tensor().clone();
        Ok(SoftCandidates { kernels, norms })
    }

    /// The soft pass through a block whose weights want no gradient: in each sub-block the sum of the
    /// candidates weighted by `p` [6, 4]; those with p <= 0.01 are left out, skips give zero. Batch
    /// norms in evaluation mode. The shadow batch norm is that of the rounded sum of skip
    /// probabilities: chosen on the GPU, where `known` does not give it.
    pub fn soft(
        &self,
        ctx: &Ctx<'_>,
        x: &Var,
        soft: &SoftCandidates,
        p: &Var,
        known: Option<usize>,
    ) -> Result<Var, GpuError> {
        let wide = self.expand.forward(ctx, x)?;
        let op = SoftDepthwise { stride: self.layer.stride, act: Activation::Relu6 };
        let inputs: Vec<&Var> = [&wide].into_iter().chain(&soft.kernels).chain([p]).collect();
        let mix = ctx.apply(op, &inputs)?;
        let y = self.project.forward(ctx, &mix)?;
        let residual = self.residual(x);
        if let Some(skipped) = known {
            return self.norm(skipped).onto(ctx, &y, residual);
        }
        let stats = select_row(ctx.gpu(), &soft.norms, p.tensor())?.map(|t| Var::constant(&t));
        let (eps, act) = (crate::nn::BN_EPS, Activation::Identity);
        let norm = BatchNormEval { eps, act, residual: residual.is_some() };
        let inputs: Vec<&Var> = std::iter::once(&y).chain(&stats).chain(residual).collect();
        ctx.apply(norm, &inputs)
    }

    /// What of the input comes to the output.
    fn residual<'a>(&self, x: &'a Var) -> Option<&'a Var> {
        self.layer.residual().then_some(x)
    }
}

/// The channels (second extent) of the given sub-blocks, c each, joined.
fn parts(ctx: &Ctx<'_>, x: &Var, sub_blocks: &[usize], c: usize) -> Result<Var, GpuError> {
    let parts = sub_blocks
        .iter()
        .map(|&b| ctx.apply(Narrow { dim: 1, start: b * c, len: c }, &[x]))
        .collect::<Result<Vec<_>, _>>()?;
    concat_channels(ctx, &parts)
}
