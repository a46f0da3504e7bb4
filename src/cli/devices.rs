//! `sgnas devices`: the adapters, what of them is used, and whether they compute right.

use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use super::error::CliError;
use super::output;
use crate::gpu::{AdapterChoice, AdapterReport, Gpu, GpuError, list_adapters};
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
    self_test: Option<SelfTest>,
    /// Why there is no self-test.
    error: Option<String>,
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
        .and_then(|gpu| self_test(&gpu));
    let (self_test, error) = match outcome {
        Ok(outcome) => (Some(outcome), None),
        Err(error) => (None, Some(error.to_string())),
    };
    Tested { number, adapter, self_test, error }
}

fn text(one: &Tested) -> String {
    let Tested { number, adapter, self_test, error } = one;
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
