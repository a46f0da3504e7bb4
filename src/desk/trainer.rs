//! A training from scratch beside the run in view: a task with a device of its own, its events
//! carried to the studio by another.

use std::path::{Path, PathBuf};

use async_channel::Sender;

use super::in_view::InView;
use super::library;
use super::mail::Mail;
use crate::gpu::AdapterChoice;
use crate::platform::task::{self, Task};
use crate::protocol::Command;
use crate::run::RunError;
use crate::run::folder::RunFolder;
use crate::run::link::{self, Handle};
use crate::run::train::{TrainJob, Trained, train};
use crate::space::Architecture;
use crate::studio::backend::{Ending, Report};

/// The folder in a run's folder that its trainings lie in.
pub(super) const TRAININGS: &str = "scratch";

/// A training and the way to it.
pub(super) struct Trainer {
    commands: Sender<Command>,
    carrier: Task<()>,
    view: InView,
}

impl Trainer {
    /// Begins to train an architecture with a run's images and settings.
    pub(super) fn begin(
        run: &Path,
        architecture: Architecture,
        adapter: &AdapterChoice,
        mail: &Mail,
    ) -> Result<Self, RunError> {
        let config = Box::new(RunFolder::open(run)?.config()?);
        let out = library::free_folder(&run.join(TRAININGS), "train");
        mail.send(Report::Training {
            folder: out.clone(),
            architecture: architecture.clone(),
            records: Vec::new(),
            live: true,
        });
        let job = TrainJob::New { config, architecture, out: out.clone() };
        Self::start(job, out, adapter, mail, || Ok(None))
    }

    /// Goes on with a training from its newest checkpoint.
    pub(super) fn resume(
        folder: PathBuf,
        adapter: &AdapterChoice,
        mail: &Mail,
    ) -> Result<Self, RunError> {
        let (job, before) = (TrainJob::Resume { folder: folder.clone() }, folder.clone());
        Self::start(job, folder, adapter, mail, || to_resume(before))
    }

    /// Starts the task of a training, which first tells what `before` reads.
    fn start(
        job: TrainJob,
        folder: PathBuf,
        adapter: &AdapterChoice,
        mail: &Mail,
        before: impl FnOnce() -> Result<Option<Report>, RunError> + Send + 'static,
    ) -> Result<Self, RunError> {
        let view = InView::new();
        let (adapter, seen, to) = (adapter.clone(), view.clone(), mail.clone());
        let handle = link::start(async move |link| {
            let report = before()?;
            seen.while_it_is(|| report.into_iter().for_each(|report| to.send(report)));
            train(job, &adapter, link).await
        })?;
        let commands = handle.commands.clone();
        let (mail, seen) = (mail.clone(), view.clone());
        let carry = async move || carry(handle, &folder, &mail, &seen).await;
        let carrier = task::spawn("training", carry).map_err(RunError::Thread)?;
        Ok(Self { commands, carrier, view })
    }

    /// Lets it save and end, without waiting for it.
    pub(super) fn stop(&self) {
        // A full queue means that as many commands wait already.
        let _ = self.commands.try_send(Command::Stop);
    }

    /// Lets it save and end; its run is in view no longer.
    pub(super) fn leave(&self) {
        self.view.end();
        self.stop();
    }

    /// Whether it has saved and ended.
    pub(super) fn has_ended(&self) -> bool {
        self.carrier.is_finished()
    }

    /// Lets it save and waits for its end.
    pub(super) async fn end(self) {
        self.stop();
        // The carrier tells of errors itself.
        let _ = self.carrier.end().await;
    }
}

/// The trainings in a run's folder, in the order of their numbers, as the studio wants to hear of
/// them; what cannot be read is left out.
pub(super) fn list(run: &Path) -> Vec<Report> {
    let folders = library::folders(&run.join(TRAININGS));
    let read = |folder: PathBuf| {
        let found = RunFolder::open(&folder).ok()?;
        let (architecture, records) = (found.scratch().ok()??, found.records().ok()?);
        Some(Report::Training { folder, architecture, records, live: false })
    };
    let mut folders: Vec<PathBuf> = folders.collect();
    folders.sort_by_key(|folder| (folder.as_os_str().len(), folder.clone()));
    folders.into_iter().filter_map(read).collect()
}

/// A training that was stopped, as it is gone on with.
fn to_resume(folder: PathBuf) -> Result<Option<Report>, RunError> {
    let found = RunFolder::open(&folder)?;
    let (architecture, records) = (found.scratch()?, found.records_to_resume()?);
    let report = |architecture| Report::Training { folder, architecture, records, live: true };
    Ok(architecture.map(report))
}

/// Carries events until the training ends.
async fn carry(handle: Handle<Trained>, folder: &Path, mail: &Mail, view: &InView) {
    while let Ok(record) = handle.events.recv().await {
        let (folder, records) = (folder.to_owned(), vec![record]);
        view.while_it_is(|| mail.send(Report::TrainingEvents { folder, records }));
    }
    let ending = match handle.end().await {
        Ok(Trained { accuracy: Some(_), .. }) => Ok(Ending::Finished),
        Ok(_) => Ok(Ending::Stopped),
        Err(error) => Err(error.to_string()),
    };
    let (failure, folder_name) = (ending.as_ref().err().cloned(), folder.display());
    let told = view.while_it_is(|| {
        mail.send(Report::TrainingEnded { folder: folder.to_owned(), ending });
    });
    if let (false, Some(error)) = (told, failure) {
        mail.send(Report::Trouble(format!("{folder_name}: {error}")));
    }
}
