//! A whole search: supernet, generator, evaluation, from the start or from the last checkpoint.

use std::path::{Path, PathBuf};

use super::evaluate_phase::{self, Search};
use super::folder::OwnedRunFolder;
use super::generator_phase::{self, Answerer};
use super::link::Link;
use super::saved::prefix;
use super::session::{Loaded, Session};
use super::{RunError, supernet_phase};
use crate::gpu::{AdapterChoice, GpuError};
use crate::protocol::config::Config;
use crate::protocol::event::Event;
use crate::protocol::facts::Phase;
use crate::protocol::result::SearchResult;

/// What to do.
#[derive(Clone, Debug)]
pub enum Job {
    /// A new run.
    New {
        /// Everything that decides it.
        config: Box<Config>,
        /// Its folder, which must not exist or be empty.
        out: PathBuf,
    },
    /// Go on with a run.
    Resume {
        /// Its folder.
        folder: PathBuf,
    },
}

/// How a search ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Its folder.
    pub folder: PathBuf,
    /// The result; `None` where the face stopped it.
    pub result: Option<SearchResult>,
}

/// Times in a row that a failing device is replaced before the run gives up.
const DEVICES: usize = 8;

/// Runs a search. A lost device is replaced, and where memory ran out batches come in smaller parts;
/// the run goes on from the last checkpoint either way.
pub fn search(job: Job, adapter: &AdapterChoice, link: Link) -> Result<Outcome, RunError> {
    let mut folder = match &job {
        Job::New { config, out } => OwnedRunFolder::create(out, config)?,
        Job::Resume { folder } => OwnedRunFolder::open(folder)?,
    };
    let mut link = link;
    let mut most_images = usize::MAX;
    let mut warning = None;
    let mut failures = 0;
    loop {
        let from = load(&folder)?;
        let config = folder.folder().config()?;
        let batch = config.supernet.batch.max(config.generator.batch);
        let mut session = Session::open(adapter, config, folder, from.as_ref(), most_images, link)?;
        if let Some(message) = warning.take() {
            session.emit(Event::Warning { message })?;
        }
        let error = match phases(&mut session, from.as_ref()) {
            Ok(finished) => return finish(session, finished),
            Err(error) => error,
        };
        failures += 1;
        let halved = most_images.min(batch) / 2;
        warning = match &error {
            RunError::Gpu(GpuError::Lost(why)) if failures < DEVICES => {
                Some(format!("the GPU device was lost ({why}); going on from the last checkpoint"))
            }
            RunError::Gpu(GpuError::OutOfMemory { .. }) if halved > 0 && failures < DEVICES => {
                most_images = halved;
                Some(format!("{error}; going on with {halved} images at a time"))
            }
            _ => {
                session.emit(Event::Failed { message: error.to_string() })?;
                return Err(error);
            }
        };
        (link, folder) = session.into_link();
    }
}

fn load(folder: &OwnedRunFolder) -> Result<Option<Loaded>, RunError> {
    Ok(folder.folder().checkpoints().load()?.map(|l| l.checkpoint))
}

/// All phases that are left; false where the face stopped them.
fn phases(s: &mut Session, from: Option<&Loaded>) -> Result<bool, RunError> {
    let at = |phase| from.filter(|c| c.position.phase == phase);
    let later = from.filter(|c| c.position.phase > Phase::Supernet);
    let (net, store) = match later {
        Some(c) => supernet_phase::build(s, Some(&c.tensors))?,
        None => match supernet_phase::run(s, at(Phase::Supernet))? {
            Some(trained) => trained,
            None => return Ok(false),
        },
    };
    let later = from.filter(|c| c.position.phase > Phase::Generator);
    let answerer = match later {
        Some(c) => Answerer::build(s, Some(&c.tensors), prefix::BEST)?,
        None => match generator_phase::run(s, (&net, &store), at(Phase::Generator))? {
            Some(answerer) => answerer,
            None => return Ok(false),
        },
    };
    let search = Search { supernet: (&net, &store), answerer: &answerer };
    evaluate_phase::run(s, &search, at(Phase::Evaluate))
}

fn finish(mut s: Session, finished: bool) -> Result<Outcome, RunError> {
    let folder: &Path = s.folder.folder().root();
    let folder = folder.to_owned();
    if !finished {
        return Ok(Outcome { folder, result: None });
    }
    let seconds = s.state.phases.iter().filter_map(|p| p.seconds).sum();
    s.emit(Event::Finished { seconds })?;
    let result = SearchResult::of(&s.state);
    if let Some(result) = &result {
        s.folder.write_result(result)?;
    }
    Ok(Outcome { folder, result })
}
