//! `sgnas devices`: the adapters, what of them is used, and whether they compute right.

use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use super::error::CliError;
use super::output;
use crate::gpu::{AdapterChoice, AdapterReport, Gpu, GpuError, KernelStyle, list_adapters};
use crate::measure::{Tuning, tuning};
use crate::ops::self_test::{SelfTest, self_test};
use crate::protocol::quantity::grouped;

/// List the GPU adapters with limits and features, and test their arithmetic
#[derive(Debug, Args)]
pub(super) struct Devices {
    /// Write JSON
    #[arg(long)]
    json: bool,
}

/// An adapter and how it did.
#[derive(Serialize)]
struct Tested {
    number: usize,
    #[serde(flatten)]
    adapter: AdapterReport,
    /// `None` where no device could be had.
    kernels: Option<Kernels>,
    /// The same.
    self_test: Option<SelfTest>,
    /// Why there is no self-test.
    error: Option<String>,
}

/// The variants of the kernels on an adapter.
#[derive(Serialize)]
struct Kernels {
    /// Those that it can run.
    variants: Vec<KernelStyle>,
    /// What suits its class.
    class: KernelStyle,
    /// What was found the fastest, if that has been measured.
    fastest: Option<KernelStyle>,
    /// What they take, ms.
    ms: Option<Tuning>,
}

impl Kernels {
    /// Of a device in the style of its class.
    fn of(gpu: &Gpu) -> Self {
        let (variants, class, ms) = (gpu.styles(), gpu.style(), tuning(gpu.adapter()));
        let fastest = ms.as_ref().map(|ms| ms.style(class, &variants));
        Self { variants, class, fastest, ms }
    }

    fn in_words(&self) -> [(&'static str, String, String); 2] {
        let able: Vec<_> = self.variants.iter().map(KernelStyle::to_string).collect();
        let (fastest, ms) = match (self.fastest, &self.ms) {
            (Some(fastest), Some(ms)) => (fastest.to_string(), ms.in_words()),
            _ => ("not yet".to_owned(), "the first command that computes measures them".to_owned()),
        };
        [
            (
                "kernels of its class",
                self.class.to_string(),
                format!("it can run {}", able.join(", ")),
            ),
            ("kernels measured", fastest, ms),
        ]
    }
}

impl Devices {
    pub(super) fn run(self) -> Result<ExitCode, CliError> {
        let adapters = pollster::block_on(list_adapters());
        if adapters.is_empty() {
            return Err(GpuError::NoAdapter(" was found".to_owned()).into());
        }
        let tested: Vec<Tested> = adapters.into_iter().enumerate().map(test).collect();
        if self.json {
            output::print_json(&tested)?;
        } else {
            output::print(&tested.iter().map(text).collect::<Vec<_>>().join("\n"))?;
        }
        match tested.iter().find(|one| !one.self_test.as_ref().is_some_and(|t| t.passed)) {
            None => Ok(ExitCode::SUCCESS),
            Some(bad) => Err(CliError::SelfTest(format!(
                "adapter {} ({}) failed the numeric self-test{}; update its driver, or choose another with --adapter",
                bad.number,
                bad.adapter.name,
                bad.error.as_ref().map(|why| format!(": {why}")).unwrap_or_default()
            ))),
        }
    }
}

fn test((number, adapter): (usize, AdapterReport)) -> Tested {
    let outcome = pollster::block_on(Gpu::open(&AdapterChoice::Index(number)))
        .and_then(|gpu| Ok((Kernels::of(&gpu), self_test(&gpu)?)));
    let (kernels, self_test, error) = match outcome {
        Ok((kernels, outcome)) => (Some(kernels), Some(outcome), None),
        Err(error) => (None, None, Some(error.to_string())),
    };
    Tested { number, adapter, kernels, self_test, error }
}

fn text(one: &Tested) -> String {
    let Tested { number, adapter, kernels, self_test, error } = one;
    let mut text = format!(
        "{number}: {} ({}, {}, {})\n",
        adapter.name, adapter.kind, adapter.backend, adapter.driver
    );
    for (name, value) in &adapter.limits {
        text.push_str(&format!("   {name:<26}{:>16}\n", grouped(*value)));
    }
    for (name, present, using) in &adapter.features {
        let there = if *present { "yes" } else { "no" };
        text.push_str(&format!("   {name:<26}{there:>16}  {using}\n"));
    }
    for (name, value, about) in kernels.iter().flat_map(Kernels::in_words) {
        text.push_str(&format!("   {name:<26}{value:>16}  {about}\n"));
    }
    let outcome = match (self_test, error) {
        (Some(test), _) => format!(
            "{}: {} ops, largest error {:.1e} ({})",
            if test.passed { "passed" } else { "FAILED" },
            test.cases,
            test.max_error,
            test.worst
        ),
        (None, why) => format!("FAILED: {}", why.as_deref().unwrap_or("no device")),
    };
    text.push_str(&format!("   numeric self-test {outcome}\n"));
    text
}
