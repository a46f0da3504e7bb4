//! SGNAS Studio: searching by generating, on any GPU.
//!
//! The crate is a tower of rooms, each of which sees only those below it; `tests/rooms` keeps
//! the directions. `ARCHITECTURE.md` describes them.

pub mod autodiff;
#[cfg(feature = "cli")]
pub mod cli;
pub mod data;
#[cfg(feature = "view")]
pub mod desk;
pub mod gpu;
pub mod measure;
pub mod nas;
pub mod nn;
pub mod ops;
pub mod platform;
pub mod protocol;
#[cfg(feature = "report")]
pub mod report;
pub mod run;
pub mod space;
#[cfg(feature = "view")]
pub mod studio;
pub mod tensor;
#[cfg(feature = "web")]
pub mod web;
