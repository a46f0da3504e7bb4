//! A whole search: supernet, generator, evaluation, from the start or from the last checkpoint.

use std::path::PathBuf;

use super::answerer::Answerer;
use super::attempts::attempts;
use super::evaluate_phase::{self, Search};
use super::folder::OwnedRunFolder;
use super::generator_phase;
use super::link::Link;
use super::saved::prefix;
use super::session::{Loaded, Session};
use super::setup::Sources;
use super::{RunError, supernet_phase};
use crate::gpu::{AdapterChoice, ProfileReport};
use crate::protocol::config::Config;
use crate::protocol::event::Event;
use crate::protocol::facts::Phase;
use crate::protocol::result::SearchResult;
use crate::space::Metric;

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
    /// What the budgets limit.
    pub metric: Metric,
    /// Where the time went, where that was asked for and the adapter tells.
    pub profile: Option<ProfileReport>,
}

/// Runs a search. A lost device is replaced, and where memory ran out batches come in smaller parts;
/// the run goes on from the last checkpoint either way.
/// `profile` times every kernel, which slows the run; where the adapter has no timestamps it warns.
pub async fn search(
    job: Job,
    adapter: &AdapterChoice,
    profile: bool,
    link: Link,
) -> Result<Outcome, RunError> {
    let (sources, device, folder) = match job {
        Job::New { config, out } => {
            let sources = Sources::of_search(*config)?;
            let device = sources.upload(adapter).await?;
            let folder = OwnedRunFolder::create(&out, &sources.config)?;
            (sources, device, folder)
        }
        Job::Resume { folder } => {
            let folder = OwnedRunFolder::open(&folder)?;
            if folder.folder().scratch()?.is_some() {
                return Err(RunError::OtherKind {
                    path: folder.folder().root().to_owned(),
                    found: "a training from scratch",
                    command: "train",
                });
            }
            let sources = Sources::of_search(folder.folder().config()?)?;
            let device = sources.upload(adapter).await?;
            (sources, device, folder)
        }
    };
    let work = async |s: &mut Session, from: Option<&Loaded>| {
        if profile && !s.gpu.start_profile()? {
            let message = "this adapter has no timestamps: there will be no profile".to_owned();
            s.emit(Event::Warning { message }).await?;
        }
        phases(s, from).await
    };
    let (session, finished) = attempts(&sources, device, adapter, (folder, link), work).await?;
    finish(session, finished, profile).await
}

/// All phases that are left; false where the face stopped them.
async fn phases(s: &mut Session, from: Option<&Loaded>) -> Result<bool, RunError> {
    let at = |phase| from.filter(|c| c.position.phase == phase);
    let later = from.filter(|c| c.position.phase > Phase::Supernet);
    let (net, store) = match later {
        Some(c) => supernet_phase::build(&s.gpu, &s.config, &s.space, Some(&c.tensors))?,
        None => match supernet_phase::run(s, at(Phase::Supernet)).await? {
            Some(trained) => trained,
            None => return Ok(false),
        },
    };
    let later = from.filter(|c| c.position.phase > Phase::Generator);
    let answerer = match later {
        Some(c) => Answerer::new(&s.gpu, &s.config, &s.space)?.with(&c.tensors, prefix::BEST)?,
        None => match generator_phase::run(s, (&net, &store), at(Phase::Generator)).await? {
            Some(answerer) => answerer,
            None => return Ok(false),
        },
    };
    let search = Search { supernet: (&net, &store), answerer: &answerer };
    evaluate_phase::run(s, &search, at(Phase::Evaluate)).await
}

async fn finish(mut s: Session, finished: bool, profile: bool) -> Result<Outcome, RunError> {
    let folder = s.folder.folder().root().to_owned();
    let metric = s.config.general.constraint;
    // Without timestamps nothing was timed, which was said at the start.
    let profile = if profile { Some(s.gpu.end_profile()?) } else { None };
    let profile = profile.filter(|profile| !profile.kernels.is_empty());
    if !finished {
        return Ok(Outcome { folder, result: None, metric, profile });
    }
    let seconds = s.state.phases.iter().filter_map(|p| p.seconds).sum();
    s.emit(Event::Finished { seconds }).await?;
    let result = SearchResult::of(&s.state);
    if let Some(result) = &result {
        s.folder.write_result(result)?;
    }
    Ok(Outcome { folder, result, metric, profile })
}
