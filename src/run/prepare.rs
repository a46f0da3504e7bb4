//! Kernels made ready before a training begins, one after the other and with progress. In a browser
//! alone: there a kernel takes up to a second, in which the browser draws nothing, and the first
//! step would make all of them in one go. Elsewhere drivers make them as they are met, in less.

use super::RunError;
use super::session::Session;
use crate::platform::CAN_BLOCK;
use crate::platform::clock::Stopwatch;
use crate::protocol::event::Event;

/// Steps that are gone through to learn which kernels a training needs.
pub(super) const REHEARSED: u64 = 8;
/// How often progress is told, seconds.
const PATIENCE: f64 = 0.5;

/// Makes the kernels ready that `rehearsal` needs; it goes through the work with a trainer of its
/// own, since nothing is computed meanwhile.
pub(super) async fn prepare(
    s: &mut Session,
    rehearsal: impl FnOnce(&Session) -> Result<(), RunError>,
) -> Result<(), RunError> {
    if CAN_BLOCK {
        return Ok(());
    }
    let kernels = s.gpu.rehearse(|| rehearsal(s))?;
    let total = kernels.len() as u64;
    let mut watch = Stopwatch::start();
    for (kernel, done) in kernels.iter().zip(0..) {
        if done == 0 || watch.seconds() >= PATIENCE {
            s.emit(Event::Preparing { done, total }).await?;
            watch = Stopwatch::start();
        }
        s.gpu.make_ready(kernel).await?;
    }
    if total > 0 {
        s.emit(Event::Preparing { done: total, total }).await?;
    }
    Ok(())
}
