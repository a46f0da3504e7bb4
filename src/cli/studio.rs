//! `sgnas studio`, and `sgnas` without a command: the window.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use clap::Args;

use super::device::Device;
use super::error::CliError;
use crate::desk::{Opened, WindowError, open_window};

/// Open the studio: train, drag a budget, watch the network redraw (also without a command)
#[derive(Debug, Args)]
pub(super) struct Studio {
    /// Run folder to open
    run: Option<PathBuf>,
    #[command(flatten)]
    device: Device,
    /// The window takes the place of one whose device was lost, and goes on with the run
    #[arg(long, hide = true)]
    after_loss: bool,
}

impl Studio {
    pub(super) fn run(self) -> Result<ExitCode, CliError> {
        let opened = if self.after_loss { Opened::After } else { Opened::For };
        match open_window(opened(self.run), self.device.choose())? {
            None => Ok(ExitCode::SUCCESS),
            Some(Opened::For(run) | Opened::After(run)) => again(run, &self.device),
        }
    }
}

/// Opens the studio in a process of its own, and ends as that does.
fn again(run: Option<PathBuf>, device: &Device) -> Result<ExitCode, CliError> {
    let again = |program| {
        let mut command = Command::new(program);
        command.args(["studio", "--after-loss"]).args(device.again()).args(run).status()
    };
    let status = std::env::current_exe().and_then(again);
    let status = status.map_err(WindowError::LostInFrame)?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
