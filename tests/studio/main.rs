//! The studio over a backend that holds values only: what it asks for, what it does with the
//! answers, and how it looks.

#![cfg(feature = "studio")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod commands;
#[path = "../common/mod.rs"]
mod common;
mod explain;
mod exports;
mod fake;
mod faults;
mod headers;
mod heat;
mod latency;
mod links;
mod logic;
mod looks;
mod panes;
mod pins;
mod readme;
mod runs;
#[allow(dead_code)]
#[path = "../report/sample.rs"]
mod sample;
mod scale;
mod scatter;
mod scratch;
mod screen;
mod settings;
mod shots;
mod start;
mod training;
mod whole;
