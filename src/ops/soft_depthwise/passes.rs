//! The passes over the wide tensors.

use super::{Inputs, OPS, SIZES, SoftDepthwise};
use crate::gpu::shaders::search::{soft_chances, soft_mix, soft_mix_odd, soft_terms};
use crate::gpu::{Dispatch, Gpu, GpuError, groups_1d};
use crate::ops::arithmetic::sum_to;
use crate::ops::bottleneck::ranges::{Back, Room, Way, back_range, backward_cut, forward_range};
use crate::ops::mixed_depthwise::Range;
use crate::ops::product::Normed;
use crate::ops::walk::{Walk, walk_params};
use crate::tensor::{Shape, Tensor};

/// Values by channel of all candidates, and how they lie.
pub(super) struct Passes<'a> {
    gpu: &'a Gpu,
    op: SoftDepthwise,
    channels: usize,
    blocks: usize,
    /// See `shaders/search/soft_terms.wgsl`.
    pub(super) terms: Tensor,
}

/// A tensor within another begins at a multiple of so many values.
const PLACE: usize = 64;

impl<'a> Passes<'a> {
    /// Makes what the passes read by channel.
    pub(super) fn new(
        gpu: &'a Gpu,
        op: &SoftDepthwise,
        i: &Inputs<'_, &Tensor>,
    ) -> Result<Self, GpuError> {
        let channels = i.x.shape().dim(1);
        let terms = Tensor::empty(gpu, [SIZES.len(), pitch(channels)])?;
        let passes = Passes::again(gpu, op, (i.x, i.p), terms);
        let (norms, pitch) = passes.places();
        gpu.dispatch(Dispatch {
            shader: &soft_terms::SHADER,
            constants: &[],
            params: bytemuck::bytes_of(&soft_terms::Params {
                channels: channels as u32,
                block: (channels / passes.blocks) as u32,
                norms,
                pitch,
            }),
            bindings: &[i.p, i.norm, i.norms[0], i.norms[1], i.norms[2], &passes.terms]
                .map(Tensor::buffer),
            groups: groups_1d(channels, 64),
            work: passes.terms.len() as u64,
        })?;
        Ok(passes)
    }

    /// The same from what they left.
    pub(super) fn again(
        gpu: &'a Gpu,
        op: &SoftDepthwise,
        (x, p): (&Tensor, &Tensor),
        terms: Tensor,
    ) -> Self {
        let (channels, blocks) = (x.shape().dim(1), p.len() / OPS);
        Passes { gpu, op: *op, channels, blocks, terms }
    }

    /// Where the kernels find the norms of what a candidate gives, and the next candidate: vec4s.
    fn places(&self) -> (u32, u32) {
        (norms(self.channels) as u32 / 4, pitch(self.channels) as u32 / 4)
    }

    /// The input's norm as candidate k reads it.
    fn input_norm(&self, k: usize) -> Result<Tensor, GpuError> {
        self.terms.view(k * pitch(self.channels), [self.channels, 4])
    }

    /// The norm of what candidate k gives, with its chance.
    fn output_norm(&self, k: usize) -> Result<Tensor, GpuError> {
        self.terms.view(k * pitch(self.channels) + norms(self.channels), [self.channels, 8])
    }

    fn range(&self, k: usize, x: &Shape) -> Option<Range> {
        self.op.of_size(SIZES[k]).ranges(x).next()
    }

    /// The candidates' convolutions, whose outputs are shaped as y.
    pub(super) fn convolve(
        &self,
        x: &Tensor,
        kernels: [&Tensor; 3],
        y: &Tensor,
    ) -> Result<[Tensor; 3], GpuError> {
        let new = || Tensor::empty(self.gpu, *y.shape());
        let z = [new()?, new()?, new()?];
        let none = Tensor::empty(self.gpu, [1, 1, 4])?;
        for (k, (w, z)) in kernels.into_iter().zip(&z).enumerate() {
            let Some(range) = self.range(k, x.shape()) else { continue };
            let cut = range.forward_cut(self.gpu);
            let coefficients = &self.input_norm(k)?;
            let norm = Normed { coefficients, act: self.op.act };
            let way = Way::Soft { more: false };
            forward_range(self.gpu, (&range, &cut), way, (x, norm), w, (z, &none))?;
        }
        Ok(z)
    }

