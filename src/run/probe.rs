//! The probe: the pace of a preset's trainings on a device, from a few real steps of the supernet
//! and of the generator on images made up. It writes nothing.

use super::RunError;
use super::steps::{Step, Steps};
use crate::gpu::Gpu;
use crate::platform::CAN_BLOCK;
use crate::platform::clock::Stopwatch;
use crate::protocol::config::Config;
use crate::protocol::pace::{Line, Pace};
use crate::space::PRESETS;

/// Images a step, until a step is long enough.
const BATCHES: [usize; 3] = [8, 32, 128];
/// Batches that a line is drawn through at least.
const LEAST: usize = 2;
/// A step as long as this is measured well; a larger batch tells nothing new, seconds.
const LONG: f64 = 0.08;
/// Times that a step is run at most.
const TIMES: usize = 4;
/// Where the smallest step would take longer than this it is not done, seconds.
const PATIENCE: f64 = 1.0;
/// Where a browser takes longer than this for a kernel, in which it draws nothing, it is spared the
/// others, seconds.
const PAUSE: f64 = 0.1;
/// After this no preset is begun any more, and none goes on to a larger batch than it needs,
/// seconds.
const BOUND: f64 = 2.0;

/// The pace of each preset, told as it becomes known: an estimate. One whose steps would take too
/// long here, or that comes after two seconds, has that of the one before it, scaled by the
/// arithmetic between them. `goes_on` is asked between steps; false ends the probe early. So does a
/// browser that is slow to make kernels, since the probe is not worth a page that stands still.
///
/// # Errors
/// Where the GPU fails.
pub async fn probe(
    gpu: &Gpu,
    goes_on: &dyn Fn() -> bool,
    tell: &mut dyn FnMut(&'static str, Pace),
) -> Result<(), RunError> {
    let (mut before, watch) = (None, Stopwatch::start());
    for (name, _) in PRESETS {
        let mut config = Config::preset(name)?;
        config.supernet.paths_per_step = 1;
        let space = config.space()?;
        let scaled = before.as_ref().map(|(pace, from): &(Pace, _)| pace.scaled(from, &space));
        let too_long = |pace: &Pace| pace.generator.seconds(BATCHES[0]) > PATIENCE;
        let pace = match scaled {
            Some(pace) if watch.seconds() > BOUND || too_long(&pace) => Some(pace),
            _ => measure(gpu, &config, &watch, goes_on).await?,
        };
        let Some(pace) = pace else { return Ok(()) };
        tell(name, pace);
        before = Some((pace, space));
    }
    Ok(())
}

/// The pace from steps of growing batches; `None` where it was ended early.
async fn measure(
    gpu: &Gpu,
    config: &Config,
    watch: &Stopwatch,
    goes_on: &dyn Fn() -> bool,
) -> Result<Option<Pace>, RunError> {
    let (mut supernet, mut generator) = (Vec::new(), Vec::new());
    for batch in BATCHES {
        let steps = Steps::new(gpu, config, batch)?;
        let trained = steps.fresh_supernet()?;
        let of = [
            (steps.supernet_step(None, || 0)?, &mut supernet),
            (steps.generator_step(&trained)?, &mut generator),
        ];
        for (mut step, times) in of {
            if !goes_on() || !is_ready(gpu, &mut step).await? {
                return Ok(None);
            }
            times.push((batch, seconds(gpu, times.is_empty(), &mut step).await?));
        }
        let long = |times: &[(usize, f64)]| times.last().is_some_and(|(_, time)| *time > LONG);
        let well = long(&supernet) && long(&generator);
        if supernet.len() >= LEAST && (well || watch.seconds() > BOUND) {
            break;
        }
    }
    Ok(Some(Pace { supernet: line(&supernet), generator: line(&generator) }))
}

/// Makes the kernels of a step ready, in a browser; false where that takes it too long. The first one
/// waits for the device to begin.
async fn is_ready(gpu: &Gpu, step: &mut Step<'_>) -> Result<bool, RunError> {
    if CAN_BLOCK {
        return Ok(true);
    }
    for (kernel, place) in gpu.rehearse(step)?.iter().zip(0..) {
        let watch = Stopwatch::start();
        gpu.make_ready(kernel).await?;
        if place > 0 && watch.seconds() > PAUSE {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Seconds of a step, the shortest of several unless one is long: other work on the machine only
/// makes them longer. Where it is `new` a first one only makes the pipelines.
async fn seconds(gpu: &Gpu, new: bool, step: &mut Step<'_>) -> Result<f64, RunError> {
    let mut once = async || -> Result<f64, RunError> {
        let watch = Stopwatch::start();
        step()?;
        gpu.idle().await?;
        Ok(watch.seconds())
    };
    if new {
        once().await?;
    }
    let mut time = once().await?;
    for _ in 1..TIMES {
        if time > LONG {
            break;
        }
        time = once().await?.min(time);
    }
    Ok(time)
}

/// The line through the two largest batches.
fn line(times: &[(usize, f64)]) -> Line {
    match times {
        [.., few, many] => Line::through([*few, *many]),
        [(images, seconds)] => Line::from_zero(*images, *seconds),
        [] => Line::default(),
    }
}
