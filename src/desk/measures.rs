//! The worker that measures architectures, their accuracy with inherited weights and their latency,
//! and the times of a run's blocks: it holds the open run's supernet and images on a device of its
//! own, from the first request on.

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::answers::Answers;
use super::inbox::Inbox;
use super::mail::Mail;
use super::{drawn, times};
use crate::gpu::{AdapterChoice, GpuError};
use crate::platform::task;
use crate::protocol::facts::{Evaluated, Latency, Origin};
use crate::run::RunError;
use crate::run::trained::Evaluator;
use crate::space::{Architecture, Cost, LatencyTable};
use crate::studio::backend::Report;

/// The way to the worker.
#[derive(Clone)]
pub(super) struct Measures(Inbox<Waiting>);

#[derive(Debug, Default, PartialEq)]
struct Waiting {
    folder: Option<PathBuf>,
    architecture: Option<Architecture>,
    /// What is to be timed.
    time: Option<Architecture>,
    /// All blocks are to be timed.
    blocks: bool,
    draw: Option<Range<u64>>,
}

impl Measures {
    /// Starts the worker.
    pub(super) fn start(
        adapter: AdapterChoice,
        mail: Mail,
        answers: Answers,
    ) -> Result<Self, RunError> {
        let inbox = Inbox::new();
        let own = inbox.clone();
        let work = async move || {
            // A device stays where it was opened.
            let (folder, evaluator, draw) = (None, None, 0..0);
            let mut worker = Worker { adapter, mail, answers, folder, evaluator, draw };
            loop {
                // Between two random ones whoever asks for an architecture is served first.
                let idle = worker.draw.is_empty();
                worker.serve(if idle { own.wait().await } else { own.take() }).await;
            }
        };
        task::spawn::<(), _>("measures", work).map(drop).map_err(RunError::Thread)?;
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

    /// Asks for a latency; a request that waits is replaced.
    pub(super) fn time(&self, architecture: Architecture) {
        self.0.put(|waiting| waiting.time = Some(architecture));
    }

    /// Asks for the times of all blocks.
    pub(super) fn time_blocks(&self) {
        self.0.put(|waiting| waiting.blocks = true);
    }

    /// Asks for the accuracies of random architectures, by number, in place of those that remain
    /// of an earlier request.
    pub(super) fn draw(&self, numbers: Range<u64>) {
        self.0.put(|waiting| waiting.draw = Some(numbers));
    }
}

struct Worker {
    adapter: AdapterChoice,
    mail: Mail,
    /// Those who answer limits on the time.
    answers: Answers,
    folder: Option<PathBuf>,
    evaluator: Option<Evaluator>,
    /// Numbers of the random architectures that are still to be measured.
    draw: Range<u64>,
}

impl Worker {
    async fn serve(&mut self, waiting: Waiting) {
        if let Some(folder) = waiting.folder {
            if self.folder.as_ref() != Some(&folder) {
                self.draw = 0..0;
            }
            self.folder = Some(folder);
            self.evaluator = None;
        }
        if let Some(numbers) = waiting.draw {
            self.draw = numbers;
        }
        if let Some(architecture) = waiting.time {
            let latency = self.twice(async |own| own.time(&architecture).await).await;
            self.mail.send(Report::Timed { architecture, latency });
        }
        if waiting.blocks {
            let timed = self.twice(async |own| own.time_blocks().await).await;
            self.answers.timed();
            self.mail.send(Report::BlocksTimed(timed));
        }
        if let Some(architecture) = waiting.architecture {
            let accuracy = self.twice(async |own| own.measure(&architecture).await).await;
            self.mail.send(Report::Measured { architecture, accuracy });
        } else if let Some(number) = self.draw.next() {
            let measured = self.twice(async |own| own.random(number).await).await;
            if measured.is_err() {
                self.draw = 0..0;
            }
            let kept = self.folder.as_deref().zip(measured.as_ref().ok());
            if let Some(Err(error)) = kept.map(|(run, one)| drawn::append(run, one)) {
                self.mail.send(Report::Trouble(error.to_string()));
            }
            let left = self.draw.end - self.draw.start;
            self.mail.send(Report::Drawn { left, measured });
        }
    }

