//! Pooled storage buffers. Dropping a [`Buffer`] gives its memory back for the next request of
//! that size class; since all work runs in one ordered stream, that is safe at once.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use super::GpuError;
use super::shared::Sharing;
use super::texels::{SPARE, Shared, Texels};

/// Sizes of what the pool holds, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolStats {
    /// Held from the driver, free or in use.
    pub allocated: u64,
    /// In use by tensors.
    pub in_use: u64,
    /// The most that was ever in use.
    pub peak: u64,
    /// Number of buffers held.
    pub buffers: u64,
}

/// A range of a storage buffer. Clones share the memory.
#[derive(Clone, Debug)]
pub struct Buffer {
    inner: Rc<Pooled>,
    offset: u64,
    size: u64,
}

/// A storage buffer in use, which goes back to its pool.
#[derive(Debug)]
struct Pooled {
    held: Rc<Held>,
    pool: Weak<RefCell<PoolInner>>,
}

/// A storage buffer, free or in use.
#[derive(Debug)]
struct Held {
    raw: wgpu::Buffer,
    id: u64,
    /// What reads its memory as texels, where that is possible.
    shared: Option<Shared>,
}

impl Drop for Pooled {
    fn drop(&mut self) {
        if let Some(pool) = self.pool.upgrade() {
            let mut p = pool.borrow_mut();
            let class = self.held.raw.size();
            p.stats.in_use -= class;
            p.free.entry(class).or_default().push(self.held.clone());
        }
    }
}

impl Buffer {
    /// Bytes of this range.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The range `offset..offset + size` of this one; `offset` must be a multiple of 256, which is
    /// what WebGPU asks of a binding.
    pub(crate) fn range(&self, offset: u64, size: u64) -> Buffer {
        debug_assert!(offset.is_multiple_of(256) && offset + size <= self.size);
        Buffer { inner: self.inner.clone(), offset: self.offset + offset, size }
    }

    /// All of the memory that this is a range of, and the byte at which it begins there.
    pub(crate) fn whole(&self) -> (Buffer, u64) {
        let size = self.inner.held.raw.size();
        (Buffer { inner: self.inner.clone(), offset: 0, size }, self.offset)
    }

    /// Whether both are the same range of the same memory.
    pub(crate) fn is_same(&self, other: &Buffer) -> bool {
        self.key() == other.key()
    }

    pub(super) fn raw(&self) -> &wgpu::Buffer {
        &self.inner.held.raw
    }

    /// This range as a texture in the same memory, where there can be one.
    pub(super) fn texels(&self) -> Option<Texels> {
        let held = &self.inner.held;
        held.shared.as_ref()?.texels(held.id, self.offset, held.raw.size() - self.offset)
    }

    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Identity for the cache of bind groups.
    pub(super) fn key(&self) -> [u64; 3] {
        [self.inner.held.id, self.offset, self.size]
    }

    pub(super) fn binding(&self) -> wgpu::BindingResource<'_> {
        wgpu::BindingResource::Buffer(wgpu::BufferBinding {
            buffer: self.raw(),
            offset: self.offset,
            size: std::num::NonZeroU64::new(self.size),
        })
    }
}

#[derive(Debug)]
struct PoolInner {
    free: BTreeMap<u64, Vec<Rc<Held>>>,
    stats: PoolStats,
    /// Bytes of all that was ever asked for.
    taken: u64,
    next_id: u64,
}

/// The pool of one device.
#[derive(Debug)]
pub(super) struct Pool {
    inner: Rc<RefCell<PoolInner>>,
    largest: u64,
    sharing: Option<Sharing>,
}

/// Smaller buffers are no textures as well: what those take in spare memory would outweigh a copy.
const SHARED: u64 = 1 << 14;

/// A free buffer serves in place of one of at most so many times less bytes; all smaller than
/// [`SMALL`] count as that.
const MOST_WASTE: u64 = 8;
const SMALL: u64 = 1 << 13;

