//! Kernels made ready before a phase of a run that needs them, with progress, and held or ended as
//! the face wants. In a browser alone: there a kernel takes up to a second, and met in a step it would
//! be made while the browser draws nothing. Elsewhere drivers make them as they are met, in less.

use super::RunError;
use super::images::{Images, Part};
use super::session::{Flow, Session};
use crate::gpu::{Gpu, Kernel, Making};
use crate::nas::{self, Network};
use crate::nn::Store;
use crate::platform::CAN_BLOCK;
use crate::platform::clock::Stopwatch;
use crate::protocol::event::Event;

/// Steps that are gone through to learn which kernels a training needs.
pub(super) const REHEARSED: u64 = 8;
/// How often progress is told, seconds.
const PATIENCE: f64 = 0.5;

/// Makes the kernels ready that `rehearsal` needs; it goes through the work with a trainer of its
/// own, since nothing is computed meanwhile. It holds where the face pauses, and ends early where
/// it wants the end; what else it wants waits until the phase asks.
pub(super) async fn prepare(
    s: &mut Session,
    rehearsal: impl FnOnce(&Session) -> Result<(), RunError>,
) -> Result<(), RunError> {
    if CAN_BLOCK {
        return Ok(());
    }
    let kernels = s.gpu.rehearse(|| rehearsal(s))?;
    make_ready(s, &kernels).await
}

async fn make_ready(s: &mut Session, kernels: &[Kernel]) -> Result<(), RunError> {
    let total = kernels.len() as u64;
    let (mut watch, mut later) = (Stopwatch::start(), Vec::new());
    let mut making = Making::default();
    for (kernel, begun) in kernels.iter().zip(0..) {
        let done = begun - making.under_way() as u64;
        if begun == 0 || watch.seconds() >= PATIENCE {
            s.emit(Event::Preparing { done, total }).await?;
            watch = Stopwatch::start();
        }
        loop {
            match s.next_wish().await? {
                Flow::Continue => break,
                Flow::Stop => {
                    s.defer(later.into_iter().chain([Flow::Stop]));
                    return Ok(());
                }
                wish => later.push(wish),
            }
        }
        making.begin(&s.gpu, kernel).await?;
    }
    making.finish().await?;
    s.defer(later);
    if total > 0 {
        s.emit(Event::Preparing { done: total, total }).await?;
    }
    Ok(())
}

/// Goes through what the accuracy of a network takes on images of a part.
pub(super) fn rehearse_accuracy(
    (gpu, images): (&Gpu, &Images),
    store: &Store,
    network: &Network<'_>,
    (part, batch): (Part, usize),
) -> Result<(), RunError> {
    nas::rehearse_accuracy(gpu, store, network, images.ends(gpu, part, batch)?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::autodiff::Var;
    use crate::gpu::AdapterChoice;
    use crate::nas::Path;
    use crate::nn::Ctx;
    use crate::protocol::Command;
    use crate::protocol::config::Config;
    use crate::run::folder::OwnedRunFolder;
    use crate::run::link;
    use crate::run::setup::{Device, Sources};
    use crate::run::supernet_phase::build;
    use crate::space::Architecture;

    /// Kernels named, kernels made, and what the face wants then, where it has sent `commands`.
    fn made(commands: &[Command]) -> (usize, usize, Vec<Flow>) {
        let home = tempfile::tempdir().unwrap();
        let root = home.path().join("run");
        let (go, sent) = async_channel::bounded::<()>(1);
        let handle = link::start(move |link| async move {
            let mut config = Config::preset("tiny")?;
            config.evaluate.batch = 10;
            let sources = Sources::of_search(config)?;
            let Device { gpu, images } = sources.upload(&AdapterChoice::Best).await?;
            let (net, store) = build(&gpu, &sources.config, &sources.space, None)?;
            let folder = OwnedRunFolder::create(&root, &sources.config)?;
            let device = Device { gpu, images };
            let mut s = Session::open(&sources, device, folder, None, 10, link).await?;
            let of = (&s.gpu, &s.images);
            let path = Path::from(&Architecture::uniform(net.blocks().len(), &[3, 5, 7])?);
            let network = |ctx: &Ctx<'_>, x: &Var| net.path(ctx, x, &path);
            let kernels =
                s.gpu.rehearse(|| rehearse_accuracy(of, &store, &network, (Part::Test, 10)))?;
            let _ = sent.recv().await;
            let before = s.gpu.pipelines();
            make_ready(&mut s, &kernels).await?;
            let mut wishes = Vec::new();
            while wishes.last() != Some(&Flow::Continue) && wishes.last() != Some(&Flow::Stop) {
                wishes.push(s.next_wish().await?);
            }
            Ok((kernels.len(), s.gpu.pipelines() - before, wishes))
        })
        .unwrap();
        commands.iter().for_each(|command| handle.commands.send_blocking(command.clone()).unwrap());
        drop(go);
        handle.join().unwrap()
    }

    #[test]
    fn kernels_are_no_longer_made_ready_once_the_face_wants_the_end() {
        let (named, made, wishes) = made(&[Command::Pause, Command::Save, Command::Stop]);
        assert!(named > 10 && made == 0, "{made} of {named}");
        assert_eq!(wishes, [Flow::Save, Flow::Stop]);
    }

    #[test]
    fn what_else_the_face_wants_waits_until_the_kernels_are_ready() {
        let (named, made, wishes) = made(&[Command::Save, Command::Pause, Command::Resume]);
        assert_eq!(made, named);
        assert_eq!(wishes, [Flow::Save, Flow::Continue]);
    }
}
