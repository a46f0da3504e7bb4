//! No driver here shares memory between buffers and textures.

/// There is none.
#[derive(Debug)]
pub(in crate::gpu) enum Memory {}

impl Memory {
    /// See the other system's.
    pub(in crate::gpu) fn texture(&self, _: u64, _: u32, _: u32) -> Option<wgpu::Texture> {
        match *self {}
    }
}

/// There is none.
#[derive(Debug)]
pub(in crate::gpu) enum Sharing {}

impl Sharing {
    /// None.
    pub(in crate::gpu) fn find(
        _: &wgpu::Device,
        _: &wgpu::Queue,
        _: &wgpu::AdapterInfo,
    ) -> Option<Sharing> {
        None
    }

    /// See the other system's.
    pub(in crate::gpu) fn buffer(&self, _: u64, _: u64) -> Option<(wgpu::Buffer, Memory)> {
        match *self {}
    }
}

/// Not known.
pub(in crate::gpu) fn capacity(_: &wgpu::Device) -> Option<u64> {
    None
}