/// Rounds up to a size class: four steps to each power of two, so that at most a quarter is lost.
fn size_class(bytes: u64) -> u64 {
    let bytes = bytes.max(256);
    let step = (bytes.next_power_of_two() / 8).max(256);
    bytes.div_ceil(step) * step
}

impl Pool {
    /// An empty pool; with `sharing` its buffers are textures as well.
    pub(super) fn new(limits: &wgpu::Limits, sharing: Option<Sharing>) -> Self {
        let (free, stats) = (BTreeMap::new(), PoolStats::default());
        let inner = PoolInner { free, stats, taken: 0, next_id: 0 };
        let largest = limits.max_storage_buffer_binding_size.min(limits.max_buffer_size);
        Pool { inner: Rc::new(RefCell::new(inner)), largest, sharing }
    }

    /// The most bytes that one buffer may have.
    pub(super) fn largest(&self) -> u64 {
        self.largest
    }

    pub(super) fn stats(&self) -> PoolStats {
        self.inner.borrow().stats
    }

    /// Bytes of all buffers that were ever asked for.
    pub(super) fn taken(&self) -> u64 {
        self.inner.borrow().taken
    }

    /// Forgets the buffers that nobody uses.
    pub(super) fn trim(&self) {
        let mut p = self.inner.borrow_mut();
        let free = std::mem::take(&mut p.free);
        for (class, list) in free {
            p.stats.allocated -= class * list.len() as u64;
            p.stats.buffers -= list.len() as u64;
        }
    }

    /// A buffer of at least `bytes`, its contents whatever they are.
    pub(super) fn take(&self, device: &wgpu::Device, bytes: u64) -> Result<Buffer, GpuError> {
        // A kernel reads by vec4, so a binding is a whole number of them.
        let size = bytes.max(16).next_multiple_of(16);
        if size > self.largest {
            return Err(GpuError::OutOfMemory {
                what: "a tensor over the limit of a binding".into(),
                bytes,
            });
        }
        let class = size_class(size).min(self.largest.max(size));
        let mut p = self.inner.borrow_mut();
        // The smallest free buffer that is large enough serves: else each new mix of sizes, as paths
        // of ever new widths bring, would hold memory of its own, and more of it in the end. But a
        // gradient of a few weights does not keep what a map of activations will ask for.
        let fitting = p.free.range_mut(class..=class.max(SMALL).saturating_mul(MOST_WASTE));
        let reused = fitting.map(|(_, list)| list).find_map(Vec::pop);
        let held = reused.unwrap_or_else(|| {
            p.stats.allocated += class;
            p.stats.buffers += 1;
            p.next_id += 1;
            Rc::new(self.make(device, class, p.next_id))
        });
        p.taken += size;
        p.stats.in_use += held.raw.size();
        p.stats.peak = p.stats.peak.max(p.stats.in_use);
        let inner = Pooled { held, pool: Rc::downgrade(&self.inner) };
        Ok(Buffer { inner: Rc::new(inner), offset: 0, size })
    }

    fn make(&self, device: &wgpu::Device, class: u64, id: u64) -> Held {
        let sharing = self.sharing.as_ref().filter(|_| class >= SHARED);
        if let Some((raw, memory)) = sharing.and_then(|s| s.buffer(class, SPARE)) {
            return Held { raw, id, shared: Some(Shared::new(memory)) };
        }
        let raw = device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: class,
            usage: wgpu::BufferUsages::STORAGE
                | wgpu::BufferUsages::COPY_SRC
                | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        Held { raw, id, shared: None }
    }
}

#[cfg(test)]
mod tests {
    use super::size_class;

    #[test]
    fn a_size_class_wastes_at_most_a_quarter() {
        for bytes in (1..100_000).step_by(7).chain([1 << 20, (1 << 20) + 1, 128 << 20]) {
            let class = size_class(bytes);
            assert!(class >= bytes && class.is_multiple_of(256));
            assert!(class <= 1024 || class * 4 <= bytes * 5, "{bytes} -> {class}");
            assert_eq!(size_class(class), class);
        }
    }
}
