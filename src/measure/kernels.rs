//! The kernels of a step, each by itself at the shapes that the step runs it at: its time beside
//! its bound, the time that its bytes take at the bandwidth of the best copy as large, or its
//! arithmetic at the best rate measured, whichever is longer.

use serde::Serialize;
use web_time::Instant;

use super::ceilings::{best_product, multiply_add_rate};
use crate::gpu::{Gpu, GpuError, Recorded};
use crate::ops::Op;
use crate::ops::activation::Activation;
use crate::tensor::Tensor;

/// Seconds that one kernel's turns together aim at.
const TURNS_SECONDS: f64 = 0.003;
/// Turns that go into one submit at most.
const MOST_TURNS: f64 = 256.0;
/// Rounds of turns; the best counts.
const ROUNDS: usize = 5;

/// Best rates of an adapter, by size: caches are faster than memory.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes read and written by a copy, and their rate in bytes a second; rising sizes.
    copies: Vec<(u64, f64)>,
    /// Multiply-adds a second.
    multiply_adds: f64,
}

impl Limits {
    /// Measures them. A copy is the faster one of a kernel's and the driver's own: what a kernel
    /// loses to the way in which it is compiled shall not lower the bound.
    ///
    /// # Errors
    /// Those of the device.
    pub fn measure(gpu: &Gpu) -> Result<Self, GpuError> {
        let mut copies = Vec::new();
        for log in (12..=24).step_by(2) {
            let x = Tensor::zeros(gpu, [1 << log])?;
            gpu.start_recording();
            let done = Activation::Identity.forward(gpu, &[&x]);
            let recorded = gpu.end_recording();
            let y = done?.output;
            let bytes = 2 * x.buffer().size();
            let mut best = turns(gpu, false, || {
                gpu.copy(x.buffer(), y.buffer(), x.buffer().size());
                Ok(())
            })?;
            for copy in &recorded {
                best = best.min(seconds(gpu, copy)?);
            }
            copies.push((bytes, bytes as f64 / best));
        }
        let multiply_adds = multiply_add_rate(gpu)?.max(best_product(gpu)?) * 0.5e9;
        Ok(Limits { copies, multiply_adds })
    }

    /// The better of both, rate by rate: on a shared machine one measurement may come in a bad
    /// moment.
    pub fn or(self, other: &Limits) -> Self {
        let best = |(a, b): (&(u64, f64), &(u64, f64))| (a.0, a.1.max(b.1));
        Limits {
            copies: self.copies.iter().zip(&other.copies).map(best).collect(),
            multiply_adds: self.multiply_adds.max(other.multiply_adds),
        }
    }

    /// Seconds that so many bytes take at least: at the best rate of any copy that is as large, or
    /// of the largest.
    fn copying(&self, bytes: u64) -> f64 {
        let large = self.copies.iter().filter(|(size, _)| *size >= bytes);
        let rates = large.chain(self.copies.last()).map(|(_, rate)| *rate);
        bytes as f64 / rates.fold(f64::MIN_POSITIVE, f64::max)
    }

    fn calculating(&self, multiply_adds: u64) -> f64 {
        multiply_adds as f64 / self.multiply_adds
    }
}

/// A kernel at one shape.
#[derive(Clone, Debug, Serialize)]
pub struct KernelReport {
    /// The step that runs it.
    pub step: &'static str,
    /// `family/file`.
    pub kernel: &'static str,
    /// The first part of the network that it serves; empty outside one.
    pub part: String,
    /// Override constants and parameters.
    pub shape: String,
    /// How often a step runs it.
    pub calls: u64,
    /// Bytes that a call reads and writes at least.
    pub bytes: u64,
    /// About its multiply-adds, or the values it moves.
    pub work: u64,
    /// Time of a call, ms.
    pub ms: f64,
    /// The least time that the adapter's best rates allow, ms.
    pub bound_ms: f64,
    /// What that is set by: "bytes" or "arithmetic".
    pub bound: &'static str,
    /// The bound over the time.
    pub share: f64,
}

