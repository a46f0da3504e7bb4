//! Mesa's llvmpipe: a buffer and images of linear layout bound to one allocation. Vulkan lets such
//! resources alias ("Memory Aliasing": linear images and buffers see each other's contents); llvmpipe
//! computes dispatches one after the other and keeps no caches of images, so that nothing need be
//! waited for in between. Other drivers would need barriers that wgpu does not know of, so they are
//! not asked, and llvmpipe itself is tested once a device.

#![allow(unsafe_code)]

use std::sync::Arc;

use ash::vk;
use wgpu::hal::api::Vulkan;

use crate::gpu::Readback;
use crate::gpu::waited::Waited;

const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba32Float;
/// Bytes of a texel.
const TEXEL: u64 = 16;

/// A device whose buffers can be textures as well.
#[derive(Debug)]
pub(in crate::gpu) struct Sharing {
    device: wgpu::Device,
}

/// An allocation with a buffer at its start.
#[derive(Debug)]
pub(in crate::gpu) struct Memory {
    // Before the device, which must be there to free it.
    held: Arc<Held>,
    device: wgpu::Device,
}

/// Freed when the last buffer and texture in it have gone, each of which outlives its use.
struct Held {
    device: ash::Device,
    memory: vk::DeviceMemory,
    kind: u32,
    size: u64,
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.size)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // SAFETY: all resources in it have been destroyed; the resource that was the last of them
        // still keeps the device.
        unsafe { self.device.free_memory(self.memory, None) }
    }
}

/// Bytes of the largest heap at the device: others there are windows into it.
pub(in crate::gpu) fn capacity(device: &wgpu::Device) -> Option<u64> {
    // SAFETY: the device is only asked for what does not change.
    let properties = unsafe {
        let hal = device.as_hal::<Vulkan>()?;
        let instance = hal.shared_instance().raw_instance();
        instance.get_physical_device_memory_properties(hal.raw_physical_device())
    };
    let near = |heap: &&vk::MemoryHeap| heap.flags.contains(vk::MemoryHeapFlags::DEVICE_LOCAL);
    properties.memory_heaps_as_slice().iter().filter(near).map(|heap| heap.size).max()
}

impl Sharing {
    /// Where the driver is known to do it, and does.
    pub(in crate::gpu) fn find(
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        info: &wgpu::AdapterInfo,
    ) -> Option<Sharing> {
        let known = info.backend == wgpu::Backend::Vulkan && info.driver == "llvmpipe";
        let sharing = Sharing { device: device.clone() };
        (known && sharing.works(queue).is_some()).then_some(sharing)
    }

    /// Writes to a buffer and reads a texture over its second half.
    fn works(&self, queue: &wgpu::Queue) -> Option<()> {
        const BYTES: u64 = 6 * 256;
        let wrote: Vec<u8> = (0..BYTES).map(|i| (i % 251) as u8).collect();
        let (buffer, memory) = self.buffer(BYTES, BYTES)?;
        queue.write_buffer(&buffer, 0, &wrote);
        let texture = memory.texture(BYTES / 2, 16, 3)?;
        let host = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("shared memory"),
            size: BYTES / 2,
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let mut encoder = self.device.create_command_encoder(&Default::default());
        let layout = wgpu::TexelCopyBufferLayout {
            offset: 0,
            bytes_per_row: Some(256),
            rows_per_image: None,
        };
        encoder.copy_texture_to_buffer(
            texture.as_image_copy(),
            wgpu::TexelCopyBufferInfo { buffer: &host, layout },
            texture.size(),
        );
        queue.submit([encoder.finish()]);
        let (device, waited) = (self.device.clone(), Waited::default());
        let read = Readback::start(device, host, BYTES / 2, waited).wait().ok()?;
        let read: Vec<u8> = read.iter().flat_map(|v| v.to_bits().to_le_bytes()).collect();
        (read[..] == wrote[wrote.len() / 2..]).then_some(())
    }

