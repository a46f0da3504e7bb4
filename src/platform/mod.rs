//! What differs between a desktop and a browser (files, clock, threads) and the few
//! pure pieces that every room above needs (random streams). The only room
//! with `cfg(target_arch)`; it knows nothing of networks or runs, and of GPUs only how a browser makes
//! a pipeline.

pub mod aside;
pub mod assets;
pub mod cache;
pub mod clock;
pub mod files;
pub mod machine;
pub mod random;
#[cfg(target_arch = "wasm32")]
pub mod storage;
pub mod task;
pub mod thread;
pub mod turn;

/// Whether a thread may wait for something outside it. In a browser it may not: there whatever
/// one waits for arrives only after control has gone back to the browser.
pub const CAN_BLOCK: bool = cfg!(not(target_arch = "wasm32"));
