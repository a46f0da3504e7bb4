//! A slot that holds the latest value of something heavy (weights, images, a whole state): the
//! writer never waits, the reader sees the newest value only.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A shared slot; clones are the same slot.
#[derive(Debug)]
pub struct Latest<T>(Arc<Mutex<Slot<T>>>);

#[derive(Debug)]
struct Slot<T> {
    value: Option<Arc<T>>,
    /// How many values have been set.
    version: u64,
}

impl<T> Latest<T> {
    /// An empty slot.
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(Slot { value: None, version: 0 })))
    }

    /// Replaces the value.
    pub fn set(&self, value: T) {
        let mut slot = self.lock();
        slot.value = Some(Arc::new(value));
        slot.version += 1;
    }

    /// The newest value, if any.
    pub fn get(&self) -> Option<Arc<T>> {
        self.lock().value.clone()
    }

    /// The newest value if it is newer than `seen`, which is then brought up to date.
    pub fn newer_than(&self, seen: &mut u64) -> Option<Arc<T>> {
        let slot = self.lock();
        if slot.version == *seen {
            return None;
        }
        *seen = slot.version;
        slot.value.clone()
    }

    /// The slot is only ever replaced whole, so a writer that panicked left it consistent.
    fn lock(&self) -> MutexGuard<'_, Slot<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Clone for Latest<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Default for Latest<T> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_sees_the_newest_value_once() {
        let writer = Latest::new();
        let reader = writer.clone();
        let mut seen = 0;
        assert_eq!(reader.newer_than(&mut seen), None);
        writer.set(1);
        writer.set(2);
        assert_eq!(reader.newer_than(&mut seen).as_deref(), Some(&2));
        assert_eq!(reader.newer_than(&mut seen), None);
        assert_eq!(reader.get().as_deref(), Some(&2));
    }
}
