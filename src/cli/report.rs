//! `sgnas report`: a run folder's journal as one HTML file.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use super::error::CliError;
use super::output;
use crate::platform::files;
use crate::report::{self, Source};
use crate::run::RunError;
use crate::run::folder::{OwnedRunFolder, RunFolder};

/// Write report.html of a run, finished or not
#[derive(Debug, Args)]
pub(super) struct Report {
    /// Run folder
    run: PathBuf,
    /// File to write [default: report.html in the run folder]
    #[arg(long)]
    out: Option<PathBuf>,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

/// What `--json` writes.
#[derive(Serialize)]
struct Written<'a> {
    report: &'a Path,
}

impl Report {
    pub(super) fn run(self) -> Result<ExitCode, CliError> {
        let written = write(&self.run, self.out.as_deref())?;
        if self.json {
            output::print_json(&Written { report: &written })?;
        } else {
            output::print(&format!("{}\n", written.display()))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Writes the report of a run to `out`, or into its folder; the path written.
pub(super) fn write(run: &Path, out: Option<&Path>) -> Result<PathBuf, CliError> {
    let folder = RunFolder::open(run)?;
    // "." and ".." have a name of their own.
    let whole = run.canonicalize().map_err(CliError::io(run, "read"))?;
    let name = whole.file_name().unwrap_or(run.as_os_str()).to_string_lossy();
    // Whoever holds the folder's lock works on the run.
    let active = matches!(OwnedRunFolder::open(run), Err(RunError::Locked { .. }));
    let html = report::html(&folder.state()?, Source { name: &name, active })?;
    let path = out.map_or_else(|| folder.report(), Path::to_owned);
    files::write_atomically(&path, html.as_bytes()).map_err(CliError::io(&path, "write"))?;
    Ok(path)
}
