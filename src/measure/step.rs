//! How long a step of training takes, beside its arithmetic at the best matrix product of the same
//! adapter.

use serde::Serialize;
use web_time::Instant;

use super::ceilings::{BestProduct, median};
use crate::gpu::{Gpu, GpuError};

/// Steps before the first that counts: pipelines are made, buffers found, submits paced.
const WARM_UP: usize = 3;
/// At least so many steps are timed, however long they take.
const FEWEST: usize = 3;
/// No step begins after so many seconds of a measurement.
const SECONDS: f64 = 4.0;

/// What a step does.
#[derive(Clone, Debug)]
pub struct StepWork {
    /// The step's name.
    pub name: String,
    /// Images a step.
    pub images: usize,
    /// Floating-point operations a step: two for each multiply-accumulate of each pass.
    pub flops: u64,
}

/// What a step takes.
#[derive(Clone, Debug, Serialize)]
pub struct StepReport {
    /// The step's name.
    pub name: String,
    /// Median of the steps, submitted and finished one by one, ms.
    pub median_ms: f64,
    /// Mean of the steps, submitted without waiting for the one before, as training does, ms.
    pub stream_ms: f64,
    /// What the host did not wait of that for the device, ms: its share, most of it beside the device's.
    pub host_ms: f64,
    /// Processor time a step of this process, ms (it is the GPU's where the driver is software).
    pub cpu_ms: f64,
    /// Images a second at the median.
    pub images_per_s: f64,
    /// The most that the pool had in use.
    pub peak_bytes: u64,
    /// What all tensors take that a step makes, and what is held between steps, each in memory of its
    /// own: the peak is less by what is freed in time.
    pub parts_bytes: u64,
    /// Dispatches a step.
    pub dispatches: u64,
    /// Floating-point operations a step: two for each multiply-accumulate of each pass.
    pub flops: u64,
    /// Median rate of the best matrix product, done in turn with the steps.
    pub best_product_gflops: f64,
    /// The median over the arithmetic's time at that rate.
    pub times_arithmetic: f64,
}

/// Times a step `steps` times, fewer if it takes seconds, after a few to warm up, in turn with the best
/// matrix product, where there is one, on a device of its own: without one its rate is not a number.
/// The peak is that of the device since it was opened.
///
/// # Errors
/// Those of the step and of the device.
pub fn time_step<E: From<GpuError>>(
    gpu: &Gpu,
    work: StepWork,
    steps: usize,
    best: Option<&BestProduct>,
    step: &mut dyn FnMut() -> Result<(), E>,
) -> Result<StepReport, E> {
    for _ in 0..WARM_UP {
        step()?;
    }
    gpu.finish()?;
    let (before, begin) = (gpu.dispatches(), Instant::now());
    let mut times = Vec::with_capacity(steps);
    let (mut rates, mut cpu) = (Vec::with_capacity(steps), 0.0);
    while times.len() < steps.max(1)
        && (times.len() < FEWEST || begin.elapsed().as_secs_f64() < SECONDS)
    {
        rates.push(best.map_or(Ok(f64::NAN), BestProduct::rate)?);
        let (cpu_before, start) = (cpu_ms(), Instant::now());
        step()?;
        gpu.finish()?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
        cpu += cpu_ms() - cpu_before;
    }
    let n = times.len();
    let cpu_ms = cpu / n as f64;
    let dispatches = (gpu.dispatches() - before) / n as u64;
    let held = gpu.pool().in_use;
    let (taken, waited, start) = (gpu.taken(), gpu.waited_ms(), Instant::now());
    for _ in 0..n {
        step()?;
    }
    gpu.finish()?;
    let stream_ms = start.elapsed().as_secs_f64() * 1e3 / n as f64;
    let host_ms = stream_ms - (gpu.waited_ms() - waited) / n as f64;
    let parts_bytes = held + (gpu.taken() - taken) / n as u64;
    let (median_ms, best_product_gflops) = (median(times), median(rates));
    let StepWork { name, images, flops } = work;
    Ok(StepReport {
        name,
        median_ms,
        stream_ms,
        host_ms,
        cpu_ms,
        images_per_s: images as f64 / median_ms * 1e3,
        peak_bytes: gpu.pool().peak,
        parts_bytes,
        dispatches,
        flops,
        best_product_gflops,
        times_arithmetic: median_ms / (flops as f64 / best_product_gflops * 1e-6),
    })
}

/// Processor time of this process so far, ms; 0 where the system does not tell.
fn cpu_ms() -> f64 {
    crate::platform::clock::process_cpu_milliseconds().unwrap_or(0.0)
}
