//! `sgnas generate`: architectures for budgets, from a finished search or from given weights.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use pollster::block_on;
use serde::Serialize;

use super::error::CliError;
use super::table::{Align, Table};
use super::{arguments, output};
use crate::gpu::AdapterChoice;
use crate::protocol::config::{Config, Decode};
use crate::protocol::quantity::{grouped, percent};
use crate::run::trained;
use crate::space::{Architecture, Metric, SkipMask};

/// Answer budgets with architectures, each in one pass of the generator
#[derive(Debug, Args)]
pub(super) struct Generate {
    /// Run folder of a search
    #[arg(required_unless_present = "weights", conflicts_with_all = ["weights", "prior", "preset"])]
    run: Option<PathBuf>,
    /// Budgets in MACs, as in 20M,25M
    #[arg(long, required_unless_present = "params", allow_hyphen_values = true)]
    macs: Option<String>,
    /// Budgets in parameters, as in 60k
    #[arg(long, conflicts_with = "macs", allow_hyphen_values = true)]
    params: Option<String>,
    /// From probabilities to an architecture: budget (never above it) or argmax (the paper's)
    #[arg(long, default_value = "budget", value_parser = ["budget", "argmax"])]
    decode: String,
    /// Space of the weights: tiny, small, cifar or imagenet
    #[arg(long, default_value = "imagenet")]
    preset: String,
    /// Generator weights (safetensors, names generator.*)
    #[arg(long, requires = "prior")]
    weights: Option<PathBuf>,
    /// Prior pool of the weights (JSON)
    #[arg(long, requires = "weights")]
    prior: Option<PathBuf>,
    /// Adapter: a number of `sgnas devices` or a part of a name
    #[arg(long, value_parser = arguments::adapter, default_value = "0")]
    adapter: AdapterChoice,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

/// An answer.
#[derive(Serialize)]
struct Answer {
    budget: u64,
    kernels: Architecture,
    macs: u64,
    params: u64,
    macs_se: u64,
    params_se: u64,
}

impl Generate {
    pub(super) fn run(self) -> Result<ExitCode, CliError> {
        let (metric, budgets) = match (&self.macs, &self.params) {
            (Some(text), _) => (Metric::Macs, arguments::counts("--macs", text)?),
            (None, Some(text)) => (Metric::Params, arguments::counts("--params", text)?),
            (None, None) => return Err(CliError::Usage("give --macs or --params".to_owned())),
        };
        let decode = if self.decode == "argmax" { Decode::Argmax } else { Decode::Budget };
        let answerer = match (&self.run, &self.weights, &self.prior) {
            (Some(run), _, _) => block_on(trained::generator(run, &self.adapter))?,
            (None, Some(weights), Some(prior)) => {
                let mut config = Config::preset(&self.preset)?;
                // The authors' generators were trained with sub-block 0 alone unskippable.
                config.generator.mask = SkipMask::FirstOnly;
                block_on(trained::generator_from(&config, weights, prior, &self.adapter))?
            }
            _ => return Err(CliError::Usage("give a run folder, or --weights and --prior".into())),
        };
        let mut answers = Vec::with_capacity(budgets.len());
        let space = answerer.space();
        let dearest = space.cost_range().1.get(metric);
        for budget in budgets {
            if decode == Decode::Budget && budget > dearest {
                output::note(&format!(
                    "the budget {} limits nothing: the dearest network has {} {metric}",
                    grouped(budget),
                    grouped(dearest)
                ));
            }
            let kernels = block_on(answerer.answer_in(metric, budget, decode))?;
            let (plain, se) = (space.cost(&kernels, false)?, space.cost(&kernels, true)?);
            answers.push(Answer {
                budget,
                kernels,
                macs: plain.macs,
                params: plain.params,
                macs_se: se.macs,
                params_se: se.params,
            });
        }
        if self.json {
            output::print_json(&answers)?;
        } else {
            output::print(&text_of(&answers, metric))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn text_of(answers: &[Answer], metric: Metric) -> String {
    let mut table = Table::new(&[
        ("budget", Align::Right),
        ("MACs", Align::Right),
        ("parameters", Align::Right),
        ("of budget", Align::Right),
        ("MACs with SE", Align::Right),
        ("parameters with SE", Align::Right),
        ("kernels", Align::Left),
    ]);
    for a in answers {
        let cost = if metric == Metric::Macs { a.macs } else { a.params };
        table.row([
            grouped(a.budget),
            grouped(a.macs),
            grouped(a.params),
            percent(cost as f64 / a.budget.max(1) as f64),
            grouped(a.macs_se),
            grouped(a.params_se),
            a.kernels.to_string(),
        ]);
    }
    format!("{table}\nbudgets are of {metric}, without squeeze-excite (SE)\n")
}
