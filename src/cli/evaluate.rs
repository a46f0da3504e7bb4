//! `sgnas evaluate`: accuracy of architectures with the weights they inherit from a search. The
//! comparison of generated with random ones is in `compare`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use pollster::block_on;

use super::compare::{Near, compare};
use super::device::Device;
use super::error::CliError;
use super::measured::Measured;
use super::measuring::Measuring;
use super::table::{Align, Table};
use super::{arguments, input, output};
use crate::protocol::quantity::{Amount, grouped, percent};
use crate::run::trained::Evaluator;

/// Measure architectures with inherited weights, batch norms recalibrated
#[derive(Debug, Args)]
pub(super) struct Evaluate {
    /// Run folder of a search
    run: PathBuf,
    /// File with the kernels of each layer, as in [[3,5],[7,7,3]]
    #[arg(required_unless_present = "random")]
    arch: Option<PathBuf>,
    /// Measure this many random architectures instead; with --near, at each budget
    #[arg(long, value_name = "N", conflicts_with = "arch", value_parser = clap::value_parser!(u64).range(1..))]
    random: Option<u64>,
    /// Draw them at the cost of the generator's answers and compare: "generated" for the run's own
    /// budgets, or budgets in its constraint, as in 2M,3M
    #[arg(long, value_name = "BUDGETS", requires = "random", allow_hyphen_values = true)]
    near: Option<String>,
    /// How far from the answer's cost: a share of it, or a count
    #[arg(
        long,
        value_name = "SHARE",
        requires = "near",
        default_value = "10%",
        allow_hyphen_values = true
    )]
    within: String,
    /// Write the network with its inherited weights, batch norms recalibrated, to this safetensors
    /// file: the form of what `sgnas train` leaves
    #[arg(long, value_name = "FILE", conflicts_with = "random")]
    weights: Option<PathBuf>,
    #[command(flatten)]
    device: Device,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

impl Evaluate {
    pub(super) fn run(self) -> Result<ExitCode, CliError> {
        let near = self.near.as_deref().map(|text| self.comparison(text)).transpose()?;
        let evaluator = block_on(Evaluator::open(&self.run, self.device.choose()))?;
        if let Some((near, draws)) = near {
            compare(&evaluator, &near, draws, self.json)?.print(self.json)?;
            return Ok(ExitCode::SUCCESS);
        }
        if let (Some(arch), Some(weights)) = (&self.arch, &self.weights) {
            let one = Measured::derived(
                &evaluator,
                input::architecture(arch, evaluator.space())?,
                weights,
            )?;
            let done = self.print(&[one])?;
            if !self.json {
                output::print(&format!("weights: {}\n", weights.display()))?;
            }
            return Ok(done);
        }
        let architectures = match &self.arch {
            Some(path) => vec![input::architecture(path, evaluator.space())?],
            None => (0..self.random.unwrap_or(0)).map(|i| evaluator.random(i)).collect(),
        };
        let mut all = Vec::with_capacity(architectures.len());
        let mut progress = Measuring::new(architectures.len(), self.json);
        for kernels in architectures {
            let measured = Measured::of(&evaluator, kernels)?;
            progress.next(measured.accuracy);
            all.push(measured);
        }
        drop(progress);
        self.print(&all)
    }

    fn print(&self, all: &[Measured]) -> Result<ExitCode, CliError> {
        if self.json {
            output::print_json(&all)?;
        } else {
            output::print(&text(all))?;
        }
        Ok(ExitCode::SUCCESS)
    }

    /// What `--near`, `--within` and `--random` ask for.
    fn comparison(&self, near: &str) -> Result<(Near, (Amount, usize)), CliError> {
        let near = match near.trim() {
            "generated" => Near::Generated,
            budgets => Near::Budgets(arguments::counts("--near", budgets)?),
        };
        let within = Amount::parse(&self.within);
        let within = within.map_err(|error| CliError::Usage(format!("--within: {error}")))?;
        let count = usize::try_from(self.random.unwrap_or(0)).unwrap_or(usize::MAX);
        if count < 2 {
            let reason = "a standard error needs two networks at least";
            return Err(CliError::Usage(format!("--random {count}: {reason} with --near")));
        }
        Ok((near, (within, count)))
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