    /// A storage buffer of `bytes`, of whose memory textures may take as much as `bytes` and `more`.
    pub(in crate::gpu) fn buffer(&self, bytes: u64, more: u64) -> Option<(wgpu::Buffer, Memory)> {
        // SAFETY: the device is only asked for new objects.
        let hal = unsafe { self.device.as_hal::<Vulkan>() }?;
        let raw = hal.raw_device();
        let usage = vk::BufferUsageFlags::STORAGE_BUFFER
            | vk::BufferUsageFlags::TRANSFER_SRC
            | vk::BufferUsageFlags::TRANSFER_DST;
        let info = vk::BufferCreateInfo::default().size(bytes).usage(usage);
        // SAFETY: what is made here is given to `held` and to wgpu, or destroyed on the way out; the
        // buffer is bound to memory of a kind and size that it asks for.
        let (buffer, held) = unsafe {
            let buffer = raw.create_buffer(&info, None).ok()?;
            let needs = raw.get_buffer_memory_requirements(buffer);
            let (kind, size) = (needs.memory_type_bits.trailing_zeros(), needs.size + more);
            let ask =
                vk::MemoryAllocateInfo::default().allocation_size(size).memory_type_index(kind);
            let held = raw.allocate_memory(&ask, None).ok().and_then(|memory| {
                let held = Held { device: raw.clone(), memory, kind, size };
                raw.bind_buffer_memory(buffer, memory, 0).ok().map(|()| held)
            });
            if held.is_none() {
                raw.destroy_buffer(buffer, None);
            }
            (buffer, Arc::new(held?))
        };
        let (device, keeps) = (raw.clone(), held.clone());
        let gone = Box::new(move || {
            // SAFETY: wgpu has no use for it any more. Its memory goes afterwards.
            unsafe { device.destroy_buffer(buffer, None) };
            drop(keeps);
        });
        // SAFETY: the buffer is of this device and as described; it lives until `gone`. Its contents
        // are whatever they are, like those of every buffer of the pool.
        let buffer = unsafe {
            let buffer = wgpu::hal::vulkan::Buffer::from_raw_externally_owned(buffer, gone);
            self.device.create_buffer_from_hal::<Vulkan>(
                buffer,
                &wgpu::BufferDescriptor {
                    label: None,
                    size: bytes,
                    usage: wgpu::BufferUsages::STORAGE
                        | wgpu::BufferUsages::COPY_SRC
                        | wgpu::BufferUsages::COPY_DST,
                    mapped_at_creation: false,
                },
            )
        };
        Some((buffer, Memory { held, device: self.device.clone() }))
    }
}

impl Memory {
    /// Rows of texels of four f32 from byte `offset` on; none where the driver would lay them out
    /// otherwise, or where they would not fit.
    pub(in crate::gpu) fn texture(
        &self,
        offset: u64,
        width: u32,
        height: u32,
    ) -> Option<wgpu::Texture> {
        // SAFETY: the device is only asked for new objects.
        let hal = unsafe { self.device.as_hal::<Vulkan>() }?;
        let raw = &self.held.device;
        let info = vk::ImageCreateInfo::default()
            .image_type(vk::ImageType::TYPE_2D)
            .format(vk::Format::R32G32B32A32_SFLOAT)
            .extent(vk::Extent3D { width, height, depth: 1 })
            .mip_levels(1)
            .array_layers(1)
            .samples(vk::SampleCountFlags::TYPE_1)
            .tiling(vk::ImageTiling::LINEAR)
            .usage(vk::ImageUsageFlags::STORAGE | vk::ImageUsageFlags::TRANSFER_SRC)
            .initial_layout(vk::ImageLayout::PREINITIALIZED);
        // SAFETY: the image is bound to memory only where kind, alignment and size are those that it
        // asks for, and destroyed on the way out otherwise.
        let image = unsafe {
            let image = raw.create_image(&info, None).ok()?;
            let needs = raw.get_image_memory_requirements(image);
            let whole = vk::ImageSubresource::default().aspect_mask(vk::ImageAspectFlags::COLOR);
            let laid = raw.get_image_subresource_layout(image, whole);
            let fits = needs.memory_type_bits & (1 << self.held.kind) != 0
                && offset.is_multiple_of(needs.alignment)
                && offset + needs.size <= self.held.size
                && laid.offset == 0
                && laid.row_pitch == u64::from(width) * TEXEL;
            if !fits || raw.bind_image_memory(image, self.held.memory, offset).is_err() {
                raw.destroy_image(image, None);
                return None;
            }
            image
        };
        let (device, keeps) = (raw.clone(), self.held.clone());
        let gone = Box::new(move || {
            // SAFETY: wgpu has no use for it any more. Its memory goes afterwards.
            unsafe { device.destroy_image(image, None) };
            drop(keeps);
        });
        let size = wgpu::Extent3d { width, height, depth_or_array_layers: 1 };
        let dimension = wgpu::TextureDimension::D2;
        let described = wgpu::hal::TextureDescriptor {
            label: None,
            size,
            mip_level_count: 1,
            sample_count: 1,
            dimension,
            format: FORMAT,
            usage: wgpu::TextureUses::STORAGE_READ_ONLY | wgpu::TextureUses::COPY_SRC,
            memory_flags: wgpu::hal::MemoryFlags::empty(),
            view_formats: Vec::new(),
        };
        // SAFETY: the image is of this device and as described, lives until `gone`, and is in memory
        // that wgpu leaves alone. llvmpipe knows no layouts, so that the first use needs no change.
        let texture = unsafe {
            let memory = wgpu::hal::vulkan::TextureMemory::External;
            let texture = hal.texture_from_raw(image, &described, Some(gone), memory);
            self.device.create_texture_from_hal::<Vulkan>(
                texture,
                &wgpu::TextureDescriptor {
                    label: None,
                    size,
                    mip_level_count: 1,
                    sample_count: 1,
                    dimension,
                    format: FORMAT,
                    usage: wgpu::TextureUsages::STORAGE_BINDING | wgpu::TextureUsages::COPY_SRC,
                    view_formats: &[],
                },
                wgpu::TextureUses::STORAGE_READ_ONLY,
            )
        };
        Some(texture)
    }
}
