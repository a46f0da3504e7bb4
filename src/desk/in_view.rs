//! Whether something is the one in view. Once it is not, nothing of it reaches the studio any
//! more, not even what was about to.

use std::sync::{Arc, Mutex, PoisonError};

/// The flag, shared.
#[derive(Clone)]
pub(super) struct InView(Arc<Mutex<bool>>);

impl InView {
    /// In view.
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(true)))
    }

    /// Not in view from now on.
    pub(super) fn end(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = false;
    }

    /// Does `work` if it is in view, and keeps it there for as long; whether it was.
    pub(super) fn while_it_is(&self, work: impl FnOnce()) -> bool {
        let in_view = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if *in_view {
            work();
        }
        *in_view
    }
}
