//! The studio's outside: tasks that answer its requests, on a desktop threads beside a window, in a
//! browser tasks of a worker. The run has a task and a device of its own; so have the generator
//! that answers budgets and the supernet that measures architectures. Nothing is drawn here.

mod answers;
#[cfg(feature = "studio")]
mod dialog;
mod drawn;
mod exports;
mod in_view;
mod inbox;
mod library;
mod mail;
mod measures;
mod opener;
mod parcel;
mod pins;
mod prober;
mod recognise;
mod remover;
mod runner;
#[cfg(feature = "studio")]
mod system_theme;
mod times;
mod tools;
mod trainer;
#[cfg(feature = "studio")]
mod window;

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;

use self::in_view::InView;
use self::mail::Mail;
use self::opener::Look;
use self::prober::Prober;
use self::runner::Runner;
use self::tools::Tools;
use self::trainer::Trainer;
use crate::gpu::{AdapterChoice, Gpu, list_adapters};
use crate::measure::{OpCases, op_cases};
use crate::platform::{CAN_BLOCK, task};
use crate::run::RunError;
use crate::run::folder::RunFolder;
use crate::studio::Backend;
use crate::studio::backend::{Adapter, Browse, Report, Request, Wake};
#[cfg(feature = "studio")]
pub use window::{Opened, WindowError, open_window};

/// What a person chooses, once they have.
pub type Chosen = Pin<Box<dyn Future<Output = Option<PathBuf>> + Send>>;

/// How a person is let choose on disk; called on the thread that asks.
#[derive(Clone, Copy)]
pub struct Dialogs {
    /// A file or folder that is there.
    pub choose: fn(Browse) -> Chosen,
    /// A file to be written, in a folder unless they go elsewhere, under a name unless they choose
    /// another.
    pub choose_place: fn(&Path, &str) -> Chosen,
}

/// The answers to the studio.
pub struct Desk {
    mail: Mail,
    adapter: AdapterChoice,
    /// Where new runs are created and others are looked for.
    runs: PathBuf,
    runner: Option<Runner>,
    /// The run that is being opened to look at, until something else comes into view.
    opening: Option<InView>,
    /// Runs that were left and still save.
    left: Vec<Runner>,
    /// What is trained from scratch beside the run, and trainings that were left and still save.
    trainer: Option<Trainer>,
    left_trainings: Vec<Trainer>,
    tools: Tools,
    /// The probe of the adapter, from its request until something else is computed.
    prober: Option<Prober>,
    /// `None` where whoever draws lets a person choose, as in a browser.
    dialogs: Option<Dialogs>,
}

