//! The settings panel, made from the one table of settings: a draft of a configuration, and its
//! drawing. Which run it belongs to is the affair of the page or pane that holds it.

mod draft;
mod panel;

pub(super) use draft::{Draft, text};
pub(super) use panel::{Mode, Panel};
