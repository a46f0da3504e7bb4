//! Requests on their way to a worker: it waits until there are some and takes the newest of each
//! kind. What it has not come to is replaced.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// The box of a worker; `T` holds the newest request of each kind, its default none.
pub(super) struct Inbox<T>(Arc<(Mutex<T>, Condvar)>);

impl<T> Clone for Inbox<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Default + PartialEq> Inbox<T> {
    /// An empty one.
    pub(super) fn new() -> Self {
        Self(Arc::default())
    }

    /// Changes what waits.
    pub(super) fn put(&self, change: impl FnOnce(&mut T)) {
        change(&mut self.lock());
        self.0.1.notify_one();
    }

    /// Waits until something is there, and takes it.
    pub(super) fn wait(&self) -> T {
        let none = T::default();
        let waiting = self.0.1.wait_while(self.lock(), |waiting| *waiting == none);
        std::mem::take(&mut *waiting.unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes what is there, if only nothing.
    pub(super) fn take(&self) -> T {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, T> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::platform::thread;

    #[test]
    fn a_worker_waits_and_gets_the_newest_of_what_came() {
        let inbox: Inbox<Option<u32>> = Inbox::new();
        let worker = inbox.clone();
        let got = thread::spawn("waiting", move || worker.wait()).unwrap();
        inbox.put(|slot| *slot = Some(1));
        assert_eq!(got.join().unwrap(), Some(1));
        for i in 2..9 {
            inbox.put(|slot| *slot = Some(i));
        }
        assert_eq!(inbox.wait(), Some(8));
        assert_eq!(inbox.take(), None);
    }
}
