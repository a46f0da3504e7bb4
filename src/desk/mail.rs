//! Reports on their way to the studio: any thread puts some in and wakes the interface, which
//! takes them all. Events are joined, so that a fast run does not wake it for each.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::studio::backend::{Report, Wake};

/// The box, shared.
#[derive(Clone, Default)]
pub(super) struct Mail(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    reports: Vec<Report>,
    wake: Option<Wake>,
}

impl Mail {
    /// Whom to wake.
    pub(super) fn connect(&self, wake: Wake) {
        self.lock().wake = Some(wake);
    }

    /// Puts a report in.
    pub(super) fn send(&self, report: Report) {
        let mut inner = self.lock();
        // Whoever has not looked yet has been woken already.
        let asleep = inner.reports.is_empty();
        match (inner.reports.last_mut(), report) {
            (Some(Report::Events(before)), Report::Events(more)) => before.extend(more),
            (_, report) => inner.reports.push(report),
        }
        let wake = inner.wake.clone().filter(|_| asleep);
        drop(inner);
        if let Some(wake) = wake {
            wake();
        }
    }

    /// Takes all reports.
    pub(super) fn take(&self) -> Vec<Report> {
        std::mem::take(&mut self.lock().reports)
    }

    /// A thread that panicked in the middle of a push leaves whole reports.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Event;
    use crate::protocol::facts::Phase;
    use crate::protocol::journal::Record;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn events_are_joined_and_the_interface_is_woken_once() {
        let (mail, woken) = (Mail::default(), Arc::new(AtomicUsize::new(0)));
        let count = woken.clone();
        mail.connect(Arc::new(move || {
            count.fetch_add(1, Ordering::Relaxed);
        }));
        let event = || Record::new(Event::PhaseStarted { phase: Phase::Supernet }, 1);
        for _ in 0..100 {
            mail.send(Report::Events(vec![event()]));
        }
        mail.send(Report::Trouble("x".to_owned()));
        mail.send(Report::Events(vec![event()]));
        let taken = mail.take();
        assert_eq!(taken.len(), 3);
        assert!(matches!(&taken[0], Report::Events(records) if records.len() == 100));
        assert_eq!(woken.load(Ordering::Relaxed), 1);
    }
}
