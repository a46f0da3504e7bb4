//! The data room from outside: files of every format, good, bad and mutated, and streams.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bad;
mod formats;
mod mutated;
mod real;
mod stream;
mod support;
