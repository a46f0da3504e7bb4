//! `sgnas generate`: architectures for budgets, from a finished search or from given weights.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use pollster::block_on;
use serde::Serialize;

use super::device::Device;
use super::error::CliError;
use super::measuring::Measuring;
use super::table::{Align, Table};
use super::{arguments, output};
use crate::protocol::config::{Config, Decode};
use crate::protocol::quantity::{grouped, percent};
use crate::run::trained::{self, Evaluator};
use crate::space::{Architecture, Metric, SkipMask, Space};

/// Answer budgets with architectures, each in one pass of the generator
#[derive(Debug, Args)]
pub(super) struct Generate {
    /// Run folder of a search
    #[arg(required_unless_present = "weights", conflicts_with_all = ["weights", "prior", "preset"])]
    run: Option<PathBuf>,
    /// Budgets in MACs, as in 20M,25M
    #[arg(long, required_unless_present_any = ["params", "grid"], allow_hyphen_values = true)]
    macs: Option<String>,
    /// Budgets in parameters, as in 60k
    #[arg(long, conflicts_with = "macs", allow_hyphen_values = true)]
    params: Option<String>,
    /// This many budgets in the generator's own constraint, evenly from the cheapest network to the
    /// dearest
    #[arg(long, value_name = "N", conflicts_with_all = ["macs", "params"], value_parser = clap::value_parser!(u64).range(2..=10_000))]
    grid: Option<u64>,
    /// Measure what is generated with the run's inherited weights: seconds a network
    #[arg(long, requires = "run")]
    evaluate: bool,
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
    #[command(flatten)]
    device: Device,
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
    /// With inherited weights on the test images, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    accuracy: Option<f64>,
}

impl Generate {
    pub(super) fn run(self) -> Result<ExitCode, CliError> {
        let listed = self.listed()?;
        let decode = if self.decode == "argmax" { Decode::Argmax } else { Decode::Budget };
        let adapter = self.device.choose();
        let answerer = match (&self.run, &self.weights, &self.prior) {
            (Some(run), _, _) => block_on(trained::generator(run, adapter))?,
            (None, Some(weights), Some(prior)) => {
                let mut config = Config::preset(&self.preset)?;
                // The authors' generators were trained with sub-block 0 alone unskippable.
                config.generator.mask = SkipMask::FirstOnly;
                block_on(trained::generator_from(&config, weights, prior, adapter))?
            }
            _ => return Err(CliError::Usage("give a run folder, or --weights and --prior".into())),
        };
        let evaluator = match &self.run {
            Some(run) if self.evaluate => Some(block_on(Evaluator::open(run, adapter))?),
            _ => None,
        };
        let space = answerer.space();
        let (metric, budgets) = listed.unwrap_or_else(|| {
            (answerer.metric(), grid(space, answerer.metric(), self.grid.unwrap_or(0)))
        });
        let mut answers: Vec<Answer> = Vec::with_capacity(budgets.len());
        let dearest = space.cost_range().1.get(metric);
        let mut progress = evaluator.as_ref().map(|_| Measuring::new(budgets.len(), self.json));
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
            // Budgets that lie close together often have one answer.
            let known = answers.iter().find(|answer| answer.kernels == kernels);
            let accuracy = match (&evaluator, known) {
                (None, _) => None,
                (Some(_), Some(known)) => known.accuracy,
                (Some(evaluator), None) => Some(block_on(evaluator.measure(&kernels, &|_, _| {}))?),
            };
            if let (Some(progress), Some(accuracy)) = (&mut progress, accuracy) {
                progress.next(accuracy);
            }
            answers.push(Answer {
                budget,
                kernels,
                macs: plain.macs,
                params: plain.params,
                macs_se: se.macs,
                params_se: se.params,
                accuracy,
            });
        }
        drop(progress);
        if self.json {
            output::print_json(&answers)?;
        } else {
            output::print(&text_of(&answers, metric))?;
        }
        Ok(ExitCode::SUCCESS)
    }

    /// The budgets that are listed in the arguments; none where a grid is asked for.
    fn listed(&self) -> Result<Option<(Metric, Vec<u64>)>, CliError> {
        Ok(match (&self.macs, &self.params) {
            (Some(text), _) => Some((Metric::Macs, arguments::counts("--macs", text)?)),
            (None, Some(text)) => Some((Metric::Params, arguments::counts("--params", text)?)),
            (None, None) => None,
        })
    }
}

/// So many budgets from the cheapest network of a space to its dearest, both ends included.
fn grid(space: &Space, metric: Metric, count: u64) -> Vec<u64> {
    let (low, high) = space.cost_range();
    let (low, high) = (low.get(metric), high.get(metric));
    let parts = count.saturating_sub(1).max(1);
    (0..count).map(|part| low + (high - low) * part / parts).collect()
}

fn text_of(answers: &[Answer], metric: Metric) -> String {
    let mut table = Table::new(&[
        ("budget", Align::Right),
        ("MACs", Align::Right),
        ("parameters", Align::Right),
        ("of budget", Align::Right),
        ("MACs with SE", Align::Right),
        ("parameters with SE", Align::Right),
        ("accuracy", Align::Right),
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
            a.accuracy.map_or_else(|| "-".to_owned(), percent),
            a.kernels.to_string(),
        ]);
    }
    format!("{table}\nbudgets are of {metric}, without squeeze-excite (SE)\n")
}
