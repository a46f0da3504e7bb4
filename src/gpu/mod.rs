//! The GPU as the engine sees it: a device with its limits, pooled buffers, cached pipelines, one
//! stream of recorded dispatches, readback, timing, and loss of the device as a value. Shapes,
//! tensors and mathematics do not live here.

mod adapter;
mod buffer;
mod device;
mod error;
mod pacer;
mod pipeline;
mod profile;
mod readback;
mod record;
mod rehearse;
mod shader;
mod shared;
mod stream;
mod texels;
mod variants;
mod waited;

pub use adapter::{AdapterChoice, AdapterReport, list_adapters};
pub use buffer::{Buffer, PoolStats};
pub use device::Gpu;
pub use error::GpuError;
pub use profile::{KernelTime, ProfileReport};
pub use readback::Readback;
pub use record::Recorded;
pub use rehearse::{Kernel, Making};
pub use shader::{Access, Bulk, Field, Shader, Unit, Words};
pub use stream::{Dispatch, groups_1d};
pub use variants::{KernelChoice, KernelStyle};

/// The kernels under `shaders/`, as `build.rs` found them.
// A family may have a kernel of its own name.
#[allow(clippy::module_inception)]
pub mod shaders {
    pub use super::shader::Shader;
    include!(concat!(env!("OUT_DIR"), "/shaders.rs"));
}
