//! `sgnas bench`: what this adapter can do at best, how near a training step and each kernel come, and
//! how long other programs take for the same steps.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use super::bench_steps::time_steps;
use super::device::Device;
use super::error::CliError;
use super::kernel_table::kernel_table;
use super::output;
use super::peers::{Comparison, TORCH, compare, peer_table};
use super::results::Results;
use super::scaling::scaling;
use crate::gpu::{Gpu, KernelStyle};
use crate::measure::{
    self, Ceilings, KernelReport, Limits, Reference, StepReport, Timed, Tuning, time_kernels,
};
use crate::protocol::config::Config;
use crate::run::steps::each_step;

/// Measure the adapter's ceilings, and steps, kernels and other programs beside them
#[derive(Debug, Args)]
pub(super) struct Bench {
    /// ceilings, step (whole training steps), kernels (each by itself, as the trainings of a preset
    /// run them), peers (steps in turn with those of other programs) or scaling (a preset's step as
    /// its work grows); one or more of them [default: the first three]
    #[arg(value_parser = ["ceilings", "step", "kernels", "peers", "scaling"])]
    what: Vec<String>,
    /// Preset whose kernels or growth are measured; for kernels also "reference", the reference
    /// network's
    #[arg(long, default_value = "tiny")]
    preset: String,
    /// Images a step of the kernels' [default: 32, from 64 px on 8], or the fewest of the growth's
    /// [default: 8]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=4096))]
    batch: Option<u32>,
    /// Only the steps whose names hold these words, as "supernet", "cifar generator", "reference"
    #[arg(long)]
    only: Option<String>,
    /// Times that a step is run, fewer where it takes seconds
    #[arg(long, default_value_t = 10)]
    steps: usize,
    /// Another program that `peers` runs: it prints lines like `bench step --json`, and with
    /// `--rows WORDS` only the steps whose names hold them; can be given more than once
    #[arg(long, value_name = "COMMAND", default_value = TORCH)]
    peer: Vec<String>,
    /// Times that `peers` runs all programs in turn
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// Keep the figures in this Markdown file, as the section of this adapter
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    #[command(flatten)]
    device: Device,
    /// Print each shape of a kernel, not only the slowest
    #[arg(long)]
    all: bool,
    /// Write a line of JSON a measurement
    #[arg(long)]
    json: bool,
}

impl Bench {
    pub(super) fn run(self) -> Result<ExitCode, CliError> {
        let adapter = self.device.choose();
        let gpu = pollster::block_on(Gpu::open(adapter))?;
        let wanted = |what: &str| match self.what.as_slice() {
            [] => matches!(what, "ceilings" | "step" | "kernels"),
            some => some.iter().any(|w| w == what),
        };
        if !self.json {
            let adapter = gpu.adapter();
            output::print(&format!("{} ({}, {})\n", adapter.name, adapter.kind, adapter.backend))?;
        }
        // Programs that read the lines of steps know none but those.
        if wanted("ceilings") || (wanted("step") && !self.json) {
            let variants = Variants { kernels: gpu.style(), ms: measure::tuning(gpu.adapter()) };
            self.print(&variants, &variants.in_words())?;
        }
        let mut results = Results::default();
        if wanted("ceilings") {
            let c = measure::ceilings(&gpu)?;
            self.print(&c, &ceilings_in_words(&c))?;
            results.ceilings = Some(c);
        }
        let only = self.only.as_deref().unwrap_or_default();
        if wanted("step") {
            time_steps(adapter, only, self.steps, &mut |s| {
                results.steps.push(s.clone());
                self.print(s, &in_words(s))
            })?;
        }
        if wanted("peers") {
            let (peers, rounds) = (&self.peer, usize::from(self.rounds));
            let c = Comparison { adapter, only, steps: self.steps, rounds, peers };
            results.peers = compare(&c, &mut |s| {
                results.steps.push(s.clone());
                Ok(())
            })?;
            let table = peer_table(&results.peers);
            if self.json {
                results.peers.iter().try_for_each(|r| self.print(r, ""))?;
            } else {
                output::print(&format!("\n{table}"))?;
            }
        }
        if wanted("kernels") {
            let (batch, reports) = self.kernels(&gpu)?;
            results.kernels_of = format!("{}, {batch} images a step", self.preset);
            if self.json {
                reports.iter().try_for_each(|r| self.print(r, ""))?;
            } else {
                let table = kernel_table(&reports, self.all);
                output::print(&format!("\nkernels of {}\n{table}", results.kernels_of))?;
            }
            results.kernels = reports;
        }
        if wanted("scaling") {
            let images = self.batch.map_or(FEWEST_IMAGES, |batch| batch as usize);
            let report = scaling(adapter, &self.preset, images, self.steps)?;
            let sections = report.sections();
            let words = sections.iter().map(|(title, table)| format!("\n{title}\n\n{table}"));
            self.print(&report, &words.collect::<String>())?;
            results.scaling_of = format!("{}, {images} images a step", self.preset);
            results.scaling = Some(report);
        }
        if let Some(path) = &self.write {
            results.write(path, gpu.adapter())?;
        }
        Ok(ExitCode::SUCCESS)
    }

    /// A measurement, as JSON or in words.
    fn print(&self, value: &impl Serialize, words: &str) -> Result<(), CliError> {
        output::print(&if self.json {
            serde_json::to_string(value)? + "\n"
        } else {
            words.to_owned()
        })
    }

    /// Images a step, and every kernel of the trainings by falling time a step.
    fn kernels(&self, gpu: &Gpu) -> Result<(usize, Vec<KernelReport>), CliError> {
        let before = Limits::measure(gpu)?;
        let mut timed = Vec::new();
        let mut time = |name, kernels: Vec<Timed>| {
            timed.extend(kernels.into_iter().map(|kernel| (name, kernel)));
        };
        let batch = if self.preset == REFERENCE {
            let mut network = Reference::new(gpu, Reference::IMAGES)?;
            time("training", time_kernels(gpu, &mut || network.step().map(drop))?);
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

/// Which variants of the kernels run, and what each was measured to take.
#[derive(Serialize)]
struct Variants {
    kernels: KernelStyle,
    ms: Option<Tuning>,
}

impl Variants {
    fn in_words(&self) -> String {
        let ms = self.ms.as_ref().map(|ms| format!(", of {}", ms.in_words()));
        format!("kernels             {}{}\n", self.kernels, ms.unwrap_or_default())
    }
}

fn ceilings_in_words(c: &Ceilings) -> String {
    format!(
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
    )
}

/// A step in two lines.
fn in_words(s: &StepReport) -> String {
    format!(
        "{}: median {:.1} ms ({:.1} ms of processor time), {:.1} ms in a stream, \
         {:.1} of them the host's, {:.0} images/s, {} dispatches, peak {:.1} MB of {:.1} MB that all \
         its tensors have\n\
         {:.2} GFLOP at the best product of {:.1} GFLOP/s: {:.2} times its arithmetic\n",
        s.name,
        s.median_ms,
        s.cpu_ms,
        s.stream_ms,
        s.host_ms,
        s.images_per_s,
        s.dispatches,
        s.peak_bytes as f64 * 1e-6,
        s.parts_bytes as f64 * 1e-6,
        s.flops as f64 * 1e-9,
        s.best_product_gflops,
        s.times_arithmetic
    )
}

/// Images of the smallest step of the growth.
const FEWEST_IMAGES: usize = 8;

/// What the kernels of the reference network's training are asked for by, in place of a preset.
const REFERENCE: &str = "reference";
