//! Groups of consecutive channels with tensors of their own: a block has a norm for each of its
//! candidates. Where these lie in one arena, a kernel finds them by their places, and no pass
//! brings them together.

use super::running::Running;
use crate::gpu::{Buffer, Gpu, GpuError};
use crate::ops::Op;
use crate::ops::concat::Concat;
use crate::tensor::Tensor;

/// Groups that a kernel tells apart.
const MOST: usize = 6;

/// Where tensors of groups begin in their arena, in values.
type Places = [u32; MOST];

/// The arena of up to [`MOST`] tensors of one length, if they have one.
fn together(tensors: &[&Tensor]) -> Option<(Buffer, Places)> {
    let (arena, _) = tensors.first()?.arena();
    let mut places = Places::default();
    for (k, tensor) in tensors.iter().enumerate() {
        let (other, at) = tensor.arena();
        if k == MOST || tensor.len() != tensors[0].len() || !other.is_same(&arena) {
            return None;
        }
        places[k] = at as u32;
    }
    Some((arena, places))
}

/// Scale and shift by group of channels.
#[derive(Clone, Copy)]
pub(crate) struct Affine<'a> {
    /// Scales, a tensor a group.
    pub(crate) gamma: &'a [&'a Tensor],
    /// Shifts, as the scales.
    pub(crate) beta: &'a [&'a Tensor],
}

/// What a kernel binds of an [`Affine`].
pub(super) struct Bound {
    pub(super) gamma: Buffer,
    pub(super) beta: Buffer,
    pub(super) gammas: Places,
    pub(super) betas: Places,
    /// Channels of a group.
    pub(super) of_group: u32,
}

impl Affine<'_> {
    /// As they lie where a kernel finds them so, else brought together as one group.
    pub(super) fn bound(&self, gpu: &Gpu) -> Result<Bound, GpuError> {
        let lie = (together(self.gamma), together(self.beta));
        if let (Some((gamma, gammas)), Some((beta, betas))) = lie {
            let of_group = self.gamma[0].len() as u32;
            return Ok(Bound { gamma, beta, gammas, betas, of_group });
        }
        let joined = |parts| Ok(Concat { dim: 0 }.forward(gpu, parts)?.output);
        let [gamma, beta]: [Tensor; 2] = [joined(self.gamma)?, joined(self.beta)?];
        Affine { gamma: &[&gamma], beta: &[&beta] }.bound(gpu)
    }
}

/// Running statistics that lie in one arena, of groups of as many channels.
pub(super) struct Together {
    pub(super) arena: Buffer,
    pub(super) means: Places,
    pub(super) variances: Places,
    /// Channels of a group.
    pub(super) of_group: u32,
    pub(super) groups: u32,
    pub(super) momentum: f32,
}

impl Together {
    /// No statistics; what is bound for them is not touched.
    pub(super) fn nothing(any: Buffer) -> Self {
        let (means, variances) = (Places::default(), Places::default());
        Together { arena: any, means, variances, of_group: 1, groups: 0, momentum: 0.0 }
    }

    /// Those of a batch of so many channels, if they do.
    pub(super) fn of(running: &[Running], channels: usize) -> Option<Self> {
        let first = running.first()?;
        let (of_group, momentum) = (first.mean.len(), first.momentum);
        let (means, variances): (Vec<_>, Vec<_>) =
            running.iter().map(|r| (&r.mean, &r.var)).unzip();
        let ((arena, means), (other, variances)) = (together(&means)?, together(&variances)?);
        let alike = first.var.len() == of_group
            && other.is_same(&arena)
            && running.iter().all(|r| r.momentum.to_bits() == momentum.to_bits());
        (alike && of_group * running.len() <= channels).then_some(Together {
            arena,
            means,
            variances,
            of_group: of_group as u32,
            groups: running.len() as u32,
            momentum,
        })
    }
}
