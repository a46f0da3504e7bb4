//! What networks are made of: named parameters in flat arenas, layers, initialisation, optimisers,
//! schedules and their state. Which network is built is no matter of this room.

mod bottleneck;
mod context;
mod finite;
mod init;
mod layers;
pub mod schedule;
mod state;
mod store;
pub mod tensors;

pub use bottleneck::{Wide, bottleneck};
pub use context::{Ctx, Mode};
pub use finite::{Arena, first_nonfinite};
pub use init::Init;
pub use layers::{BN_EPS, BatchNorm, Conv, Linear, SqueezeExcite, batch_norm, concat_channels};
pub use state::StateError;
pub use store::{BufferId, ParamId, Store, StoreBuilder};
pub use tensors::{HostTensor, Tensors};
