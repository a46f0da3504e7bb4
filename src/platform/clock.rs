//! Time: a monotonic stopwatch and the wall clock. Nothing that decides a run may depend on it.

use web_time::{Instant, SystemTime, UNIX_EPOCH};

/// A monotonic stopwatch, started when made.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Seconds since the start.
    pub fn seconds(&self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }

    /// Milliseconds since the start.
    pub fn milliseconds(&self) -> f64 {
        self.seconds() * 1e3
    }
}

/// Milliseconds since 1970 by the wall clock; 0 where that clock stands before 1970.
pub fn unix_milliseconds() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// Processor time of this process and its threads so far, ms; `None` where the system does not
/// tell (read from /proc on Linux).
pub fn process_cpu_milliseconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // Fields after the name in brackets, which may hold spaces: utime and stime are 12th and 13th.
    let mut fields = stat.rsplit_once(") ")?.1.split(' ').skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    // Linux reports 100 ticks a second to programs on every architecture.
    Some((ticks()? + ticks()?) * 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stopwatch_never_runs_backwards() {
        let watch = Stopwatch::start();
        let first = watch.seconds();
        assert!(watch.seconds() >= first);
    }

    #[test]
    fn the_wall_clock_is_past_the_year_2020() {
        assert!(unix_milliseconds() > 1_577_836_800_000);
    }
}
