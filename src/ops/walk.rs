//! How kernels walk over the channels of a tensor: the host's side of
//! `shaders/lib/channel_walk.wgsl`.

use crate::gpu::{Gpu, KernelStyle, groups_1d};

/// How invocations share the channels of a tensor [images, channels, values]: `lanes` of them side
/// by side on each plane, for `per` images of one of `splits` parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Walk {
    pub(super) images: u32,
    pub(super) channels: u32,
    pub(super) values: u32,
    pub(super) lanes: u32,
    pub(super) splits: u32,
    pub(super) per: u32,
    /// Planes are whole numbers of vec4.
    pub(super) vec: bool,
    /// Lanes of a workgroup merge what they sum.
    tiles: bool,
}

/// A driver may end a loop after 65,535 rounds.
const MOST_ROUNDS: usize = 60_000;

impl Walk {
    pub(super) fn new(gpu: &Gpu, images: usize, channels: usize, values: usize) -> Self {
        Walk::of(gpu.style(), images, channels, values)
    }

    fn of(style: KernelStyle, images: usize, channels: usize, values: usize) -> Self {
        let chunks = (values / 4).max(1);
        let (lanes, wanted) = match style {
            // A software driver runs eight invocations in step. On small planes each has a channel
            // of its own, so that together they read a long stretch of memory; on large ones, which
            // lie powers of two apart, that would exhaust the ways of the cache.
            KernelStyle::Registers | KernelStyle::Subgroups => {
                (if chunks < SMALL_PLANE { 1 } else { 8 }, 1 << 10)
            }
            KernelStyle::Tiles => (chunks.next_power_of_two().min(64), 1 << 16),
        };
        let lanes = lanes.max(chunks.div_ceil(MOST_ROUNDS).next_power_of_two());
        let splits = (wanted / (channels * lanes).max(1)).clamp(1, images.max(1));
        let per = images.div_ceil(splits).clamp(1, MOST_ROUNDS);
        Walk {
            images: images as u32,
            channels: channels as u32,
            values: values as u32,
            lanes: lanes as u32,
            splits: images.div_ceil(per) as u32,
            per: per as u32,
            vec: values.is_multiple_of(4),
            tiles: style == KernelStyle::Tiles,
        }
    }

    /// Parts that a reduction leaves of each channel.
    pub(super) fn parts(&self) -> u32 {
        let merged = if self.tiles { self.lanes.min(64) } else { 1 };
        self.splits * self.lanes / merged
    }

    pub(super) fn groups(&self) -> [u32; 3] {
        groups_1d((self.channels * self.splits * self.lanes) as usize, 64)
    }

    /// The override constants of a reduction.
    pub(super) fn reduction(&self) -> [(&'static str, f64); 2] {
        [("VEC", f64::from(u8::from(self.vec))), ("TILES", f64::from(u8::from(self.tiles)))]
    }
}

/// Chunks of four values from which on several lanes share a plane on software drivers.
const SMALL_PLANE: usize = 16;

/// The `Params` of a kernel that walks over channels.
macro_rules! walk_params {
    ($kernel:ident, $walk:expr $(, $extra:ident: $value:expr)*) => {
        $kernel::Params {
            images: $walk.images,
            channels: $walk.channels,
            values: $walk.values,
            lanes: $walk.lanes,
            splits: $walk.splits,
            per: $walk.per,
            $($extra: $value,)*
        }
    };
}

pub(super) use walk_params;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_plane_of_every_image_is_walked_within_the_bound_of_a_loop() {
        let shapes = [
            (1, 1, 1),
            (128, 1152, 49),
            (7, 3, 1024),
            (1, 1, 3067 * 3067),
            (70_000, 1, 4),
            (32, 96, 1 << 20),
        ];
        for style in [KernelStyle::Registers, KernelStyle::Tiles] {
            for (images, channels, values) in shapes {
                let w = Walk::of(style, images, channels, values);
                assert!(w.splits * w.per >= w.images && (w.splits - 1) * w.per < w.images);
                assert!(w.per <= 65_535 && w.values / 4 / w.lanes <= 65_535, "{w:?}");
                assert!(w.lanes.is_power_of_two() && w.parts() * 64 >= w.splits * w.lanes);
            }
        }
    }
}
