//! A whole training from scratch, from the start or from the last checkpoint.

use std::path::PathBuf;

use super::attempts::attempts;
use super::folder::OwnedRunFolder;
use super::link::Link;
use super::session::{Loaded, Session};
use super::setup::Sources;
use super::{RunError, scratch_phase};
use crate::gpu::AdapterChoice;
use crate::protocol::config::Config;
use crate::protocol::event::Event;
use crate::space::Architecture;

/// What to train.
#[derive(Clone, Debug)]
pub enum TrainJob {
    /// A new training.
    New {
        /// Everything that decides it: its space, images and `[scratch]`.
        config: Box<Config>,
        /// What to train.
        architecture: Architecture,
        /// Its folder, which must not exist or be empty.
        out: PathBuf,
    },
    /// Go on with one.
    Resume {
        /// Its folder.
        folder: PathBuf,
    },
}

/// How a training ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Trained {
    /// Its folder.
    pub folder: PathBuf,
    /// Share of test images classified right at the end; `None` where the face stopped it.
    pub accuracy: Option<f64>,
}

/// Trains an architecture from scratch. The trained tensors are left in `weights.safetensors`:
/// the average of weights where one is kept.
pub async fn train(
    job: TrainJob,
    adapter: &AdapterChoice,
    link: Link,
) -> Result<Trained, RunError> {
    let (sources, device, architecture, folder) = match job {
        TrainJob::New { config, architecture, out } => {
            let sources = Sources::of_scratch(*config)?;
            sources.space.check(&architecture)?;
            let device = sources.upload(adapter).await?;
            let folder = OwnedRunFolder::create(&out, &sources.config)?;
            folder.write_scratch(&architecture)?;
            (sources, device, architecture, folder)
        }
        TrainJob::Resume { folder } => {
            let folder = OwnedRunFolder::open(&folder)?;
            let architecture = folder.folder().scratch()?.ok_or_else(|| RunError::OtherKind {
                path: folder.folder().root().to_owned(),
                found: "a search",
                command: "search",
            })?;
            let sources = Sources::of_scratch(folder.folder().config()?)?;
            sources.space.check(&architecture)?;
            let device = sources.upload(adapter).await?;
            (sources, device, architecture, folder)
        }
    };
    let work = async |s: &mut Session, from: Option<&Loaded>| {
        scratch_phase::run(s, &architecture, from).await
    };
    let (mut session, trained) = attempts(&sources, device, adapter, (folder, link), work).await?;
    let folder = session.folder.folder().root().to_owned();
    let Some(trained) = trained else { return Ok(Trained { folder, accuracy: None }) };
    session.folder.write_weights(&trained.tensors)?;
    let seconds = session.state.phases.iter().filter_map(|phase| phase.seconds).sum();
    session.emit(Event::Finished { seconds }).await?;
    Ok(Trained { folder, accuracy: Some(trained.accuracy) })
}
