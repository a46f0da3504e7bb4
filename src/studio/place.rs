//! A pane's place in a layout, as it is remembered between sessions.

use serde::{Deserialize, Serialize};

/// The key of a pane in the list of panes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place(pub(super) String);

impl Place {
    /// The pane's key.
    pub(super) fn key(&self) -> &str {
        &self.0
    }
}
