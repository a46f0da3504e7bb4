//! Requests on their way to a worker: it waits until there are some and takes the newest of each
//! kind. What it has not come to is replaced.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_channel::{Receiver, Sender, bounded};

/// The box of a worker; `T` holds the newest request of each kind, its default none.
pub(super) struct Inbox<T>(Arc<Inner<T>>);

struct Inner<T> {
    waiting: Mutex<T>,
    /// Rung when something is put in; one ring is enough for whatever waits.
    bell: (Sender<()>, Receiver<()>),
}

impl<T> Clone for Inbox<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Default + PartialEq> Inbox<T> {
    /// An empty one.
    pub(super) fn new() -> Self {
        Self(Arc::new(Inner { waiting: Mutex::default(), bell: bounded(1) }))
    }

    /// Changes what waits.
    pub(super) fn put(&self, change: impl FnOnce(&mut T)) {
        change(&mut self.lock());
        // A bell that has not been heard yet need not be rung again.
        let _ = self.0.bell.0.try_send(());
    }

    /// Waits until something is there, and takes it.
    pub(super) async fn wait(&self) -> T {
        loop {
            let waiting = self.take();
            // The bell cannot be gone: this box holds both its ends.
            if waiting != T::default() || self.0.bell.1.recv().await.is_err() {
                return waiting;
            }
        }
    }

    /// Takes what is there, if only nothing.
    pub(super) fn take(&self) -> T {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, T> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::platform::task;

    #[test]
    fn a_worker_waits_and_gets_the_newest_of_what_came() {
        let inbox: Inbox<Option<u32>> = Inbox::new();
        let worker = inbox.clone();
        let got = task::spawn("waiting", async move || worker.wait().await).unwrap();
        inbox.put(|slot| *slot = Some(1));
        assert_eq!(pollster::block_on(got.end()), Some(Some(1)));
        for i in 2..9 {
            inbox.put(|slot| *slot = Some(i));
        }
        assert_eq!(pollster::block_on(inbox.wait()), Some(8));
        assert_eq!(inbox.take(), None);
    }
}
