//! How the styles are timed: each on a device of its own, so that what one breaks is not another's, and
//! in turn, so that other work on the machine slows all of them.

use web_time::Instant;

use super::work::Work;
use super::{Times, Tuning};
use crate::gpu::{AdapterChoice, Gpu, GpuError, KernelStyle};
use crate::measure::ceilings::median;
use crate::tensor::HostArray;

/// Rounds that are timed; fewer, but not too few, where they take longer in all than this.
const ROUNDS: usize = 9;
const FEWEST: usize = 5;
const SECONDS: f64 = 2.0;
/// On a fast adapter a round does the work so often that it takes about so long.
const ROUND_MS: f64 = 10.0;
const MOST: usize = 50;
/// A style that takes so many times as long as the class's own at first is timed no more.
const HOPELESS: f64 = 2.0;
/// Largest difference of results, relative to the largest value, that rounding explains.
const TOLERANCE: f64 = 1e-3;

/// A style with its device.
struct Runner {
    style: KernelStyle,
    work: Work,
    ms: Vec<f64>,
}

impl Runner {
    fn new(gpu: &Gpu, style: KernelStyle) -> Result<Self, GpuError> {
        gpu.set_style(style);
        // A batch of training; a piece of one where it would take long.
        let images = if gpu.adapter().kind == "software" { 8 } else { 64 };
        Ok(Self { style, work: Work::new(gpu, images)?, ms: Vec::with_capacity(ROUNDS) })
    }

    fn times(self) -> (KernelStyle, Times) {
        let fastest = self.ms.iter().copied().fold(f64::INFINITY, f64::min);
        (self.style, Times { fastest, median: median(self.ms) })
    }

    /// Mean of doing the work so often, ms.
    fn time(&self, often: usize) -> Result<f64, GpuError> {
        let start = Instant::now();
        (0..often).try_for_each(|_| self.work.once())?;
        Ok(start.elapsed().as_secs_f64() * 1e3 / often as f64)
    }
}

/// Times the styles that run on an adapter.
///
/// # Errors
/// Those of a device in the style of the adapter's class; of others there are no times then.
pub(super) fn measure(choice: &AdapterChoice) -> Result<Tuning, GpuError> {
    let open = || pollster::block_on(Gpu::open_as_class(choice));
    let gpu = open()?;
    let mut own = Runner::new(&gpu, gpu.style())?;
    let results = own.work.results()?;
    // The first after kernels were made is no measure.
    own.time(1)?;
    let first = own.time(3)?;
    let often = (ROUND_MS / first).clamp(1.0, MOST as f64) as usize;
    let mut tuning = Tuning::default();
    let mut others = Vec::new();
    // A software driver pays for workgroup memory and its barriers what a GPU gains by them.
    let software = gpu.adapter().kind == "software";
    let may_win = |&style: &KernelStyle| !(software && style == KernelStyle::Tiles);
    for style in gpu.styles().into_iter().filter(|&style| style != gpu.style()).filter(may_win) {
        let begin = || {
            let runner = Runner::new(&open()?, style)?;
            let same = agree(&runner.work.results()?, &results);
            Ok::<_, GpuError>((same, runner.time(1)?, runner))
        };
        match begin() {
            Ok((true, ms, _)) if ms > HOPELESS * first => {
                tuning.ms.insert(style, Times { fastest: ms, median: ms });
            }
            Ok((true, _, runner)) => others.push(runner),
            // A driver that fails or computes wrong there is no reason to fail as a whole.
            Ok((false, ..)) | Err(_) => {}
        }
    }
    let begin = Instant::now();
    for round in 0..ROUNDS {
        if round >= FEWEST && begin.elapsed().as_secs_f64() > SECONDS {
            break;
        }
        own.ms.push(own.time(often)?);
        others.retain_mut(|other| other.time(often).map(|ms| other.ms.push(ms)).is_ok());
    }
    let timed = std::iter::once(own).chain(others);
    tuning.ms.extend(timed.map(Runner::times));
    Ok(tuning)
}

/// Whether results are the same but for rounding.
fn agree(these: &[HostArray], those: &[HostArray]) -> bool {
    these.iter().zip(those).all(|(a, b)| {
        let scale = b.data.iter().fold(f64::MIN_POSITIVE, |most, value| most.max(value.abs()));
        // A NaN is not within it.
        a.data.iter().zip(&b.data).all(|(a, b)| (a - b).abs() <= TOLERANCE * scale)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_style_of_the_class_is_timed_and_so_is_each_that_computes_the_same() {
        let gpu = pollster::block_on(Gpu::open_as_class(&AdapterChoice::Best)).unwrap();
        let tuning = measure(&AdapterChoice::Best).unwrap();
        assert!(tuning.ms.contains_key(&gpu.style()), "{tuning:?}");
        assert!(tuning.ms.keys().all(|style| gpu.styles().contains(style)), "{tuning:?}");
        assert!(
            tuning.ms.values().all(|times| 0.0 < times.fastest && times.fastest <= times.median),
            "{tuning:?}"
        );
    }

    #[test]
    fn other_numbers_do_not_agree_and_neither_does_nan() {
        let of = |value: f64| [HostArray { data: vec![2.0, value], ..HostArray::sample([2], 1) }];
        assert!(agree(&of(1.0), &of(1.001)));
        assert!(!agree(&of(1.0), &of(1.01)));
        assert!(!agree(&of(f64::NAN), &of(1.0)));
    }
}
