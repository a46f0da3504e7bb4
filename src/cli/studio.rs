//! `sgnas studio`, and `sgnas` without a command: the window.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use clap::Args;

use super::arguments;
use super::error::CliError;
use crate::desk::{Opened, WindowError, open_window};
use crate::gpu::AdapterChoice;

/// Open the studio: train, drag a budget, watch the network redraw (also without a command)
#[derive(Debug, Default, Args)]
pub(super) struct Studio {
    /// Run folder to open
    run: Option<PathBuf>,
    /// Adapter that runs compute on: a number of `sgnas devices` or a part of a name
    #[arg(long, value_parser = arguments::adapter, default_value = "0")]
    adapter: AdapterChoice,
    /// The window takes the place of one whose device was lost, and goes on with the run
    #[arg(long, hide = true)]
    after_loss: bool,
}

impl Studio {
    pub(super) fn run(self) -> Result<ExitCode, CliError> {
        let opened = if self.after_loss { Opened::After } else { Opened::For };
        match open_window(opened(self.run), &self.adapter)? {
            None => Ok(ExitCode::SUCCESS),
            Some(Opened::For(run) | Opened::After(run)) => again(run, &self.adapter),
        }
    }
}

/// Opens the studio in a process of its own, and ends as that does.
fn again(run: Option<PathBuf>, adapter: &AdapterChoice) -> Result<ExitCode, CliError> {
    let adapter = match adapter {
        AdapterChoice::Best => "0".to_owned(),
        AdapterChoice::Index(index) => index.to_string(),
        AdapterChoice::Named(name) => name.clone(),
    };
    let words = ["studio", "--after-loss", "--adapter", &adapter];
    let program = std::env::current_exe();
    let status = program.and_then(|program| Command::new(program).args(words).args(run).status());
    let status = status.map_err(WindowError::LostInFrame)?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
