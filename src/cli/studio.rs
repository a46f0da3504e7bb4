//! `sgnas studio`, and `sgnas` without a command: the window.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::arguments;
use super::error::CliError;
use crate::desk::open_window;
use crate::gpu::AdapterChoice;

/// Open the studio: train, drag a budget, watch the network redraw (also without a command)
#[derive(Debug, Default, Args)]
pub(super) struct Studio {
    /// Run folder to open
    run: Option<PathBuf>,
    /// Adapter that runs compute on: a number of `sgnas devices` or a part of a name
    #[arg(long, value_parser = arguments::adapter, default_value = "0")]
    adapter: AdapterChoice,
}

impl Studio {
    pub(super) fn run(self) -> Result<ExitCode, CliError> {
        open_window(self.run, &self.adapter)?;
        Ok(ExitCode::SUCCESS)
    }
}
