//! `sgnas bench`: what this adapter can do at best, and how near a training step and each kernel
//! come.

use std::process::ExitCode;

use clap::Args;

use super::bench_steps::time_steps;
use super::error::CliError;
use super::kernel_table::kernel_table;
use super::{arguments, output};
use crate::gpu::{AdapterChoice, Gpu};
use crate::measure::{self, KernelReport, Limits, Reference, StepReport, Timed, time_kernels};
use crate::protocol::config::Config;
use crate::run::steps::each_step;

/// Measure the adapter's ceilings, and a training step and each kernel beside them
#[derive(Debug, Args)]
pub(super) struct Bench {
    /// ceilings, step (whole training steps) or kernels (each by itself, as the trainings of a
    /// preset run them) [default: all]
    #[arg(value_parser = ["ceilings", "step", "kernels"])]
    what: Option<String>,
    /// Preset whose kernels are measured, or "reference" for the reference network's
    #[arg(long, default_value = "tiny")]
    preset: String,
    /// Images a step of the kernels' [default: 32, from 64 px on 8]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=4096))]
    batch: Option<u32>,
    /// Only the steps whose names hold these words, as "supernet", "cifar generator", "reference"
    #[arg(long)]
    only: Option<String>,
    /// Times that a step is run, fewer where it takes seconds
    #[arg(long, default_value_t = 10)]
    steps: usize,
    /// Adapter: a number of `sgnas devices` or a part of a name
    #[arg(long, value_parser = arguments::adapter, default_value = "0")]
    adapter: AdapterChoice,
    /// Print each shape of a kernel, not only the slowest
    #[arg(long)]
    all: bool,
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
                    "copy                {:8.1} GB/s by a kernel, {:.1} GB/s by the driver\n\
                     multiply-adds       {:8.1} GFLOP/s\n\
                     best product        {:8.1} GFLOP/s\n\
                     a dispatch          {:8.1} us\n\
                     a submit            {:8.1} us\n",
                    c.copy_gb_per_s,
                    c.driver_copy_gb_per_s,
                    c.multiply_add_gflops,
                    c.best_product_gflops,
                    c.dispatch_us,
                    c.submit_us
                ),
            })?;
        }
        if wanted("step") {
            let only = self.only.as_deref().unwrap_or_default();
            time_steps(&self.adapter, only, self.steps, &mut |s| {
                output::print(&match self.json {
                    true => serde_json::to_string(s)? + "\n",
                    false => in_words(s),
                })
            })?;
        }
        if wanted("kernels") {
            let (batch, reports) = self.kernels(&gpu)?;
            if self.json {
                for report in &reports {
                    output::print(&(serde_json::to_string(report)? + "\n"))?;
                }
            } else {
                output::print(&format!(
                    "\nkernels of {}, {batch} images a step\n{}",
                    self.preset,
                    kernel_table(&reports, self.all)
                ))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Images a step, and every kernel of the trainings by falling time a step.
    fn kernels(&self, gpu: &Gpu) -> Result<(usize, Vec<KernelReport>), CliError> {
        let before = Limits::measure(gpu)?;
        let mut timed = Vec::new();
        let mut time = |name, kernels: Vec<Timed>| {
            timed.extend(kernels.into_iter().map(|kernel| (name, kernel)));
        };
        let batch = if self.preset == REFERENCE {
            let mut network = Reference::new(gpu)?;
            time("training", time_kernels(gpu, &mut || network.step())?);
            Reference::IMAGES
        } else {
            let config = Config::preset(&self.preset)?;
            let usual = if config.space.input[1] < 64 { 32 } else { 8 };
            let batch = self.batch.map_or(usual, |batch| batch as usize);
            each_step(gpu, &config, batch, &mut |name, step| {
                time(name, time_kernels(gpu, step)?);
                Ok(())
            })?;
            batch
        };
        let limits = Limits::measure(gpu)?.or(&before);
        let mut reports: Vec<_> =
            timed.iter().map(|(name, kernel)| kernel.report(name, &limits)).collect();
        reports.sort_by(|a, b| b.ms_a_step().total_cmp(&a.ms_a_step()));
        Ok((batch, reports))
    }
}

/// A step in two lines.
fn in_words(s: &StepReport) -> String {
    format!(
        "{}: median {:.1} ms ({:.1} ms of processor time), {:.1} ms in a stream, {:.0} images/s, \
         {} dispatches, peak {:.1} MB\n\
         {:.2} GFLOP at the best product of {:.1} GFLOP/s: {:.2} times its arithmetic\n",
        s.name,
        s.median_ms,
        s.cpu_ms,
        s.stream_ms,
        s.images_per_s,
        s.dispatches,
        s.peak_bytes as f64 * 1e-6,
        s.flops as f64 * 1e-9,
        s.best_product_gflops,
        s.times_arithmetic
    )
}

/// What the kernels of the reference network's training are asked for by, in place of a preset.
const REFERENCE: &str = "reference";