impl Desk {
    /// A desk that computes on this adapter and keeps runs in a folder.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn new(adapter: AdapterChoice, runs: &Path) -> Result<Self, RunError> {
        let mail = Mail::default();
        let answers = answers::Answers::start(adapter.clone(), mail.clone())?;
        let measures = measures::Measures::start(adapter.clone(), mail.clone(), answers.clone())?;
        Ok(Self {
            mail,
            adapter,
            runs: runs.to_owned(),
            runner: None,
            opening: None,
            left: Vec::new(),
            trainer: None,
            left_trainings: Vec::new(),
            tools: Tools { answers, measures },
            prober: None,
            dialogs: None,
        })
    }

    /// With dialogs to choose files and folders.
    pub fn with_dialogs(mut self, dialogs: Dialogs) -> Self {
        self.dialogs = Some(dialogs);
        self
    }

    fn try_ask(&mut self, request: Request) -> Result<(), RunError> {
        match request {
            Request::ListAdapters => self.aside("adapters", async move |mail| {
                let all = list_adapters().await.into_iter().map(|one| Adapter {
                    name: one.name,
                    kind: one.kind.to_owned(),
                    backend: one.backend,
                });
                mail.send(Report::Adapters(all.collect()));
            })?,
            Request::CheckAdapter => {
                let adapter = self.adapter.clone();
                self.aside("check", async move |mail| mail.send(check(&adapter).await))?;
            }
            Request::Probe { known } => {
                let (adapter, mail) = (self.adapter.clone(), self.mail.clone());
                self.prober = Some(Prober::start(known, adapter, mail)?);
            }
            Request::ListRuns => {
                let folder = self.runs.clone();
                self.aside("runs", async move |mail| {
                    mail.send(Report::Runs(library::list(&folder)));
                })?;
            }
            Request::Start(config) => {
                self.leave();
                let out = library::free_folder(&self.runs, &config.general.preset);
                let tools = self.tools.clone();
                let runner = Runner::begin(*config, out, &self.adapter, &self.mail, tools)?;
                self.runner = Some(runner);
            }
            Request::Resume(folder) => {
                let (left, tools) = (self.leave(), self.tools.clone());
                let runner = Runner::resume(folder, &self.adapter, &self.mail, tools, left)?;
                self.runner = Some(runner);
            }
            Request::Open(folder) => self.open(&folder, Look::Now)?,
            Request::Read(folder) => {
                self.aside("reading", async move |mail| {
                    match RunFolder::open(&folder).and_then(|found| found.records()) {
                        Ok(records) => mail.send(Report::Read { folder, records }),
                        Err(error) => mail.send(Report::Trouble(error.to_string())),
                    }
                })?
            }
            Request::Replay(folder) => self.open(&folder, Look::Replay)?,
            Request::Delete(folder) => {
                let runs = self.runs.clone();
                self.aside("deleting", async move |mail| {
                    match remover::delete(&folder) {
                        Ok(left) => {
                            mail.send(Report::Deleted(folder));
                            left.into_iter().for_each(|what| mail.send(Report::Trouble(what)));
                        }
                        Err(error) => mail.send(Report::Trouble(error.to_string())),
                    }
                    mail.send(Report::Runs(library::list(&runs)));
                })?;
            }
            Request::Take(path) => match RunFolder::open(&path) {
                Ok(_) => self.open(&path, Look::Now)?,
                Err(_) if exports::is_json(&path) => {
                    self.mail.send(Report::Dropped(exports::architecture(&path)?));
                }
                Err(_) if parcel::is_one(&path) => {
                    let runs = self.runs.clone();
                    self.aside("unpacking", async move |mail| {
                        mail.send(match parcel::unpack(&path, &runs) {
                            Ok(run) => Report::Unpacked { file: path, run },
                            Err(error) => Report::Trouble(error.to_string()),
                        });
                    })?;
                }
                Err(_) => self.aside("recognising", async move |mail| {
                    mail.send(recognise::recognise(&path).unwrap_or_else(Report::Trouble));
                })?,
            },
            Request::Browse(what) => {
                if let Some(Dialogs { choose, .. }) = self.dialogs {
                    let chosen = choose(what);
                    self.aside("choosing", async move |mail| {
                        if let Some(path) = chosen.await {
                            mail.send(Report::Chosen(path));
                        }
                    })?;
                }
            }
            Request::Command(command) => {
                if let Some(runner) = &self.runner {
                    runner.command(command);
                }
            }
            Request::Answer(budget) => self.tools.answers.ask(budget),
            Request::Measure(architecture) => self.tools.measures.ask(architecture),
            Request::Time(architecture) => self.tools.measures.time(architecture),
            Request::TimeBlocks => self.tools.measures.time_blocks(),
            Request::Train { run, architecture } => {
                self.train(|adapter, mail| Trainer::begin(&run, architecture, adapter, mail))?
            }
            Request::TrainOn(folder) => {
                self.train(|adapter, mail| Trainer::resume(folder, adapter, mail))?;
            }
            Request::StopTraining => {
                if let Some(trainer) = &self.trainer {
                    trainer.stop();
                }
            }
            Request::Save { run, name, bytes } => {
                let path = exports::save(&run, &name, &bytes)?;
                self.mail.send(Report::Saved(path));
            }
            Request::SaveAs { run, name, bytes } => match self.dialogs {
                Some(Dialogs { choose_place, .. }) => {
                    let chosen = choose_place(&exports::folder(&run)?, &name);
                    self.aside("saving", async move |mail| {
                        if let Some(path) = chosen.await {
                            mail.send(match exports::write(&path, &bytes) {
                                Ok(()) => Report::Saved(path),
                                Err(error) => Report::Trouble(error.to_string()),
                            });
                        }
                    })?;
                }
                None => self.mail.send(Report::Saved(exports::save(&run, &name, &bytes)?)),
            },
            Request::Pack(run) => {
                self.aside("packing", async move |mail| match parcel::pack(&run) {
                    Ok(parcel::Packed { file, stay }) => {
                        mail.send(Report::Saved(file));
                        stay.into_iter().for_each(|why| mail.send(Report::Trouble(why)));
                    }
                    Err(error) => mail.send(Report::Trouble(error.to_string())),
                })?
            }
            Request::KeepPins { run, pins } => pins::keep(&run, &pins)?,
            Request::WriteReport(run) => self.aside("report", async move |mail| {
                mail.send(match exports::report(&run) {
                    Ok(path) => Report::Saved(path),
                    Err(why) => Report::Trouble(why),
                });
            })?,
            Request::Draw { first, count } => {
                self.tools.measures.draw(first..first.saturating_add(count))
            }
        }
        Ok(())
    }

    /// Does something short as a task of its own.
    fn aside<F: Future<Output = ()> + 'static>(
        &self,
        name: &str,
        work: impl FnOnce(Mail) -> F + Send + 'static,
    ) -> Result<(), RunError> {
        let mail = self.mail.clone();
        task::spawn(name, move || work(mail)).map(drop).map_err(RunError::Thread)
    }

    /// Opens a run to look at.
    fn open(&mut self, folder: &Path, look: Look) -> Result<(), RunError> {
        // What is no run at all takes none away.
        let found = RunFolder::open(folder)?;
        let left = self.leave();
        self.opening = Some(opener::open(&found, look, left, &self.mail, self.tools.clone())?);
        Ok(())
    }

    /// Begins a training from scratch, if none is under way.
    fn train(
        &mut self,
        begin: impl FnOnce(&AdapterChoice, &Mail) -> Result<Trainer, RunError>,
    ) -> Result<(), RunError> {
        if self.trainer.as_ref().is_some_and(|trainer| !trainer.has_ended()) {
            let what = "a network is in training already: stop it or wait for its end";
            self.mail.send(Report::Trouble(what.to_owned()));
            return Ok(());
        }
        self.trainer = Some(begin(&self.adapter, &self.mail)?);
        Ok(())
    }

    /// Lets the run under way save and end, and what is trained beside it; a probe ends. Whether
    /// there was such a run.
    fn leave(&mut self) -> bool {
        if let Some(opening) = self.opening.take() {
            opening.end();
        }
        if let Some(prober) = &self.prober {
            prober.stop();
        }
        self.left_trainings.retain(|trainer| !trainer.has_ended());
        if let Some(trainer) = self.trainer.take() {
            trainer.leave();
            self.left_trainings.push(trainer);
        }
        self.left.retain(|runner| !runner.has_ended());
        let Some(runner) = self.runner.take() else { return false };
        let under_way = !runner.has_ended();
        runner.leave();
        self.left.push(runner);
        under_way
    }
}

