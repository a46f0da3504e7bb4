//! The time that the host has waited for a device, which is the device's; what is left of a stretch
//! of time is the host's.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use web_time::Instant;

/// Nanoseconds waited. Clones count together.
#[derive(Clone, Debug, Default)]
pub(super) struct Waited(Arc<AtomicU64>);

impl Waited {
    /// Counts the time that `wait` takes.
    pub(super) fn during<T>(&self, wait: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let value = wait();
        self.0.fetch_add(start.elapsed().as_nanos() as u64, Ordering::Relaxed);
        value
    }

    /// All so far, ms.
    pub(super) fn milliseconds(&self) -> f64 {
        self.0.load(Ordering::Relaxed) as f64 * 1e-6
    }
}

#[cfg(test)]
mod tests {
    use super::Waited;

    #[test]
    fn clones_count_together_what_was_waited() {
        let waited = Waited::default();
        let other = waited.clone();
        assert_eq!(waited.milliseconds(), 0.0);
        other.during(|| std::thread::sleep(std::time::Duration::from_millis(5)));
        assert!(waited.milliseconds() >= 5.0);
    }
}