    fn walk(&self, y: &Shape) -> Walk {
        let [n, c, h, w] = y.nchw();
        Walk::new(self.gpu, n, c, h * w)
    }

    /// y from the candidates' convolutions.
    pub(super) fn mix(&self, [z3, z5, z7]: &[Tensor; 3], y: &Tensor) -> Result<(), GpuError> {
        let walk = self.walk(y.shape());
        let (norms, pitch) = self.places();
        let even = walk_params!(soft_mix, walk, norms: norms, pitch: pitch);
        let odd = walk_params!(soft_mix_odd, walk, norms: norms, pitch: pitch);
        let (shader, params) = if walk.vec {
            (&soft_mix::SHADER, bytemuck::bytes_of(&even))
        } else {
            (&soft_mix_odd::SHADER, bytemuck::bytes_of(&odd))
        };
        self.gpu.dispatch(Dispatch {
            shader,
            constants: &[self.op.act.constant()],
            params,
            bindings: &[&self.terms, z3, z5, z7, y].map(Tensor::buffer),
            groups: walk.groups(),
            work: 4 * y.len() as u64,
        })
    }

    /// The gradient by x.
    pub(super) fn input_grad(
        &self,
        x: &Tensor,
        kernels: [&Tensor; 3],
        (z, dy): ([&Tensor; 3], &Tensor),
    ) -> Result<Tensor, GpuError> {
        let dx = Tensor::empty(self.gpu, *x.shape())?;
        let none = Tensor::empty(self.gpu, [4])?;
        for (k, w) in kernels.into_iter().enumerate() {
            let Some(range) = self.range(k, x.shape()) else { continue };
            let cut = backward_cut(self.gpu, &range);
            let coefficients = &self.input_norm(k)?;
            let norm = Normed { coefficients, act: self.op.act };
            let terms = &self.output_norm(k)?;
            let back = Back { dao: dy, zo: z[k], terms, z: x, norm };
            let way = Way::Soft { more: k > 0 };
            let to = (&dx, &none);
            back_range(self.gpu, (&range, &cut), way, &back, w, to, Room::default())?;
        }
        Ok(dx)
    }

    /// The gradient by p.
    pub(super) fn chances_grad(
        &self,
        ([z3, z5, z7], dy): ([&Tensor; 3], &Tensor),
        p: &Shape,
    ) -> Result<Tensor, GpuError> {
        let walk = self.walk(dy.shape());
        let of_block = self.channels / self.blocks * walk.parts() as usize;
        let parts = Tensor::empty(self.gpu, [self.blocks, of_block, OPS])?;
        let (norms, pitch) = self.places();
        let [vec, tiles] = walk.reduction();
        self.gpu.dispatch(Dispatch {
            shader: &soft_chances::SHADER,
            constants: &[vec, tiles, self.op.act.constant()],
            params: bytemuck::bytes_of(
                &walk_params!(soft_chances, walk, norms: norms, pitch: pitch),
            ),
            bindings: &[&self.terms, dy, z3, z5, z7, &parts].map(Tensor::buffer),
            groups: walk.groups(),
            work: 4 * dy.len() as u64,
        })?;
        let kept = Shape::new(&[self.blocks, 1, OPS]);
        sum_to(self.gpu, &parts, None, parts.shape(), &kept, 1.0)?.reshape(*p)
    }
}

/// Values before the norms of what a candidate gives: those of its input.
fn norms(channels: usize) -> usize {
    (4 * channels).next_multiple_of(PLACE)
}

/// Values of a candidate.
fn pitch(channels: usize) -> usize {
    norms(channels) + (8 * channels).next_multiple_of(PLACE)
}
