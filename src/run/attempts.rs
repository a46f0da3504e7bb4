//! Work on a run folder that outlives its device: a lost one is replaced, and where memory ran out
//! batches come in smaller parts. The run goes on from its last checkpoint either way.

use super::RunError;
use super::folder::OwnedRunFolder;
use super::link::Link;
use super::session::{Loaded, Session};
use super::setup::{Device, Sources};
use crate::gpu::{AdapterChoice, GpuError};
use crate::protocol::event::Event;

/// Failures of the device after which the run gives up.
const FAILURES: usize = 8;

/// Does `work` in a session and hands both back; `device` is the first to compute on.
pub(super) async fn attempts<T>(
    sources: &Sources,
    device: Device,
    adapter: &AdapterChoice,
    (mut folder, mut link): (OwnedRunFolder, Link),
    mut work: impl AsyncFnMut(&mut Session, Option<&Loaded>) -> Result<T, RunError>,
) -> Result<(Session, T), RunError> {
    let c = &sources.config;
    let batches = [c.supernet.batch, c.generator.batch, c.scratch.batch, c.evaluate.batch];
    let mut most_images = batches.into_iter().max().unwrap_or(1);
    let (mut device, mut warning, mut failures) = (Some(device), None, 0);
    loop {
        let ready = match device.take() {
            Some(device) => device,
            None => sources.upload(adapter).await?,
        };
        let from = folder.folder().checkpoints().load()?.map(|loaded| loaded.checkpoint);
        let mut session =
            Session::open(sources, ready, folder, from.as_ref(), most_images, link).await?;
        most_images = session.images.most();
        if let Some(message) = warning.take() {
            session.emit(Event::Warning { message }).await?;
        }
        let error = match work(&mut session, from.as_ref()).await {
            Ok(done) => return Ok((session, done)),
            Err(error) => error,
        };
        failures += 1;
        warning = match &error {
            RunError::Gpu(GpuError::Lost(why)) if failures < FAILURES => {
                Some(format!("the GPU device was lost ({why}); going on from the last checkpoint"))
            }
            RunError::Gpu(GpuError::OutOfMemory { .. })
                if most_images > 1 && failures < FAILURES =>
            {
                most_images /= 2;
                Some(format!("{error}; going on with {most_images} images at a time"))
            }
            _ => {
                session.emit(Event::Failed { message: error.to_string() }).await?;
                return Err(error);
            }
        };
        (link, folder) = session.into_link();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::protocol::config::Config;
    use crate::run::link;
    use crate::tensor::Tensor;

    /// What two attempts see when the first ends in `failure`.
    fn two_attempts(failure: fn(&Session) -> RunError) -> (Vec<usize>, Vec<String>) {
        let home = tempfile::tempdir().unwrap();
        let root = home.path().join("run");
        let handle = link::start(move |link| async move {
            let sources = Sources::of_search(Config::preset("tiny")?)?;
            let adapter = AdapterChoice::Best;
            let device = sources.upload(&adapter).await?;
            let folder = OwnedRunFolder::create(&root, &sources.config)?;
            let mut seen = Vec::new();
            attempts(&sources, device, &adapter, (folder, link), async |s, _| {
                seen.push(s.images.most());
                if seen.len() == 1 {
                    return Err(failure(s));
                }
                // The device at hand computes.
                Ok(Tensor::zeros(&s.gpu, [4])?.fetch(&s.gpu).await?)
            })
            .await?;
            Ok(seen)
        })
        .unwrap();
        let warning = |e| if let Event::Warning { message } = e { Some(message) } else { None };
        let warnings = std::iter::from_fn(|| handle.events.recv_blocking().ok())
            .filter_map(|r| warning(r.event))
            .collect();
        (handle.join().unwrap(), warnings)
    }

    #[test]
    fn a_lost_device_is_replaced_and_the_run_told() {
        let (seen, warnings) = two_attempts(|s| {
            s.gpu.destroy();
            let lost = Tensor::zeros(&s.gpu, [4]).and_then(|t| t.to_vec(&s.gpu));
            lost.unwrap_err().into()
        });
        assert_eq!(seen.len(), 2);
        assert!(warnings.iter().any(|w| w.contains("device was lost")), "{warnings:?}");
    }

    #[test]
    fn where_memory_ran_out_batches_come_in_halves() {
        let (seen, warnings) = two_attempts(|_| {
            GpuError::OutOfMemory { what: "a tensor".to_owned(), bytes: 1 << 40 }.into()
        });
        assert_eq!(seen[1], seen[0] / 2);
        assert!(warnings.iter().any(|w| w.contains("images at a time")), "{warnings:?}");
    }
}
