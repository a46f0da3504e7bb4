//! Textures for what kernels read in bulk on software drivers, which load the words of a buffer lane
//! by lane but fetch texels whole, several times as fast. Where the driver has textures in a buffer's own
//! memory, a tensor is read through one of those ([`Shared`]); elsewhere even the driver's copy of it into
//! a texture, made before a dispatch, pays off ([`Staging`]). Kernels of GPUs never come here.

use std::cell::RefCell;
use std::collections::HashMap;

use super::Buffer;
use super::shared::Memory;

/// How a kernel binds such a texture: as storage, whose loads know no levels of detail and take
/// llvmpipe far fewer instructions than a sampled texture's.
pub(super) const BINDING: wgpu::BindingType = wgpu::BindingType::StorageTexture {
    access: wgpu::StorageTextureAccess::ReadOnly,
    format: wgpu::TextureFormat::Rgba32Float,
    view_dimension: wgpu::TextureViewDimension::D2,
};

/// Texels of a row; `texel_place` in shaders/lib/quads_wide.wgsl knows it.
const WIDTH: u32 = 1024;
/// Bytes of a texel.
const TEXEL: u32 = 16;
/// Rows that WebGPU grants.
const TALLEST: u32 = 8192;
/// The most bytes of a tensor that can be read so.
pub(super) const LARGEST: u64 = TALLEST as u64 * WIDTH as u64 * TEXEL as u64;

/// A texture that a dispatch reads.
#[derive(Clone, Debug)]
pub(super) struct Texels {
    raw: wgpu::Texture,
    view: wgpu::TextureView,
    key: [u64; 3],
}

impl Texels {
    fn new(raw: wgpu::Texture, key: [u64; 3]) -> Texels {
        let view = raw.create_view(&wgpu::TextureViewDescriptor::default());
        Texels { raw, view, key }
    }

    /// Identity for the cache of bind groups, apart from every buffer's.
    pub(super) fn key(&self) -> [u64; 3] {
        self.key
    }

    pub(super) fn binding(&self) -> wgpu::BindingResource<'_> {
        wgpu::BindingResource::TextureView(&self.view)
    }
}

/// Memory that textures beyond a buffer's end may take: what rounding up to rows, their number to
/// another than a power of two, and a driver's own rounding need.
pub(super) const SPARE: u64 = 8 * WIDTH as u64 * TEXEL as u64;

/// The textures in the memory of one buffer, by where they begin.
#[derive(Debug)]
pub(super) struct Shared {
    made: RefCell<HashMap<u64, Option<Texels>>>,
    memory: Memory,
}

impl Shared {
    pub(super) fn new(memory: Memory) -> Shared {
        Shared { made: RefCell::default(), memory }
    }

    /// The texture from `offset` on, over `bytes`, of buffer `id`; none where the driver refuses.
    pub(super) fn texels(&self, id: u64, offset: u64, bytes: u64) -> Option<Texels> {
        let mut made = self.made.borrow_mut();
        let texels = made.entry(offset).or_insert_with(|| {
            let rows = bytes.div_ceil(u64::from(WIDTH * TEXEL)) as u32;
            let raw = self.memory.texture(offset, WIDTH, uneven(rows))?;
            Some(Texels::new(raw, [id, offset, u64::MAX]))
        });
        texels.clone()
    }
}

/// The textures of one device into which buffers are copied. Dispatches run one after the other, so each
/// may use all of them. A texture keeps what it holds until its buffer is written, since kernels that
/// share work read the same tensors in turn.
#[derive(Debug, Default)]
pub(super) struct Staging {
    made: Vec<Kept>,
    uses: u64,
}

#[derive(Debug)]
struct Kept {
    texels: Texels,
    height: u32,
    /// The buffer whose values it holds, as long as they are its values.
    holds: Option<[u64; 3]>,
    /// When it was last used.
    used: u64,
}

impl Staging {
    /// Bytes of all textures.
    pub(super) fn bytes(&self) -> u64 {
        self.made.iter().map(|kept| u64::from(kept.height * WIDTH * TEXEL)).sum()
    }

