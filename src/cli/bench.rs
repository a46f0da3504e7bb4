//! `sgnas bench`: what this adapter can do at best, and how near a training step comes.

use std::process::ExitCode;

use clap::Args;

use super::error::CliError;
use super::{arguments, output};
use crate::gpu::{AdapterChoice, Gpu};
use crate::measure;

/// Measure the adapter's ceilings, and a training step beside them
#[derive(Debug, Args)]
pub(super) struct Bench {
    /// step (the reference training step) or ceilings [default: both]
    #[arg(value_parser = ["step", "ceilings"])]
    what: Option<String>,
    /// Training steps to take the median of
    #[arg(long, default_value_t = 10)]
    steps: usize,
    /// Adapter: a number of `sgnas devices` or a part of a name
    #[arg(long, value_parser = arguments::adapter, default_value = "0")]
    adapter: AdapterChoice,
    /// Write a line of JSON a measurement
    #[arg(long)]
    json: bool,
}

impl Bench {
    pub(super) fn run(self) -> Result<ExitCode, CliError> {
        let gpu = pollster::block_on(Gpu::open(&self.adapter))?;
        let wanted = |what| self.what.as_deref().is_none_or(|w| w == what);
        if !self.json {
            let adapter = gpu.adapter();
            output::print(&format!("{} ({}, {})\n", adapter.name, adapter.kind, adapter.backend))?;
        }
        if wanted("ceilings") {
            let c = measure::ceilings(&gpu)?;
            output::print(&match self.json {
                true => serde_json::to_string(&c)? + "\n",
                false => format!(
                    "copy {:.1} GB/s, multiply-adds {:.1} GFLOP/s, best product {:.1} GFLOP/s\n",
                    c.copy_gb_per_s, c.multiply_add_gflops, c.best_product_gflops
                ),
            })?;
        }
        if wanted("step") {
            let s = measure::training_step(&gpu, self.steps)?;
            output::print(&match self.json {
                true => serde_json::to_string(&s)? + "\n",
                false => format!(
                    "{}: median {:.1} ms ({:.1} ms of processor time), {:.0} images/s, {} dispatches, peak {:.1} MB\n\
                     {:.2} GFLOP at the best product of {:.1} GFLOP/s: {:.2} times its arithmetic\n",
                    s.name,
                    s.median_ms,
                    s.cpu_ms,
                    s.images_per_s,
                    s.dispatches,
                    s.peak_bytes as f64 * 1e-6,
                    s.flops as f64 * 1e-9,
                    s.best_product_gflops,
                    s.times_arithmetic
                ),
            })?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
