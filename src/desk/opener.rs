//! Runs that are opened to be looked at: their journals are read in tasks of their own, since the
//! long ones take their time. Nothing is written.

use std::path::{Path, PathBuf};

use super::in_view::InView;
use super::mail::Mail;
use super::tools::Tools;
use super::{drawn, pins, times, trainer};
use crate::platform::task;
use crate::protocol::journal::Record;
use crate::run::RunError;
use crate::run::folder::{OwnedRunFolder, RunFolder};
use crate::studio::backend::{Ending, Report};

/// How a run is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// As it is.
    Now,
    /// From its first event on.
    Replay,
}

/// Reads a run and tells of it, unless something else comes into view before. Where that fails and
/// `left` says that a run under way was left for it, that run has ended.
pub(super) fn open(
    folder: &RunFolder,
    look: Look,
    left: bool,
    mail: &Mail,
    tools: Tools,
) -> Result<InView, RunError> {
    let view = InView::new();
    let (seen, mail, root) = (view.clone(), mail.clone(), folder.root().to_owned());
    let work = async move || {
        let read = RunFolder::open(&root).and_then(|found| found.records());
        let reports = read.map(|records| of_run(&root, look, records));
        seen.while_it_is(|| match reports {
            Ok(reports) => {
                reports.into_iter().for_each(|report| mail.send(report));
                tools.open(&root);
            }
            Err(error) => {
                let stopped = left.then_some(Report::Ended(Ok(Ending::Stopped)));
                stopped.into_iter().for_each(|report| mail.send(report));
                mail.send(Report::Trouble(error.to_string()));
            }
        });
    };
    task::spawn("opening", work).map_err(RunError::Thread)?;
    Ok(view)
}

fn of_run(root: &Path, look: Look, records: Vec<Record>) -> Vec<Report> {
    let folder = root.to_owned();
    if look == Look::Replay {
        return vec![Report::Replay { folder, records }, Report::PinsBefore(pins::read(root))];
    }
    // Its lock tells whether another program works on it; ours was stopped first.
    let locked = matches!(OwnedRunFolder::open(root), Err(RunError::Locked { .. }));
    let mut reports = vec![Report::Opened { folder, records, live: false }];
    reports.extend(beside(root));
    if locked {
        let what = "another program works on this run: what is shown stands still";
        reports.push(Report::Trouble(format!("{}: {what}", root.display())));
    }
    reports
}

/// What lies beside a run's own state in its folder.
fn beside(run: &Path) -> Vec<Report> {
    let mut reports = trainer::list(run);
    let drawn = drawn::read(run);
    if !drawn.is_empty() {
        reports.push(Report::DrawnBefore(drawn));
    }
    reports.push(Report::PinsBefore(pins::read(run)));
    reports.extend(match times::read(run) {
        Ok(times) => times.map(|times| Report::BlocksTimed(Ok(times))),
        Err(error) => Some(Report::Trouble(error.to_string())),
    });
    reports
}

/// A run that was stopped, with what lies beside it, as it is gone on with.
pub(super) fn to_resume(folder: PathBuf) -> Result<Vec<Report>, RunError> {
    let records = RunFolder::open(&folder)?.records_to_resume()?;
    let beside = beside(&folder);
    let mut reports = vec![Report::Opened { folder, records, live: true }];
    reports.extend(beside);
    Ok(reports)
}
