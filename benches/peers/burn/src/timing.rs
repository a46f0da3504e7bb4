//! When a step has settled, and what it takes then.

use std::error::Error;
use std::time::{Duration, Instant};

/// What is trained, after a step of it, and the step's loss.
pub(crate) type Stepped<T> = Result<(T, f32), Box<dyn Error>>;

/// The last so many steps tell whether tuning is over.
const WINDOW: usize = 4;
/// Their slowest takes at most so many times their fastest then: a kernel that is tuned takes seconds.
const CALM: f64 = 1.3;
/// A step that has not settled until then never will.
const LONGEST: Duration = Duration::from_secs(1800);

/// Runs the step until its kernels are compiled and tuned: what is trained then, and how long that
/// took.
///
/// # Errors
/// Those of the step, and one that does not settle.
pub(crate) fn settled<T>(
    mut trained: T,
    step: impl Fn(T) -> Stepped<T>,
) -> Result<(T, Duration), Box<dyn Error>> {
    eprintln!("burn compiles and tunes its kernels: minutes, where they were not tuned before");
    let begin = Instant::now();
    let mut times = Vec::new();
    loop {
        let start = Instant::now();
        let (next, loss) = step(trained)?;
        trained = next;
        let ms = milliseconds(start);
        times.push(ms);
        eprintln!("step {} to warm up: {ms:.0} ms, loss {loss:.3}", times.len());
        let last = &times[times.len().saturating_sub(WINDOW)..];
        let fastest = last.iter().copied().fold(f64::INFINITY, f64::min);
        let slowest = last.iter().copied().fold(0.0, f64::max);
        if last.len() == WINDOW && slowest <= CALM * fastest {
            eprintln!("tuned after {:.0} s", begin.elapsed().as_secs_f64());
            return Ok((trained, begin.elapsed()));
        }
        if begin.elapsed() > LONGEST {
            return Err(format!("the step takes {fastest:.0} to {slowest:.0} ms still").into());
        }
    }
}

/// Milliseconds of so many steps, waiting for each, in rising order.
///
/// # Errors
/// Those of the step.
pub(crate) fn timed<T>(
    mut trained: T,
    steps: usize,
    step: impl Fn(T) -> Stepped<T>,
) -> Result<Vec<f64>, Box<dyn Error>> {
    let mut times = Vec::with_capacity(steps);
    for _ in 0..steps {
        let start = Instant::now();
        (trained, _) = step(trained)?;
        times.push(milliseconds(start));
    }
    times.sort_by(f64::total_cmp);
    Ok(times)
}

fn milliseconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}