/// Computes every operator on a device of its own.
async fn check(adapter: &AdapterChoice) -> Report {
    let outcome = async { op_cases(&Gpu::open(adapter).await?).await }.await;
    match outcome {
        Err(error) => Report::Trouble(error.to_string()),
        Ok(OpCases { operators, cases, result, gradient, wrong }) => {
            let figures = format!(
                "{cases} cases of {operators} operators, largest error of a result {result:.1e}, of a gradient {gradient:.1e}"
            );
            let told = match wrong.as_slice() {
                [] => format!("this adapter computes right: {figures}"),
                [first, ..] => {
                    format!(
                        "this adapter computes wrong in {}, first {first}: {figures}; update its driver",
                        wrong.len()
                    )
                }
            };
            Report::Checked { right: wrong.is_empty(), told }
        }
    }
}

impl Backend for Desk {
    fn connect(&mut self, wake: Wake) {
        self.mail.connect(wake);
    }

    fn ask(&mut self, request: Request) {
        if let Err(error) = self.try_ask(request) {
            self.mail.send(Report::Trouble(error.to_string()));
        }
    }

    fn reports(&mut self) -> Vec<Report> {
        self.mail.take()
    }
}

impl Drop for Desk {
    /// Closing the window saves.
    fn drop(&mut self) {
        let runners = self.runner.take().into_iter().chain(self.left.drain(..));
        let trainers = self.trainer.take().into_iter().chain(self.left_trainings.drain(..));
        if CAN_BLOCK {
            pollster::block_on(async {
                for runner in runners {
                    runner.end().await;
                }
                for trainer in trainers {
                    trainer.end().await;
                }
                if let Some(prober) = self.prober.take() {
                    prober.end().await;
                }
            });
        }
    }
}
