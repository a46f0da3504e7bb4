//! How kernels walk over the channels of a tensor: the host's side of
//! `shaders/lib/channel_walk.wgsl`.

use crate::gpu::{Gpu, KernelStyle, groups_1d};

/// How invocations share the channels of a tensor [images, channels, plane]: `lanes` of them side by side in each of
/// `splits` parts of `per` items; an item is a vec4 where planes are whole numbers of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk {
    pub(super) images: u32,
    pub(super) channels: u32,
    pub(super) plane: u32,
    pub(super) lanes: u32,
    pub(super) splits: u32,
    pub(super) per: u32,
    pub(super) vec: bool,
    pub(super) tiles: bool,
}

/// A driver may end a loop after 65,535 rounds.
const MOST_ROUNDS: usize = 60_000;

impl Walk {
    pub(super) fn new(gpu: &Gpu, n: usize, c: usize, values: usize) -> Self {
        let vec = values.is_multiple_of(4);
        let plane = if vec { values / 4 } else { values };
        let tiles = gpu.style() == KernelStyle::Tiles;
        // Software drivers run eight lanes at a time and want few parts; a GPU wants many
        // workgroups, each of one part.
        let (lanes, wanted) = if tiles { (64, 512 / c.max(1)) } else { (8, 128 / c.max(1)) };
        let items = n * plane;
        let splits = wanted.clamp(1, (items / (lanes * 8)).clamp(1, 64));
        let splits = splits.max(items.div_ceil(lanes * MOST_ROUNDS));
        let per = items.div_ceil(splits);
        Walk {
            images: n as u32,
            channels: c as u32,
            plane: plane as u32,
            lanes: lanes as u32,
            splits: splits as u32,
            per: per as u32,
            vec,
            tiles,
        }
    }

    /// Parts that a reduction leaves of each channel.
    pub(super) fn parts(&self) -> u32 {
        if self.tiles { self.splits } else { self.splits * self.lanes }
    }

    pub(super) fn groups(&self) -> [u32; 3] {
        groups_1d((self.channels * self.splits * self.lanes) as usize, 64)
    }

    pub(super) fn reduction(&self) -> [(&'static str, f64); 2] {
        [("VEC", f64::from(u8::from(self.vec))), ("TILES", f64::from(u8::from(self.tiles)))]
    }
}

/// The `Params` of a kernel that walks over channels.
macro_rules! walk_params {
    ($kernel:ident, $walk:expr $(, $extra:ident: $value:expr)?) => {
        $kernel::Params {
            images: $walk.images,
            channels: $walk.channels,
            plane: $walk.plane,
            lanes: $walk.lanes,
            splits: $walk.splits,
            per: $walk.per,
            $($extra: $value,)?
        }
    };
}

pub(super) use walk_params;
