//! Extents of a tensor.

use std::fmt;

/// Up to four extents, outermost first; images are N, C, H, W.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    dims: [usize; 4],
    rank: u8,
}

impl Shape {
    /// From extents, at most four of them; further ones fold into the last.
    pub fn new(dims: &[usize]) -> Self {
        let mut d = [1; 4];
        let rank = dims.len().min(4);
        d[..rank].copy_from_slice(&dims[..rank]);
        d[3] *= dims.iter().skip(4).product::<usize>();
        Shape { dims: d, rank: rank as u8 }
    }

    /// The extents.
    pub fn dims(&self) -> &[usize] {
        &self.dims[..usize::from(self.rank)]
    }

    /// Number of extents.
    pub fn rank(&self) -> usize {
        usize::from(self.rank)
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        self.dims().iter().product()
    }

    /// True where some extent is 0.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Extent `i`, or 1 beyond the rank.
    pub fn dim(&self, i: usize) -> usize {
        self.dims().get(i).copied().unwrap_or(1)
    }

    /// N, C, H, W; missing extents are 1 at the end ([N, C] is [N, C, 1, 1]).
    pub fn nchw(&self) -> [usize; 4] {
        [self.dim(0), self.dim(1), self.dim(2), self.dim(3)]
    }

    /// The extents aligned to the right, as broadcasting does ([H, W] is [1, 1, H, W]).
    pub fn right_aligned(&self) -> [usize; 4] {
        let mut d = [1; 4];
        d[4 - self.rank()..].copy_from_slice(self.dims());
        d
    }
}

impl From<&[usize]> for Shape {
    fn from(dims: &[usize]) -> Self {
        Shape::new(dims)
    }
}

impl<const N: usize> From<[usize; N]> for Shape {
    fn from(dims: [usize; N]) -> Self {
        Shape::new(&dims)
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.dims())
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
