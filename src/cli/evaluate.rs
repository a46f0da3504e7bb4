//! `sgnas evaluate`: accuracy of architectures with the weights they inherit from a search.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use pollster::block_on;
use serde::Serialize;

use super::error::CliError;
use super::table::{Align, Table};
use super::words::percent;
use super::{arguments, input, output};
use crate::gpu::AdapterChoice;
use crate::protocol::quantity::grouped;
use crate::run::trained::Evaluator;
use crate::space::Architecture;

/// Measure architectures with inherited weights, batch norms recalibrated
#[derive(Debug, Args)]
pub(super) struct Evaluate {
    /// Run folder of a search
    run: PathBuf,
    /// File with the kernels of each layer, as in [[3,5],[7,7,3]]
    #[arg(required_unless_present = "random")]
    arch: Option<PathBuf>,
    /// Measure this many random architectures instead
    #[arg(long, value_name = "N", conflicts_with = "arch")]
    random: Option<u64>,
    /// Adapter: a number of `sgnas devices` or a part of a name
    #[arg(long, value_parser = arguments::adapter, default_value = "0")]
    adapter: AdapterChoice,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

/// A measured architecture.
#[derive(Serialize)]
struct Measured {
    kernels: Architecture,
    macs: u64,
    params: u64,
    accuracy: f64,
}

impl Evaluate {
    pub(super) fn run(self) -> Result<ExitCode, CliError> {
        let evaluator = block_on(Evaluator::open(&self.run, &self.adapter))?;
        let architectures = match &self.arch {
            Some(path) => vec![input::architecture(path, evaluator.space())?],
            None => (0..self.random.unwrap_or(0)).map(|i| evaluator.random(i)).collect(),
        };
        let mut all = Vec::with_capacity(architectures.len());
        for (i, kernels) in architectures.into_iter().enumerate() {
            let cost = evaluator.space().cost(&kernels, false)?;
            let accuracy = block_on(evaluator.measure(&kernels))?;
            if !self.json && self.random.is_some() {
                output::note(&format!("{}: accuracy {}", i + 1, percent(accuracy)));
            }
            all.push(Measured { kernels, macs: cost.macs, params: cost.params, accuracy });
        }
        if self.json {
            output::print_json(&all)?;
        } else {
            output::print(&text(&all))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn text(all: &[Measured]) -> String {
    let mut table = Table::new(&[
        ("MACs", Align::Right),
        ("parameters", Align::Right),
        ("accuracy", Align::Right),
        ("kernels", Align::Left),
    ]);
    for m in all {
        let (macs, params) = (grouped(m.macs), grouped(m.params));
        table.row([macs, params, percent(m.accuracy), m.kernels.to_string()]);
    }
    table.to_string()
}
