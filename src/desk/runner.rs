//! The run under way: started as a task, its events carried to the studio by another, so that
//! a window that does not draw never holds it up.

use std::path::{Path, PathBuf};

use async_channel::Sender;

use super::in_view::InView;
use super::mail::Mail;
use super::opener;
use super::tools::Tools;
use crate::gpu::AdapterChoice;
use crate::platform::task::{self, Task};
use crate::protocol::config::Config;
use crate::protocol::facts::Phase;
use crate::protocol::{Command, Event};
use crate::run::RunError;
use crate::run::link::{self, Handle};
use crate::run::search::{Job, Outcome, search};
use crate::studio::backend::{Ending, Report};

/// A run and the way to it.
pub(super) struct Runner {
    commands: Sender<Command>,
    carrier: Task<()>,
    view: InView,
}

impl Runner {
    /// Begins a run in a new folder.
    pub(super) fn begin(
        config: Config,
        out: PathBuf,
        adapter: &AdapterChoice,
        mail: &Mail,
        tools: Tools,
    ) -> Result<Self, RunError> {
        mail.send(Report::Opened { folder: out.clone(), records: Vec::new(), live: true });
        let job = Job::New { config: Box::new(config), out: out.clone() };
        Self::start(job, out, adapter, mail, tools, || Ok(Vec::new()))
    }

    /// Goes on with a run from its newest checkpoint. Where that cannot be and `left` says that a run
    /// under way was left for it, that run has ended.
    pub(super) fn resume(
        folder: PathBuf,
        adapter: &AdapterChoice,
        mail: &Mail,
        tools: Tools,
        left: bool,
    ) -> Result<Self, RunError> {
        let (job, root, to) =
            (Job::Resume { folder: folder.clone() }, folder.clone(), mail.clone());
        let before = move || {
            opener::to_resume(root).inspect_err(|_| {
                let stopped = left.then_some(Report::Ended(Ok(Ending::Stopped)));
                stopped.into_iter().for_each(|report| to.send(report));
            })
        };
        Self::start(job, folder, adapter, mail, tools, before)
    }

    /// Starts the task of a run, which first tells what `before` reads.
    fn start(
        job: Job,
        folder: PathBuf,
        adapter: &AdapterChoice,
        mail: &Mail,
        tools: Tools,
        before: impl FnOnce() -> Result<Vec<Report>, RunError> + Send + 'static,
    ) -> Result<Self, RunError> {
        let view = InView::new();
        let (adapter, seen, to) = (adapter.clone(), view.clone(), mail.clone());
        let (users, root) = (tools.clone(), folder.clone());
        let handle = link::start(async move |link| {
            // What never came into view does not end there either.
            let reports = before().inspect_err(|_| seen.end())?;
            seen.while_it_is(|| {
                reports.into_iter().for_each(|report| to.send(report));
                users.open(&root);
            });
            search(job, &adapter, false, link).await
        })?;
        let commands = handle.commands.clone();
        let (mail, seen) = (mail.clone(), view.clone());
        let carry = async move || carry(handle, &folder, &mail, &tools, &seen).await;
        let carrier = task::spawn("carrier", carry).map_err(RunError::Thread)?;
        Ok(Self { commands, carrier, view })
    }

    /// Hands a command over. A full queue means that as many wait already.
    pub(super) fn command(&self, command: Command) {
        let _ = self.commands.try_send(command);
    }

    /// Lets the run save and end, without waiting for it; it is in view no longer.
    pub(super) fn leave(&self) {
        self.view.end();
        self.command(Command::Stop);
    }

    /// Whether it has saved and ended.
    pub(super) fn has_ended(&self) -> bool {
        self.carrier.is_finished()
    }

    /// Lets the run save and waits for its end.
    pub(super) async fn end(self) {
        self.command(Command::Stop);
        // The carrier tells of errors itself.
        let _ = self.carrier.end().await;
    }
}

/// Carries events until the run ends.
async fn carry(handle: Handle<Outcome>, folder: &Path, mail: &Mail, tools: &Tools, view: &InView) {
    let mut saving = false;
    while let Ok(record) = handle.events.recv().await {
        // A checkpoint is told before it is written; whatever follows comes after.
        if std::mem::take(&mut saving) {
            view.while_it_is(|| tools.saved(folder));
        }
        match &record.event {
            Event::Checkpoint { phase, .. } => saving = *phase >= Phase::Generator,
            // So that the slider answers from the best generator so far.
            Event::GeneratorEpoch(epoch) if epoch.best_hardware || epoch.best_accuracy => {
                let _ = handle.commands.try_send(Command::Save);
            }
            _ => {}
        }
        view.while_it_is(|| mail.send(Report::Events(vec![record])));
    }
    let ending = match handle.end().await {
        Ok(Outcome { result: Some(_), .. }) => Ok(Ending::Finished),
        Ok(_) => Ok(Ending::Stopped),
        Err(error) => Err(error.to_string()),
    };
    let failure = ending.as_ref().err().cloned();
    let told = view.while_it_is(|| {
        tools.saved(folder);
        mail.send(Report::Ended(ending));
    });
    if let (false, Some(error)) = (told, failure) {
        mail.send(Report::Trouble(format!("{}: {error}", folder.display())));
    }
}
