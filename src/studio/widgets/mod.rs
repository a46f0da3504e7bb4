//! Pieces that panes are made of. They know tokens and values, no state of the studio.

pub(super) mod card;
pub(super) mod columns;
pub(super) mod difference;
pub(super) mod heat;
pub(super) mod icon;
pub(super) mod layer_macs;
pub(super) mod limit;
pub(super) mod note;
pub(super) mod pinned;
pub(super) mod plot;
pub(super) mod ring;
pub(super) mod room;
pub(super) mod strip;
pub(super) mod tick;
pub(super) mod weights;
