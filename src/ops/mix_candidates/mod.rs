//! The weighted sum of a soft unified block: y = sum over k of p[b, k] z_k for the channels of each
//! sub-block b, over the candidates k3, k5, k7 with p > 0.01. A candidate left out loses value and
//! gradient, skip adds nothing. Gradients: dz_k = p[b, k] dy and dp[b, k] = sum of dy z_k over b.

mod twin;

use super::arithmetic::sum_to;
use super::walk::{Walk, walk_params};
use super::{Case, Cost, Forward, Op, Vjp};
use crate::gpu::shaders::search::{mix, mix_grad, mix_grad_chances, mix_grad_scalar, mix_scalar};
use crate::gpu::{Dispatch, Gpu, GpuError};
use crate::tensor::{HostArray, Shape, Tensor};

/// The soft choice among candidates. Inputs: z3, z5, z7, each [N, B c, H, W] for B sub-blocks, and
/// p [B, 4] (or flat) in the order k3, k5, k7, skip. Output: as z.
#[derive(Clone, Copy, Debug, Default)]
pub struct MixCandidates;

/// Candidates of a sub-block: k3, k5, k7, skip.
const OPS: usize = 4;

/// The walk over the sub-blocks as channels.
fn walk(gpu: &Gpu, z: &Shape, p: &Shape) -> Walk {
    let [n, c, h, w] = z.nchw();
    let blocks = p.len() / OPS;
    Walk::new(gpu, n, blocks, c / blocks * h * w)
}

impl MixCandidates {
    fn grad_candidates(&self, gpu: &Gpu, ctx: &Vjp<'_>) -> Result<[Tensor; 3], GpuError> {
        let (dy, p) = (ctx.grad, &ctx.inputs[3]);
        let walk = walk(gpu, dy.shape(), p.shape());
        let empty = || Tensor::empty(gpu, *dy.shape());
        let dz = [empty()?, empty()?, empty()?];
        let vector = walk_params!(mix_grad, walk);
        let scalar = walk_params!(mix_grad_scalar, walk);
        let (shader, params) = if walk.vec {
            (&mix_grad::SHADER, bytemuck::bytes_of(&vector))
        } else {
            (&mix_grad_scalar::SHADER, bytemuck::bytes_of(&scalar))
        };
        gpu.dispatch(Dispatch {
            shader,
            constants: &[],
            params,
            bindings: &[p, dy, &dz[0], &dz[1], &dz[2]].map(Tensor::buffer),
            groups: walk.groups(),
            work: 4 * dy.len() as u64,
        })?;
        Ok(dz)
    }

    fn grad_chances(&self, gpu: &Gpu, ctx: &Vjp<'_>) -> Result<Tensor, GpuError> {
        let [z3, z5, z7, p] = ctx.inputs else { return Err(GpuError::MissingRule(self.name())) };
        let walk = walk(gpu, z3.shape(), p.shape());
        let blocks = walk.channels as usize;
        let parts = Tensor::empty(gpu, [blocks, walk.parts() as usize, OPS])?;
        gpu.dispatch(Dispatch {
            shader: &mix_grad_chances::SHADER,
            constants: &walk.reduction(),
            params: bytemuck::bytes_of(&walk_params!(mix_grad_chances, walk)),
            bindings: &[p, ctx.grad, z3, z5, z7, &parts].map(Tensor::buffer),
            groups: walk.groups(),
            work: 4 * z3.len() as u64,
        })?;
        let kept = Shape::new(&[blocks, 1, OPS]);
        sum_to(gpu, &parts, None, parts.shape(), &kept, 1.0)?.reshape(*p.shape())
    }
}

impl Op for MixCandidates {
    fn name(&self) -> &'static str {
        "mix_candidates"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, GpuError> {
        let (z, p) = (inputs[0], inputs[3]);
        let blocks = p.len() / OPS;
        let whole = blocks > 0 && p.len() == blocks * OPS && z.dim(1).is_multiple_of(blocks);
        if !whole || z.is_empty() || inputs[1] != z || inputs[2] != z {
            let why = format!("candidates {:?} with probabilities {p}", &inputs[..3]);
            return Err(GpuError::Shape { op: self.name(), why });
        }
        Ok(*z)
    }

    fn forward(&self, gpu: &Gpu, inputs: &[&Tensor]) -> Result<Forward, GpuError> {
        let shapes: Vec<&Shape> = inputs.iter().map(|t| t.shape()).collect();
        let y = Tensor::empty(gpu, self.shape(&shapes)?)?;
        let walk = walk(gpu, y.shape(), inputs[3].shape());
        let (vector, scalar) = (walk_params!(mix, walk), walk_params!(mix_scalar, walk));
        let (shader, params) = if walk.vec {
            (&mix::SHADER, bytemuck::bytes_of(&vector))
        } else {
            (&mix_scalar::SHADER, bytemuck::bytes_of(&scalar))
        };
        gpu.dispatch(Dispatch {
            shader,
            constants: &[],
            params,
            bindings: &[inputs[3], inputs[0], inputs[1], inputs[2], &y].map(Tensor::buffer),
            groups: walk.groups(),
            work: 4 * y.len() as u64,
        })?;
        Ok(y.into())
    }

    fn vjp(&self, gpu: &Gpu, ctx: &Vjp<'_>) -> Result<Vec<Option<Tensor>>, GpuError> {
        let [dz3, dz5, dz7] = match ctx.needs[..3].contains(&true) {
            true => self.grad_candidates(gpu, ctx)?.map(Some),
            false => [None, None, None],
        };
        let dp = match ctx.needs[3] {
            true => Some(self.grad_chances(gpu, ctx)?),
            false => None,
        };
        Ok(vec![dz3, dz5, dz7, dp])
    }

    fn twin(&self, inputs: &[HostArray]) -> HostArray {
        twin::mix([&inputs[0], &inputs[1], &inputs[2]], &inputs[3])
    }

    fn cost(&self, inputs: &[&Shape]) -> Cost {
        let n = inputs[0].len() as u64;
        Cost { macs: 3 * n, bytes: 16 * n }
    }
}

/// Test cases: sub-blocks of one channel and of several, of a multiple of four values or not, with
/// candidates left out, all of them in one sub-block.
pub(super) fn cases() -> Vec<Case> {
    let case = |shape: [usize; 4], flat: bool| {
        let mut p = HostArray::sample([6, 4], 9);
        p.data.iter_mut().for_each(|v| *v = f64::from((0.05 + v.abs() / 4.0) as f32));
        // Far enough from the threshold for finite differences.
        p.data[5] = 0.004;
        p.data[8..11].fill(0.0);
        p.data[12] = 0.02;
        if flat {
            p.shape = Shape::new(&[24]);
        }
        let mut inputs: Vec<_> = (0..3).map(|salt| HostArray::sample(shape, salt)).collect();
        inputs.push(p);
        Case::new(format!("mix_candidates {shape:?}"), MixCandidates, inputs)
    };
    vec![
        case([2, 6, 1, 1], false),
        case([3, 18, 3, 3], true),
        case([2, 24, 3, 3], false),
        case([1, 6, 4, 5], true),
    ]
}
