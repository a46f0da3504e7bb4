//! What can go wrong with a run's files, each in one line that names the file and what to do.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::autodiff::NonFinite;
use crate::data::DataError;
use crate::gpu::GpuError;
use crate::nn::StateError;
use crate::protocol::config::ConfigError;
use crate::protocol::facts::Phase;
use crate::protocol::journal::JournalError;
use crate::space::{Metric, SpaceError};

/// Why a run folder could not be used.
#[derive(Debug, Error)]
pub enum RunError {
    /// The system refused.
    #[error("{path}: cannot {action}: {source}", path = path.display())]
    Io {
        /// File or folder.
        path: PathBuf,
        /// As in "cannot read".
        action: &'static str,
        /// The system's reason.
        source: io::Error,
    },
    /// A new run in the folder of another.
    #[error("{path} holds a run already: continue it with --resume {path}, or choose another folder", path = .0.display())]
    AlreadyARun(PathBuf),
    /// A new run in a folder with other things.
    #[error("{path} is not empty and holds no run: choose another folder", path = .0.display())]
    NotEmpty(PathBuf),
    /// Nothing to continue or read.
    #[error("{path} holds no run: it has no config.toml", path = .0.display())]
    NoRun(PathBuf),
    /// Another process writes there.
    #[error("{path} is in use by {holder}: wait for it or stop it", path = path.display())]
    Locked {
        /// The folder.
        path: PathBuf,
        /// "process 1234", or "another process" where unknown.
        holder: String,
    },
    /// The run's configuration is wrong.
    #[error("{path}: {source}", path = path.display())]
    Config {
        /// `config.toml`.
        path: PathBuf,
        /// What is wrong.
        source: ConfigError,
    },
    /// The journal is damaged.
    #[error("{path}: {source}", path = path.display())]
    Journal {
        /// `journal.jsonl`.
        path: PathBuf,
        /// What is wrong.
        source: JournalError,
    },
    /// The journal lacks what a checkpoint relies on.
    #[error("{path}: {found} bytes, but the checkpoint was saved at {expected}, at the end of a line: the journal was cut or replaced", path = path.display())]
    JournalCut {
        /// `journal.jsonl`.
        path: PathBuf,
        /// Its length.
        found: u64,
        /// The checkpoint's position.
        expected: u64,
    },
    /// A file that cannot be used.
    #[error("{path}: {reason}", path = path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A setting cannot be.
    #[error(transparent)]
    Setting(#[from] ConfigError),
    /// The GPU failed.
    #[error(transparent)]
    Gpu(#[from] GpuError),
    /// The images cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// An architecture, a budget or the space cannot be.
    #[error(transparent)]
    Space(#[from] SpaceError),
    /// Tensors do not fit the network.
    #[error(transparent)]
    State(#[from] StateError),
    /// Training ran away.
    #[error(
        "{what} no longer finite at step {step}{}; lower `{section}.lr`, clip gradients with `{section}.clip`, or look for values in the data that do not belong there",
        origin_text(.origin.as_deref()),
        what = symptom_text(*.phase, .symptom.as_deref()),
        section = section(*.phase)
    )]
    Diverged {
        /// The phase.
        phase: Phase,
        /// Its step, counted from 0.
        step: u64,
        /// What was found not to be finite: the loss where it is `None`, else the tensor.
        symptom: Option<String>,
        /// Where it began, once that was searched for.
        origin: Option<Box<Origin>>,
    },
    /// The system gave no thread.
    #[error("cannot start a thread for the run: {0}")]
    Thread(io::Error),
    /// The run's thread panicked: a defect of ours.
    #[error(
        "the run ended by a defect of the program; its last checkpoint is whole, go on with --resume"
    )]
    Crashed,
    /// A budget in a metric that the generator was not trained for, by argmax.
    #[error(
        "the generator was trained for budgets of {trained}, and argmax keeps none of {asked}; decode with --decode budget"
    )]
    OtherMetric {
        /// What the budget counts.
        asked: Metric,
        /// What the generator was trained for.
        trained: Metric,
    },
    /// A run folder of another command.
    #[error("{path} holds {found}; continue it with `sgnas {command} --resume {path}`", path = path.display())]
    OtherKind {
        /// The folder.
        path: PathBuf,
        /// "a search".
        found: &'static str,
        /// The command that it belongs to.
        command: &'static str,
    },
    /// An architecture that no path of forced sampling is.
    #[error(
        "a layer of the architecture has one sub-block: the supernet trains two at least, so there are no weights to inherit; train it from scratch with `sgnas train`"
    )]
    NothingToInherit,
    /// A run that has not come so far.
    #[error("{path} holds no trained {what} yet; go on with `sgnas search --resume {path}`", path = path.display())]
    Untrained {
        /// The folder.
        path: PathBuf,
        /// "supernet" or "generator".
        what: &'static str,
    },
    /// No checkpoint is whole.
    #[error("no checkpoint can be loaded: {}; start the run anew", .0.join("; "))]
    NoWholeCheckpoint(Vec<String>),
}

/// Where a training first left the finite numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The first tensor, and the step of the phase that made it, counted from 0.
    Found(u64, NonFinite),
    /// A state that was taken for good already held it.
    Before(NonFinite),
    /// It did not come again when the steps were repeated.
    Vanished,
}

fn symptom_text(phase: Phase, symptom: Option<&str>) -> String {
    match symptom {
        None => format!("the loss of the {} is", phase.label()),
        Some(tensor) => format!("{}: {tensor} is", phase.label()),
    }
}

fn origin_text(origin: Option<&Origin>) -> String {
    match origin {
        None => String::new(),
        Some(Origin::Found(step, tensor)) => format!("; it began at step {step} with {tensor}"),
        Some(Origin::Before(tensor)) => format!("; training began with {tensor}"),
        Some(Origin::Vanished) => {
            "; when the steps before were repeated it did not come again, so the device computes unreliably".to_owned()
        }
    }
}

/// The table of the configuration that a phase is set in.
fn section(phase: Phase) -> &'static str {
    match phase {
        Phase::Supernet => "supernet",
        Phase::Generator => "generator",
        Phase::Evaluate => "evaluate",
        Phase::Scratch => "scratch",
    }
}

impl RunError {
    /// A loss that is not finite.
    pub(crate) fn diverged(phase: Phase, step: u64) -> Self {
        Self::Diverged { phase, step, symptom: None, origin: None }
    }

    /// Turns an error of the file system into ours; `action` as in "cannot read".
    pub(crate) fn io(path: &Path, action: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, action, source }
    }

    /// A file that cannot be used, with the reason.
    pub(crate) fn damaged(path: &Path, reason: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), reason: reason.into() }
    }
}
