//! How much work goes into one submit: as much as the device does in about forty milliseconds, so
//! that neither a display, nor a watchdog, nor a command waits longer.

use std::cell::Cell;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use web_time::Instant;

const TARGET_MS: f64 = 40.0;
/// The most submits that may wait for the device.
pub(super) const IN_FLIGHT: usize = 3;

/// Learns the rate of the device from the submits that finish.
#[derive(Debug)]
pub(super) struct Pacer {
    seen: Arc<Mutex<Seen>>,
    budget: Cell<u64>,
}

#[derive(Debug)]
struct Seen {
    last_done: Instant,
    /// Work units a millisecond, smoothed.
    rate: f64,
    /// Submits that the device has not done yet.
    waiting: usize,
    /// Who waits for the next one to be done.
    waker: Option<Waker>,
}

impl Pacer {
    pub(super) fn new() -> Self {
        let seen = Seen { last_done: Instant::now(), rate: 0.0, waiting: 0, waker: None };
        Pacer { seen: Arc::new(Mutex::new(seen)), budget: Cell::new(1 << 26) }
    }

    /// Work units (about: multiply-adds) that the next submit may hold.
    pub(super) fn budget(&self) -> u64 {
        self.budget.get()
    }

    /// To be called when a submit of so much work is made; the result is called when it is done.
    pub(super) fn submitted(&self, work: u64) -> impl FnOnce() + Send + 'static {
        if let Ok(mut seen) = self.seen.lock() {
            seen.waiting += 1;
            if seen.rate > 0.0 {
                self.budget.set(((seen.rate * TARGET_MS) as u64).clamp(1 << 20, 1 << 36));
            }
        }
        let (seen, start) = (self.seen.clone(), Instant::now());
        move || {
            let Ok(mut seen) = seen.lock() else { return };
            let now = Instant::now();
            let ms = (now - start.max(seen.last_done)).as_secs_f64() * 1e3;
            seen.last_done = now;
            let rate = work as f64 / ms.max(0.05);
            seen.rate = if seen.rate == 0.0 { rate } else { 0.9 * seen.rate + 0.1 * rate };
            seen.waiting = seen.waiting.saturating_sub(1);
            if let Some(waker) = seen.waker.take() {
                waker.wake();
            }
        }
    }

    /// Ready when no more submits wait for the device than may.
    pub(super) fn poll_settled(&self, cx: &Context<'_>) -> Poll<()> {
        let Ok(mut seen) = self.seen.lock() else { return Poll::Ready(()) };
        if seen.waiting <= IN_FLIGHT {
            return Poll::Ready(());
        }
        seen.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}