    /// Does something, on a lost device once more on a new one; what went wrong in one line.
    async fn twice<T>(
        &mut self,
        work: impl AsyncFn(&mut Self) -> Result<T, RunError>,
    ) -> Result<T, String> {
        let done = match work(self).await {
            Err(RunError::Gpu(GpuError::Lost(why))) => {
                let what = "the device that measures was lost";
                let told = format!("{what} ({why}); it is measured again on a new one");
                self.mail.send(Report::Trouble(told));
                work(self).await
            }
            done => done,
        };
        done.map_err(|error| error.to_string())
    }

    async fn measure(&mut self, architecture: &Architecture) -> Result<f64, RunError> {
        let evaluator = self.evaluator().await?;
        let tell = |done, of| {
            let architecture = architecture.clone();
            self.mail.send(Report::Measuring { architecture, done, of });
        };
        // An evaluator whose device failed is not kept.
        let accuracy = evaluator.measure(architecture, &tell).await?;
        self.evaluator = Some(evaluator);
        Ok(accuracy)
    }

    async fn time(&mut self, architecture: &Architecture) -> Result<Latency, RunError> {
        let evaluator = self.evaluator().await?;
        let latency = evaluator.time(architecture).await?;
        self.evaluator = Some(evaluator);
        Ok(latency)
    }

    /// Times all blocks, and keeps the table with the run.
    async fn time_blocks(&mut self) -> Result<LatencyTable, RunError> {
        let evaluator = self.evaluator().await?;
        let mut tell = |done, of| self.mail.send(Report::TimingBlocks { done, of });
        let table = evaluator.time_blocks(&mut tell).await?;
        self.evaluator = Some(evaluator);
        if let Some(run) = &self.folder {
            times::keep(run, &table)?;
        }
        Ok(table)
    }

    async fn random(&mut self, number: u64) -> Result<Evaluated, RunError> {
        let evaluator = self.evaluator().await?;
        let architecture = evaluator.random(number);
        let accuracy = evaluator.measure(&architecture, &|_, _| {}).await?;
        let Cost { macs, params } = evaluator.space().cost(&architecture, false)?;
        self.evaluator = Some(evaluator);
        let (kind, budget) = (Origin::Random, None);
        Ok(Evaluated { kind, budget, architecture, macs, params, accuracy })
    }

    /// The evaluator in hand, or a new one.
    async fn evaluator(&mut self) -> Result<Evaluator, RunError> {
        match self.evaluator.take() {
            Some(evaluator) => Ok(evaluator),
            None => {
                let folder = self.folder.as_deref().unwrap_or(Path::new("."));
                Evaluator::open(folder, &self.adapter).await
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_a_lost_device_did_not_measure_is_measured_once_more_and_told() {
        let (adapter, mail) = (AdapterChoice::default(), Mail::default());
        let answers = Answers::start(adapter.clone(), mail.clone()).unwrap();
        let (folder, evaluator, draw) = (None, None, 0..0);
        let mut worker = Worker { adapter, mail: mail.clone(), answers, folder, evaluator, draw };
        let lost = || RunError::Gpu(GpuError::Lost("on purpose".to_owned()));
        let times = std::cell::Cell::new(0);
        let mut done = |failures: u32| {
            times.set(0);
            let work = async |_: &mut Worker| {
                times.set(times.get() + 1);
                if times.get() <= failures { Err(lost()) } else { Ok(times.get()) }
            };
            (pollster::block_on(worker.twice(work)), mail.take().len())
        };
        assert_eq!(done(0), (Ok(1), 0));
        assert_eq!(done(1), (Ok(2), 1));
        assert_eq!(done(2), (Err(lost().to_string()), 1));
    }
}
