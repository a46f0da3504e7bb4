//! `sgnas train`: one architecture from scratch.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use super::device::Device;
use super::error::CliError;
use super::follow::{INTERRUPTED, follow};
use super::search::free_folder;
use super::{input, output, report};
use crate::protocol::config::Config;
use crate::protocol::quantity::percent;
use crate::run::link;
use crate::run::train::{TrainJob, Trained, train};

/// Train an architecture from scratch
#[derive(Debug, Args)]
pub(super) struct Train {
    /// File with the kernels of each layer, as in [[3,5],[7,7,3]]
    #[arg(required_unless_present = "resume")]
    arch: Option<PathBuf>,
    /// Space that the architecture belongs to, with its settings: tiny, small, cifar or imagenet
    #[arg(long, default_value = "tiny")]
    preset: String,
    /// Images: fashion-mnist-12k (embedded), or a file or folder (IDX, CIFAR, image folders)
    #[arg(long)]
    data: Option<String>,
    /// The one seed that all random streams come from
    #[arg(long)]
    seed: Option<u64>,
    /// Run folder, new or empty [default: runs/train-NUMBER]
    #[arg(long)]
    out: Option<PathBuf>,
    /// Any setting, as in scratch.epochs=30; `sgnas search --help-config` lists them
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<String>,
    /// Go on with the training in this folder
    #[arg(long, value_name = "RUN", conflicts_with_all = ["arch", "preset", "data", "seed", "out", "settings"])]
    resume: Option<PathBuf>,
    #[command(flatten)]
    device: Device,
    /// Write every event as a line of JSON
    #[arg(long)]
    json: bool,
}

/// The last line of `--json`.
#[derive(Serialize)]
struct Ended<'a> {
    folder: &'a std::path::Path,
    accuracy: f64,
}

impl Train {
    pub(super) fn run(self) -> Result<ExitCode, CliError> {
        let (json, device) = (self.json, self.device.clone());
        let job = self.job()?;
        let adapter = device.choose().clone();
        let handle = link::start(async move |link| train(job, &adapter, link).await)?;
        let Trained { folder, accuracy } = follow(handle, json)?;
        let Some(accuracy) = accuracy else {
            let folder = folder.display();
            output::note(&format!("stopped and saved; go on with: sgnas train --resume {folder}"));
            return Ok(ExitCode::from(INTERRUPTED));
        };
        let written = report::write(&folder, None)?;
        if json {
            let ended = Ended { folder: &folder, accuracy };
            output::print(&(serde_json::to_string(&ended)? + "\n"))?;
        } else {
            output::print(&format!("test accuracy {}\n", percent(accuracy)))?;
            let weights = folder.join("weights.safetensors");
            output::print(&format!("weights: {}\n", weights.display()))?;
            output::print(&format!("report: {}\n", written.display()))?;
        }
        Ok(ExitCode::SUCCESS)
    }

    fn job(self) -> Result<TrainJob, CliError> {
        if let Some(folder) = self.resume {
            return Ok(TrainJob::Resume { folder });
        }
        let Some(path) = &self.arch else {
            return Err(CliError::Usage("give an architecture file, or --resume".to_owned()));
        };
        let mut config = Config::preset(&self.preset)?;
        let seed = self.seed.map(|seed| seed.to_string());
        for (key, value) in [("data", self.data), ("seed", seed)] {
            if let Some(value) = value {
                config.set(key, &value)?;
            }
        }
        for setting in &self.settings {
            config.assign(setting)?;
        }
        config.validate()?;
        let architecture = input::architecture(path, &config.space()?)?;
        let out = self.out.unwrap_or_else(|| free_folder("train"));
        Ok(TrainJob::New { config: Box::new(config), architecture, out })
    }
}
