//! `sgnas search`: supernet, generator and evaluation, from images to a table of networks.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::device::Device;
use super::error::CliError;
use super::follow::{INTERRUPTED, follow};
use super::table::{Align, Table};
use super::{arguments, output, report};
use crate::gpu::ProfileReport;
use crate::protocol::config::Config;
use crate::protocol::quantity::{grouped, percent, short};
use crate::protocol::result::SearchResult;
use crate::protocol::statistics::mean;
use crate::run::link;
use crate::run::search::{Job, Outcome, search};
use crate::space::Metric;

/// Search once: train the supernet and the generator, answer all budgets
#[derive(Debug, Args)]
pub(super) struct Search {
    /// Search space with tuned settings: tiny, small, cifar or imagenet
    #[arg(long, default_value = "tiny")]
    preset: String,
    /// Images: fashion-mnist-12k (embedded), or a file or folder (IDX, CIFAR, image folders)
    #[arg(long)]
    data: Option<String>,
    /// The one seed that all random streams come from
    #[arg(long)]
    seed: Option<u64>,
    /// Run folder, new or empty [default: runs/PRESET-NUMBER]
    #[arg(long)]
    out: Option<PathBuf>,
    /// Budgets to answer, as in 2M,2.5M [default: eight over the preset's range]
    #[arg(long, allow_hyphen_values = true)]
    budgets: Option<String>,
    /// Any setting, as in supernet.epochs=20; --help-config lists them
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<String>,
    /// Go on with the run in this folder
    #[arg(long, value_name = "RUN", conflicts_with_all = ["preset", "data", "seed", "out", "budgets", "settings"])]
    resume: Option<PathBuf>,
    #[command(flatten)]
    device: Device,
    /// Time every kernel, and print the slowest at the end
    #[arg(long)]
    profile: bool,
    /// Write every event as a line of JSON
    #[arg(long)]
    json: bool,
    /// List all settings and end
    #[arg(long)]
    help_config: bool,
}

impl Search {
    pub(super) fn run(self) -> Result<ExitCode, CliError> {
        if self.help_config {
            output::print(&Config::help())?;
            return Ok(ExitCode::SUCCESS);
        }
        let (json, device, profile) = (self.json, self.device.clone(), self.profile);
        let job = self.job()?;
        let adapter = device.choose().clone();
        let handle = link::start(async move |link| search(job, &adapter, profile, link).await)?;
        let outcome: Outcome = follow(handle, json)?;
        let Some(result) = &outcome.result else {
            let folder = outcome.folder.display();
            output::note(&format!("stopped and saved; go on with: sgnas search --resume {folder}"));
            return Ok(ExitCode::from(INTERRUPTED));
        };
        let written = report::write(&outcome.folder, None)?;
        if json {
            if let Some(profile) = &outcome.profile {
                output::print(&(serde_json::to_string(profile)? + "\n"))?;
            }
        } else {
            output::print(&summary(result, outcome.metric))?;
            output::print(&outcome.profile.as_ref().map(profile_table).unwrap_or_default())?;
            output::print(&format!("\nreport: {}\n", written.display()))?;
        }
        Ok(ExitCode::SUCCESS)
    }

    fn job(self) -> Result<Job, CliError> {
        if let Some(folder) = self.resume {
            return Ok(Job::Resume { folder });
        }
        let mut config = Config::preset(&self.preset)?;
        let seed = self.seed.map(|seed| seed.to_string());
        let named = [("data", self.data), ("seed", seed)];
        for (key, value) in named {
            if let Some(value) = value {
                config.set(key, &value)?;
            }
        }
        if let Some(budgets) = &self.budgets {
            config.general.budgets = arguments::counts("--budgets", budgets)?;
        }
        for setting in &self.settings {
            config.assign(setting)?;
        }
        config.validate()?;
        let out = self.out.unwrap_or_else(|| free_folder(&self.preset));
        Ok(Job::New { config: Box::new(config), out })
    }
}

/// The first of runs/NAME-1, runs/NAME-2, ... that does not exist.
pub(super) fn free_folder(name: &str) -> PathBuf {
    let path = |n: u64| Path::new("runs").join(format!("{name}-{n}"));
    (1..).map(path).find(|p| !p.exists()).unwrap_or_else(|| path(0))
}

/// The table of generated networks, with what they are to be compared with.
fn summary(result: &SearchResult, metric: Metric) -> String {
    let mut table = Table::new(&[
        ("budget", Align::Right),
        ("MACs", Align::Right),
        ("parameters", Align::Right),
        ("of budget", Align::Right),
        ("accuracy", Align::Right),
        ("kernels", Align::Left),
    ]);
    for one in &result.generated {
        let cost = match metric {
            Metric::Macs => one.macs,
            Metric::Params => one.params,
        };
        table.row([
            short(one.budget),
            grouped(one.macs),
            grouped(one.params),
            percent(cost as f64 / one.budget as f64),
            percent(one.accuracy),
            one.kernels.to_string(),
        ]);
    }
    let accuracies: Vec<f64> = result.generated.iter().map(|one| one.accuracy).collect();
    let random: Vec<f64> = result.random.iter().map(|one| one.accuracy).collect();
    let fit = &result.tracking;
    let mut text = format!("\n{table}\nmean accuracy {}", percent(mean(&accuracies)));
    if !random.is_empty() {
        let count = random.len();
        text += &format!("; {count} random networks {}", percent(mean(&random)));
    }
    text + &format!(
        "\ntracking by argmax: Kendall tau {:.3}, Pearson {:.3}, mean error {}\n",
        fit.kendall_tau,
        fit.pearson,
        short(fit.mean_abs_error.round() as u64)
    )
}

/// The slowest kernels, and the host's share of the time.
fn profile_table(profile: &ProfileReport) -> String {
    let all: f64 = profile.kernels.iter().map(|k| k.ms).sum();
    let mut table = Table::new(&[
        ("kernel and layer", Align::Left),
        ("calls", Align::Right),
        ("ms", Align::Right),
        ("share", Align::Right),
    ]);
    for k in profile.kernels.iter().take(30) {
        table.row([
            k.label.clone(),
            grouped(k.calls),
            format!("{:.1}", k.ms),
            percent(k.ms / all.max(1e-9)),
        ]);
    }
    format!(
        "\n{table}\n{:.1} s in all, of which the host had {} and waited for the GPU else\n",
        profile.wall_ms * 1e-3,
        percent(profile.host_share())
    )
}
