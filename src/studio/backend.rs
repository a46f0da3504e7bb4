//! What the studio needs of the outside, as values: requests out, reports in. Nothing here waits.
//! Room `desk` answers them with threads, a browser with a worker, a test with what it likes.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui::DroppedFileHandle;

use serde::{Deserialize, Serialize};

use crate::protocol::Command;
use crate::protocol::config::Config;
use crate::protocol::facts::{Evaluated, Latency};
use crate::protocol::journal::Record;
use crate::protocol::pace::Pace;
use crate::space::{Architecture, Budget, LatencyTable};

/// Wakes the interface after a report, from any thread.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// The outside. Every request is answered by reports, later.
pub trait Backend {
    /// Names what is to be called when a report has come.
    fn connect(&mut self, wake: Wake);

    /// Hands over a request, and returns at once.
    fn ask(&mut self, request: Request);

    /// What has come since the last call, in order.
    fn reports(&mut self) -> Vec<Report>;

    /// Takes a file that was dropped onto the window. In a browser it has no path, only contents.
    fn take_file(&mut self, file: DroppedFileHandle) {
        self.ask(Request::Take(file.path().to_owned()));
    }
}

/// What the studio may want.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Which adapters there are.
    ListAdapters,
    /// How exactly the adapter computes: every operator against its reference.
    CheckAdapter,
    /// How fast the adapter is: the paces of the presets' trainings.
    Probe {
        /// Adapters that are known from earlier sessions; there nothing is measured.
        known: Vec<String>,
    },
    /// Which runs there are beside the open one.
    ListRuns,
    /// Begin a run, in a new folder.
    Start(Box<Config>),
    /// Read a run's folder, and answer from what it has learnt.
    Open(PathBuf),
    /// Something dropped onto the window or chosen: a run is opened, an architecture in JSON comes
    /// into view, images come back as such.
    Take(PathBuf),
    /// Read a run's journal, to compare it with others.
    Read(PathBuf),
    /// Show a run again from its first event on.
    Replay(PathBuf),
    /// Delete a run with all that it wrote.
    Delete(PathBuf),
    /// Let a person choose something on disk; it comes back as [`Request::Take`] has it.
    Browse(Browse),
    /// Go on with a run that was stopped.
    Resume(PathBuf),
    /// Something for the run that is under way.
    Command(Command),
    /// The architecture for a budget; a newer one replaces those that wait.
    Answer(Budget),
    /// The accuracy of an architecture with inherited weights; a newer one replaces those that
    /// wait.
    Measure(Architecture),
    /// How long the network of an architecture takes for one image; a newer one replaces those that
    /// wait.
    Time(Architecture),
    /// How long each block of the open run's space takes for one image; the table is kept with the
    /// run.
    TimeBlocks,
    /// The accuracies of random architectures, by their numbers in the run's series of them. It
    /// replaces what is left of an earlier request, so that a count of 0 stops.
    Draw {
        /// The first one's number.
        first: u64,
        /// How many.
        count: u64,
    },
    /// Train an architecture from scratch with the images and settings of a run.
    Train {
        /// The run's folder.
        run: PathBuf,
        /// What to train.
        architecture: Architecture,
    },
    /// Go on with a training from scratch that was stopped.
    TrainOn(PathBuf),
    /// Let the training from scratch under way save and end.
    StopTraining,
    /// Write a file that a person wants to keep.
    Save {
        /// The run that it is about.
        run: PathBuf,
        /// What to call it, as in "scatter.svg".
        name: String,
        /// What is in it.
        bytes: Vec<u8>,
    },
    /// As [`Request::Save`], where a person wants it.
    SaveAs {
        /// The run that it is about.
        run: PathBuf,
        /// What to call it, unless they want another name.
        name: String,
        /// What is in it.
        bytes: Vec<u8>,
    },
    /// Keep the pins of a run with it, in the place of those kept before.
    KeepPins {
        /// The run's folder.
        run: PathBuf,
        /// All of its pins.
        pins: Vec<KeptPin>,
    },
    /// Write the report of a run into its folder.
    WriteReport(PathBuf),
    /// Write a run into one file, beside its folder.
    Pack(PathBuf),
}

/// What is to be chosen on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Browse {
    /// A run's folder, or a folder of images.
    Folder,
    /// An archive, or a file of images.
    File,
}

