//! What the integration tests share: a device.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code, unreachable_pub)]

use sgnas::gpu::{AdapterChoice, Gpu};

/// The adapter that `SGNAS_ADAPTER` names, else the best.
pub fn gpu() -> Gpu {
    let choice = match std::env::var("SGNAS_ADAPTER") {
        Ok(name) => AdapterChoice::Named(name),
        Err(_) => AdapterChoice::Best,
    };
    pollster::block_on(Gpu::open(&choice)).expect("a GPU adapter, real or software")
}