impl KernelReport {
    /// Time of its calls in a step, ms.
    pub fn ms_a_step(&self) -> f64 {
        self.ms * self.calls as f64
    }
}

/// A kernel with the time of a call, in seconds.
#[derive(Clone, Debug)]
pub struct Timed(Recorded, f64);

/// Runs a step twice, the first to warm up, and times each kernel of the second.
///
/// # Errors
/// Those of the step and of the device.
pub fn time_kernels<E: From<GpuError>>(
    gpu: &Gpu,
    step: &mut dyn FnMut() -> Result<(), E>,
) -> Result<Vec<Timed>, E> {
    step()?;
    gpu.start_recording();
    let done = step();
    let recorded = gpu.end_recording();
    done?;
    let time = |r: Recorded| -> Result<Timed, GpuError> {
        let seconds = seconds(gpu, &r)?;
        Ok(Timed(r, seconds))
    };
    Ok(recorded.into_iter().map(time).collect::<Result<_, _>>()?)
}

impl Timed {
    /// Beside its bound.
    pub fn report(&self, step: &'static str, limits: &Limits) -> KernelReport {
        let Timed(r, seconds) = self;
        let (copying, calculating) = (limits.copying(r.bytes), limits.calculating(r.work));
        let bound = copying.max(calculating);
        KernelReport {
            step,
            kernel: r.shader.name,
            part: r.scope.clone(),
            shape: shape(r),
            calls: r.calls,
            bytes: r.bytes,
            work: r.work,
            ms: seconds * 1e3,
            bound_ms: bound * 1e3,
            bound: if copying >= calculating { "bytes" } else { "arithmetic" },
            share: bound / seconds,
        }
    }
}

/// The constants and the whole numbers among the parameters, by name.
fn shape(r: &Recorded) -> String {
    let constants = r.constants.iter().map(|(name, value)| format!("{name}={value}"));
    let fields = r.shader.fields.iter().filter(|f| f.kind != "f32").filter_map(|f| {
        let bytes = r.params.get(f.offset..f.offset + 4)?.try_into().ok()?;
        Some(format!("{}={}", f.name, i64::from(i32::from_ne_bytes(bytes))))
    });
    constants.chain(fields).collect::<Vec<_>>().join(" ")
}

/// Seconds of a dispatch.
fn seconds(gpu: &Gpu, r: &Recorded) -> Result<f64, GpuError> {
    turns(gpu, true, || gpu.repeat(r))
}

/// Seconds of a turn of `work`: of its dispatches by timestamps, if it is `stamped` and the adapter
/// has them, else by the clock over submits of many turns.
fn turns(
    gpu: &Gpu,
    stamped: bool,
    mut work: impl FnMut() -> Result<(), GpuError>,
) -> Result<f64, GpuError> {
    work()?;
    gpu.finish()?;
    let start = Instant::now();
    work()?;
    gpu.finish()?;
    let once = start.elapsed().as_secs_f64().max(1e-9);
    let count = (TURNS_SECONDS / once).clamp(1.0, MOST_TURNS) as usize;
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let stamped = stamped && gpu.start_profile()?;
        let start = Instant::now();
        (0..count).try_for_each(|_| work())?;
        let total = if stamped {
            gpu.end_profile()?.kernels.iter().map(|kernel| kernel.ms).sum::<f64>() * 1e-3
        } else {
            gpu.finish()?;
            start.elapsed().as_secs_f64()
        };
        best = best.min(total / count as f64);
    }
    // A clock may be too coarse for the smallest kernels.
    Ok(best.max(1e-9))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_bound_by_the_best_rate_of_copies_as_large() {
        let copies = vec![(100, 2.0), (1_000, 5.0), (10_000, 1.0)];
        let limits = Limits { copies, multiply_adds: 10.0 };
        assert_eq!(limits.copying(50), 10.0);
        assert_eq!(limits.copying(1_000), 200.0);
        assert_eq!(limits.copying(2_000), 2_000.0);
        assert_eq!(limits.copying(50_000), 50_000.0);
        assert_eq!(limits.calculating(20), 2.0);
    }
}
