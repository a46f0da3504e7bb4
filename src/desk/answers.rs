//! The worker that answers budgets: it holds the open run's generator on a device of its own, and
//! reads it anew when the run has saved a better one.

use std::path::{Path, PathBuf};

use super::inbox::Inbox;
use super::mail::Mail;
use super::times;
use crate::gpu::AdapterChoice;
use crate::platform::clock::Stopwatch;
use crate::platform::task;
use crate::run::answerer::Answerer;
use crate::run::{RunError, trained};
use crate::space::{Budget, LatencyTable};
use crate::studio::backend::{Answer, Report};

/// The way to the worker.
#[derive(Clone)]
pub(super) struct Answers(Inbox<Waiting>);

/// What waits for the worker.
#[derive(Debug, Default, PartialEq)]
struct Waiting {
    /// Another run.
    folder: Option<PathBuf>,
    /// The run has saved.
    saved: bool,
    /// The times of its layers were measured.
    timed: bool,
    budget: Option<Budget>,
}

impl Answers {
    /// Starts the worker.
    pub(super) fn start(adapter: AdapterChoice, mail: Mail) -> Result<Self, RunError> {
        let inbox = Inbox::new();
        let own = inbox.clone();
        let work = async move || {
            // A device stays where it was opened.
            let mut worker = Worker { adapter, mail, folder: None, answerer: None };
            loop {
                worker.serve(own.wait().await).await;
            }
        };
        task::spawn::<(), _>("answers", work).map(drop).map_err(RunError::Thread)?;
        Ok(Self(inbox))
    }

    /// Answers from another run from now on.
    pub(super) fn open(&self, folder: &Path) {
        self.0.put(|waiting| {
            *waiting = Waiting { folder: Some(folder.to_owned()), ..Waiting::default() };
        });
    }

    /// The run has saved: there may be a better generator.
    pub(super) fn saved(&self) {
        self.0.put(|waiting| waiting.saved = true);
    }

    /// The times of the run's layers were measured.
    pub(super) fn timed(&self) {
        self.0.put(|waiting| waiting.timed = true);
    }

    /// Asks for an answer; one that waits is replaced.
    pub(super) fn ask(&self, budget: Budget) {
        self.0.put(|waiting| waiting.budget = Some(budget));
    }
}

struct Worker {
    adapter: AdapterChoice,
    mail: Mail,
    folder: Option<PathBuf>,
    answerer: Option<Answerer>,
}

impl Worker {
    async fn serve(&mut self, waiting: Waiting) {
        let other = waiting.folder.is_some();
        if let Some(folder) = waiting.folder {
            self.folder = Some(folder);
            self.answerer = None;
        }
        if other || waiting.saved {
            self.load().await;
        }
        if waiting.timed
            && let (Some(answerer), Some(folder)) = (&mut self.answerer, &self.folder)
        {
            answerer.set_times(times(folder));
        }
        if let Some(budget) = waiting.budget {
            self.answer(budget).await;
        }
    }

    /// Reads the run's generator; where there is none yet, the one in hand stays.
    async fn load(&mut self) {
        let Some(folder) = &self.folder else { return };
        let loaded = async {
            let mut answerer = trained::generator(folder, &self.adapter).await?;
            answerer.set_times(times(folder));
            // One answer that nobody waits for: the first move of the slider would wait until the
            // pipelines are compiled.
            let (metric, space) = (answerer.metric(), answerer.space());
            let most = Budget::new(metric, space.cost_range().1.get(metric));
            answerer.weigh(&most).await?;
            Ok(answerer)
        };
        match loaded.await {
            Ok(answerer) => {
                self.answerer = Some(answerer);
                self.mail.send(Report::Generator(Ok(())));
            }
            Err(_) if self.answerer.is_some() => {}
            Err(RunError::Untrained { .. } | RunError::NoRun(_)) => {
                let why = "the generator has not been trained yet".to_owned();
                self.mail.send(Report::Generator(Err(why)));
            }
            Err(error) => self.mail.send(Report::Generator(Err(error.to_string()))),
        }
    }

    async fn answer(&mut self, budget: Budget) {
        let Some(answerer) = &self.answerer else { return };
        let watch = Stopwatch::start();
        match answerer.weigh(&budget).await {
            Ok((decoded, probabilities)) => self.mail.send(Report::Answered(Answer {
                budget,
                architecture: decoded.architecture,
                probabilities,
                milliseconds: watch.milliseconds(),
            })),
            // Both limits at once may leave nothing.
            Err(error @ RunError::Space(_)) => self.mail.send(Report::Trouble(error.to_string())),
            Err(error) => {
                // A lost device: the next request begins on a new one.
                self.answerer = None;
                self.mail.send(Report::Trouble(error.to_string()));
                self.load().await;
            }
        }
    }
}

/// The times of a run's layers. Whoever opened the run has told where they cannot be used.
fn times(run: &Path) -> Option<LatencyTable> {
    times::read(run).ok().flatten()
}
