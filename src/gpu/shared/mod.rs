//! Memory that is a storage buffer and textures at once. Software drivers read texels many times as
//! fast as the words of a buffer, and where a driver lets both lie in the same memory, nothing need be
//! copied from one to the other (`texels.rs` has the copies for all other cases). How a driver is
//! asked for such memory, and how much memory it has, stands in `vulkan.rs`; other systems have none.

#[cfg(target_os = "linux")]
mod vulkan;
#[cfg(target_os = "linux")]
pub(super) use vulkan::{Memory, Sharing, capacity};

#[cfg(not(target_os = "linux"))]
mod none;
#[cfg(not(target_os = "linux"))]
pub(super) use none::{Memory, Sharing, capacity};
