//! The program from outside: what it prints, and that whatever is wrong with its input it says so
//! in one line that names the thing, with a status that is not 0.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod bad_arguments;
mod bad_data;
mod bad_files;
mod bad_runs;
#[path = "../common/mod.rs"]
mod common;
mod good;
mod kernels;
mod support;
