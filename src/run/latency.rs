//! How long a network takes for one image on a device: its forward pass alone, with weights that
//! mean nothing, since time does not depend on them.

use super::RunError;
use crate::autodiff::{Tape, Var};
use crate::gpu::Gpu;
use crate::nas::{DerivedConfig, DerivedNet};
use crate::nn::{Ctx, Mode};
use crate::ops::activation::Activation;
use crate::platform::clock::Stopwatch;
use crate::platform::random::{Purpose, Streams};
use crate::protocol::facts::Latency;
use crate::protocol::statistics::quantile;
use crate::space::{Architecture, Space};
use crate::tensor::{HostArray, Tensor};

/// Passes that are not timed: they make pipelines and wake the device.
const FIRST: usize = 5;
/// Passes that are timed at least and at most, and how long at most beyond the least, seconds.
const RUNS: [usize; 2] = [11, 201];
const LONG: f64 = 1.0;

/// How a network is timed: as its costs are counted, without squeeze-excite.
pub(super) const FORM: DerivedConfig =
    DerivedConfig { activation: Activation::Relu6, squeeze_excite: false };

/// Times the network of an architecture, one image at a time, from the first dispatch until the
/// logits are on the host.
///
/// # Errors
/// Where the GPU fails.
pub(super) async fn measure(
    gpu: &Gpu,
    space: &Space,
    architecture: &Architecture,
) -> Result<Latency, RunError> {
    let mut rng = Streams::new(0).stream(Purpose::Init, 0);
    let (net, store) = DerivedNet::new(gpu, space, architecture, FORM, &mut rng)?;
    let [channels, height, width] = space.config().input;
    let image = Tensor::from_host(gpu, &HostArray::sample([1, channels, height, width], 1))?;
    let logits = || -> Result<Tensor, RunError> {
        let tape = Tape::new(gpu);
        let ctx = Ctx { tape: &tape, store: &store, mode: Mode::Eval, frozen: true };
        Ok(net.forward(&ctx, &Var::constant(&image), None)?.tensor().clone())
    };
    gpu.prepare(|| logits().map(drop)).await?;
    let pass = async || -> Result<f64, RunError> {
        let watch = Stopwatch::start();
        logits()?.fetch(gpu).await?;
        Ok(watch.milliseconds())
    };
    for _ in 0..FIRST {
        pass().await?;
    }
    let watch = Stopwatch::start();
    let mut times = Vec::new();
    while times.len() < RUNS[0] || (times.len() < RUNS[1] && watch.seconds() < LONG) {
        times.push(pass().await?);
    }
    let at = |share| quantile(times.iter().copied(), share).unwrap_or(f64::NAN);
    Ok(Latency { low: at(0.1), median: at(0.5), high: at(0.9), passes: times.len() as u64 })
}
