//! Tensors: f32, contiguous, row-major (NCHW for images), on the GPU or on the host. No operator
//! lives here, only shapes, memory and transfer.

mod device;
mod host;
mod shape;

pub use device::Tensor;
pub use host::HostArray;
pub use shape::Shape;
