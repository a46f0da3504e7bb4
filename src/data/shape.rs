//! The extents of an image. Pure values.

/// C, H, W.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) channels: usize,
    pub(crate) height: usize,
    pub(crate) width: usize,
}

impl Shape {
    /// C x H x W.
    pub(crate) fn bytes(self) -> usize {
        self.channels * self.height * self.width
    }
}