    /// Forgets all textures.
    pub(super) fn clear(&mut self) {
        self.made.clear();
    }

    /// Forgets what was copied of a buffer, which is about to change.
    pub(super) fn wrote(&mut self, buffer: &Buffer) {
        let [id, ..] = buffer.key();
        for kept in &mut self.made {
            if kept.holds.is_some_and(|[held, ..]| held == id) {
                kept.holds = None;
            }
        }
    }

    /// The texture that holds `buffer`, where there is one.
    pub(super) fn held(&mut self, buffer: &Buffer) -> Option<Texels> {
        self.uses += 1;
        let kept = self.made.iter_mut().find(|kept| kept.holds == Some(buffer.key()))?;
        kept.used = self.uses;
        Some(kept.texels.clone())
    }

    /// Records a copy of `buffer` into a texture that is none of `taken`.
    pub(super) fn copy(
        &mut self,
        device: &wgpu::Device,
        encoder: &mut wgpu::CommandEncoder,
        taken: &[Texels],
        buffer: &Buffer,
    ) -> Texels {
        let texels = (buffer.size() / u64::from(TEXEL)) as u32;
        let (rows, rest) = (texels / WIDTH, texels % WIDTH);
        let height = uneven(texels.div_ceil(WIDTH).next_power_of_two());
        let free = |kept: &&mut Kept| {
            kept.height == height && taken.iter().all(|t| t.key != kept.texels.key)
        };
        let oldest = |kept: &&mut Kept| (kept.holds.is_some(), kept.used);
        let to = match self.made.iter_mut().filter(free).min_by_key(oldest) {
            Some(kept) => {
                kept.holds = Some(buffer.key());
                kept.used = self.uses;
                kept.texels.clone()
            }
            None => {
                let texels = make(device, height, self.made.len() as u64);
                let (holds, used) = (Some(buffer.key()), self.uses);
                self.made.push(Kept { texels: texels.clone(), height, holds, used });
                texels
            }
        };
        let mut part = |row, width, rows| {
            let offset = buffer.offset() + u64::from(row * WIDTH * TEXEL);
            encoder.copy_buffer_to_texture(
                wgpu::TexelCopyBufferInfo {
                    buffer: buffer.raw(),
                    layout: wgpu::TexelCopyBufferLayout {
                        offset,
                        bytes_per_row: Some(WIDTH * TEXEL),
                        rows_per_image: None,
                    },
                },
                wgpu::TexelCopyTextureInfo {
                    texture: &to.raw,
                    mip_level: 0,
                    origin: wgpu::Origin3d { x: 0, y: row, z: 0 },
                    aspect: wgpu::TextureAspect::All,
                },
                wgpu::Extent3d { width, height: rows, depth_or_array_layers: 1 },
            );
        };
        if rows > 0 {
            part(0, WIDTH, rows);
        }
        if rest > 0 {
            part(rows, rest, 1);
        }
        to
    }
}

/// At least so many rows, and but for the tallest no power of two: a driver compiles a kernel anew for
/// those.
fn uneven(rows: u32) -> u32 {
    if rows.is_power_of_two() { (rows + 1).clamp(3, TALLEST) } else { rows }
}

fn make(device: &wgpu::Device, height: u32, id: u64) -> Texels {
    let raw = device.create_texture(&wgpu::TextureDescriptor {
        label: Some("texels"),
        size: wgpu::Extent3d { width: WIDTH, height, depth_or_array_layers: 1 },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: wgpu::TextureFormat::Rgba32Float,
        usage: wgpu::TextureUsages::STORAGE_BINDING | wgpu::TextureUsages::COPY_DST,
        view_formats: &[],
    });
    Texels::new(raw, [id, u64::MAX, u64::MAX])
}

#[cfg(test)]
mod tests {
    use super::{TALLEST, uneven};

    #[test]
    fn only_the_tallest_texture_has_a_power_of_two_of_rows() {
        for rows in 1..=TALLEST {
            let height = uneven(rows);
            assert!(height >= rows && height <= TALLEST && height <= rows.max(2) + 1);
            assert!(!height.is_power_of_two() || height == TALLEST, "{rows} rows: {height}");
        }
    }
}
