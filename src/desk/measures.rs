//! The worker that measures architectures with inherited weights: it holds the open run's supernet
//! and images on a device of its own, from the first request on.

use std::path::{Path, PathBuf};

use super::inbox::Inbox;
use super::mail::Mail;
use crate::gpu::AdapterChoice;
use crate::platform::thread;
use crate::run::RunError;
use crate::run::trained::Evaluator;
use crate::space::Architecture;
use crate::studio::backend::Report;

/// The way to the worker.
#[derive(Clone)]
pub(super) struct Measures(Inbox<Waiting>);

#[derive(Debug, Default, PartialEq)]
struct Waiting {
    folder: Option<PathBuf>,
    architecture: Option<Architecture>,
}

impl Measures {
    /// Starts the worker.
    pub(super) fn start(adapter: AdapterChoice, mail: Mail) -> Result<Self, RunError> {
        let inbox = Inbox::new();
        let own = inbox.clone();
        let work = move || {
            // A device stays on the thread that opened it.
            let mut worker = Worker { adapter, mail, folder: None, evaluator: None };
            loop {
                worker.serve(own.wait());
            }
        };
        thread::spawn("measures", work).map(drop).map_err(RunError::Thread)?;
        Ok(Self(inbox))
    }

    /// Measures in another run, or in a newer state of this one, from now on.
    pub(super) fn open(&self, folder: &Path) {
        self.0.put(|waiting| waiting.folder = Some(folder.to_owned()));
    }

    /// Asks for an accuracy; a request that waits is replaced.
    pub(super) fn ask(&self, architecture: Architecture) {
        self.0.put(|waiting| waiting.architecture = Some(architecture));
    }
}

struct Worker {
    adapter: AdapterChoice,
    mail: Mail,
    folder: Option<PathBuf>,
    evaluator: Option<Evaluator>,
}

impl Worker {
    fn serve(&mut self, waiting: Waiting) {
        if let Some(folder) = waiting.folder {
            self.folder = Some(folder);
            self.evaluator = None;
        }
        if let Some(architecture) = waiting.architecture {
            let accuracy = self.measure(&architecture).map_err(|error| error.to_string());
            self.mail.send(Report::Measured { architecture, accuracy });
        }
    }

    fn measure(&mut self, architecture: &Architecture) -> Result<f64, RunError> {
        let evaluator = match self.evaluator.take() {
            Some(evaluator) => evaluator,
            None => {
                let folder = self.folder.as_deref().unwrap_or(Path::new("."));
                pollster::block_on(Evaluator::open(folder, &self.adapter))?
            }
        };
        // An evaluator whose device failed is not kept.
        let accuracy = pollster::block_on(evaluator.measure(architecture))?;
        self.evaluator = Some(evaluator);
        Ok(accuracy)
    }
}