/// What the outside tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Report {
    /// The adapters, best first.
    Adapters(Vec<Adapter>),
    /// How exactly the adapter computes, in one line.
    Checked {
        /// Whether everything is within what single precision explains.
        right: bool,
        /// In words, with figures.
        told: String,
    },
    /// How fast the adapter is, as far as it is known.
    Probed {
        /// The adapter with its driver, by which it is known again; empty where it cannot be opened.
        adapter: String,
        /// The paces by preset. Of a known adapter none.
        paces: BTreeMap<String, Pace>,
        /// Whether there are more to come.
        standing: Probing,
    },
    /// The runs, newest first.
    Runs(Vec<RunEntry>),
    /// Another run is open from now on; its past comes along.
    Opened {
        /// Its folder.
        folder: PathBuf,
        /// What its journal holds so far.
        records: Vec<Record>,
        /// Whether it is under way here, so that events follow.
        live: bool,
    },
    /// What a run's journal holds, to compare it with others.
    Read {
        /// Its folder.
        folder: PathBuf,
        /// Its journal.
        records: Vec<Record>,
    },
    /// A run is open whose events come again at the pace at which they came first.
    Replay {
        /// Its folder.
        folder: PathBuf,
        /// Its journal.
        records: Vec<Record>,
    },
    /// A run is no more.
    Deleted(PathBuf),
    /// New events of the run under way.
    Events(Vec<Record>),
    /// The run under way has ended: complete, stopped and saved, or with an error in one line.
    Ended(Result<Ending, String>),
    /// Whether the open run's generator answers; if not, why.
    Generator(Result<(), String>),
    /// An answer to a budget.
    Answered(Answer),
    /// How far the measurement of an accuracy is.
    Measuring {
        /// Of this architecture.
        architecture: Architecture,
        /// Batches of images that are done or under way.
        done: usize,
        /// All.
        of: usize,
    },
    /// A measured accuracy (0 to 1), or why there is none.
    Measured {
        /// Of this architecture.
        architecture: Architecture,
        /// Share of the test images, or the reason in one line.
        accuracy: Result<f64, String>,
    },
    /// A measured latency, or why there is none.
    Timed {
        /// Of this architecture.
        architecture: Architecture,
        /// On the adapter that the desk computes on, or the reason in one line.
        latency: Result<Latency, String>,
    },
    /// So many blocks of those that are asked for are timed.
    TimingBlocks {
        /// Those that are.
        done: usize,
        /// All.
        of: usize,
    },
    /// The times of the open run's blocks, now or from earlier, or why there are none.
    BlocksTimed(Result<LatencyTable, String>),
    /// A random architecture was measured, or why the rest is not.
    Drawn {
        /// How many of the request are still to come.
        left: u64,
        /// What was measured, or the reason in one line.
        measured: Result<Evaluated, String>,
    },
    /// Random architectures of the run in view that were measured earlier, in order.
    DrawnBefore(Vec<Evaluated>),
    /// Pins of the run in view that were kept with it.
    PinsBefore(Vec<KeptPin>),
    /// A training from scratch of the run in view; one of the same folder is replaced.
    Training {
        /// Its folder.
        folder: PathBuf,
        /// What is trained.
        architecture: Architecture,
        /// What its journal holds so far.
        records: Vec<Record>,
        /// Whether it is under way here.
        live: bool,
    },
    /// New events of a training from scratch.
    TrainingEvents {
        /// Its folder.
        folder: PathBuf,
        /// The events.
        records: Vec<Record>,
    },
    /// A training from scratch has ended, as a run does.
    TrainingEnded {
        /// Its folder.
        folder: PathBuf,
        /// How.
        ending: Result<Ending, String>,
    },
    /// A file was written.
    Saved(PathBuf),
    /// What was chosen on disk.
    Chosen(PathBuf),
    /// A run came out of a file that it had been written into.
    Unpacked {
        /// The file.
        file: PathBuf,
        /// The run's new folder.
        run: PathBuf,
    },
    /// What was dropped or chosen holds images.
    Images {
        /// The folder or archive.
        path: PathBuf,
        /// What it is, in words.
        form: String,
    },
    /// So many bytes of the images that come with the program have arrived, of all; 0 where that is
    /// not known. Only in a browser, which fetches them.
    Fetched {
        /// Those that have arrived.
        done: u64,
        /// All.
        of: u64,
    },
    /// The page was opened, or left for, a link to a search: the fragment of its address.
    Linked(String),
    /// What was dropped is an architecture.
    Dropped(Architecture),
    /// Something did not work: what, and what to do, in one line.
    Trouble(String),
}

/// A pinned architecture as it is kept with its run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptPin {
    /// 'A' to 'F'.
    pub letter: char,
    /// What is pinned.
    pub architecture: Architecture,
    /// What it was generated for, if it was.
    pub budget: Option<Budget>,
}

/// How a run ended without an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ending {
    /// All phases are done.
    Finished,
    /// It was asked to stop; its state is saved.
    Stopped,
}

/// How far a probe is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Probing {
    /// Not begun, or ended early.
    #[default]
    Stopped,
    /// It measures.
    UnderWay,
    /// All is known that can be.
    Ended,
}

/// An adapter as people know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adapter {
    /// Marketing name.
    pub name: String,
    /// "discrete", "integrated", "software", ...
    pub kind: String,
    /// "vulkan", "metal", "dx12".
    pub backend: String,
}

/// A run folder in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunEntry {
    /// The folder.
    pub folder: PathBuf,
    /// Its preset.
    pub preset: String,
    /// Its seed.
    pub seed: u64,
    /// How far it is.
    pub standing: Standing,
    /// Best accuracy of a generated network, 0 to 1.
    pub best: Option<f64>,
    /// Kendall's tau of its generator's targets and costs.
    pub tau: Option<f64>,
    /// Time of its last event, ms since 1970.
    pub touched: u64,
}

/// How far a run in a list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// All phases are done.
    Finished,
    /// It can be resumed.
    Stopped,
    /// A program works on it now.
    Active,
    /// It ended with an error.
    Failed,
}

/// The generator's answer to a budget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// What was asked.
    pub budget: Budget,
    /// The most probable architecture within it.
    pub architecture: Architecture,
    /// Probabilities of k3, k5, k7 and skip, [layers x 6 x 4], flat.
    pub probabilities: Vec<f32>,
    /// Time of the forward pass and the decoding, ms.
    pub milliseconds: f64,
}
