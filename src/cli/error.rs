//! What a command can fail with, and how the user learns of it: one line on standard error.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use thiserror::Error;

use super::note::note;
use crate::gpu::GpuError;
use crate::protocol::config::ConfigError;
use crate::protocol::quantity::QuantityError;
use crate::report::ReportError;
use crate::run::RunError;
use crate::space::SpaceError;

/// Status of a program whose reader has gone, as shells have it.
const BROKEN_PIPE: u8 = 141;

/// Why a command failed, in one line that names the thing and what to do.
#[derive(Debug, Error)]
pub(super) enum CliError {
    /// A run, its folder or its computation.
    #[error(transparent)]
    Run(#[from] RunError),
    /// A report.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// A setting.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// An architecture, a budget or a space.
    #[error(transparent)]
    Space(#[from] SpaceError),
    /// A count on the command line.
    #[error(transparent)]
    Quantity(#[from] QuantityError),
    /// The GPU.
    #[error(transparent)]
    Gpu(#[from] GpuError),
    /// The system refused a file.
    #[error("{path}: cannot {action}: {source}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// As in "cannot read".
        action: &'static str,
        /// The system's reason.
        source: io::Error,
    },
    /// A file that cannot be used.
    #[error("{path}: {reason}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The studio's window.
    #[cfg(feature = "studio")]
    #[error(transparent)]
    Window(#[from] crate::desk::WindowError),
    /// A value that has no JSON form.
    #[error("the result has no JSON form: {0}")]
    Json(#[from] serde_json::Error),
    /// Arguments that cannot be.
    #[error("{0}")]
    Usage(String),
    /// The numeric self-test failed.
    #[error("{0}")]
    SelfTest(String),
    /// Nobody reads the output any more, as after `| head`.
    #[error("standard output is closed")]
    Closed,
}

impl CliError {
    /// A file that cannot be used, with the reason.
    pub(super) fn file(path: &Path, reason: impl ToString) -> Self {
        Self::File { path: path.to_owned(), reason: reason.to_string() }
    }

    /// Turns an error of the file system into ours; `action` as in "cannot read".
    pub(super) fn io(path: &Path, action: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, action, source }
    }

    /// Tells the user, and gives the status to end with.
    pub(super) fn report(&self) -> ExitCode {
        match self {
            // Whoever closed the pipe wants to hear nothing.
            Self::Closed => return ExitCode::from(BROKEN_PIPE),
            _ => note(&format!("error: {self}")),
        }
        match self {
            Self::Usage(_) => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }
}
