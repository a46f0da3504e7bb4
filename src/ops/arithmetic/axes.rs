//! Extents and strides of operands that broadcast against each other, folded to the fewest.

use crate::gpu::GpuError;
use crate::tensor::Shape;

/// Joint extents of some operands, and the strides of each over them (0 where it repeats).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Axes<const N: usize> {
    pub(super) dims: [u32; 4],
    pub(super) strides: [[u32; 4]; N],
}

/// The shape of a with b by numpy's rules: aligned to the right, extents of 1 repeat.
pub(super) fn broadcast_shape(op: &'static str, a: &Shape, b: &Shape) -> Result<Shape, GpuError> {
    let (da, db) = (a.right_aligned(), b.right_aligned());
    let rank = a.rank().max(b.rank());
    let mut dims = [1; 4];
    for i in 0..4 {
        dims[i] = match (da[i], db[i]) {
            (x, y) if x == y => x,
            (1, y) => y,
            (x, 1) => x,
            _ => {
                let why = format!("{a} and {b} do not broadcast: extents differ and neither is 1");
                return Err(GpuError::Shape { op, why });
            }
        };
    }
    Ok(Shape::new(&dims[4 - rank..]))
}

impl<const N: usize> Axes<N> {
    /// Of `operands` over `shape`, their common broadcast shape. Neighbouring extents that all
    /// operands run through in one go become one.
    pub(super) fn new(shape: &Shape, operands: [&Shape; N]) -> Self {
        let dims = shape.right_aligned();
        let strides = operands.map(|s| strides(&s.right_aligned()));
        let mut folded: Vec<(u32, [u32; N])> = Vec::new();
        for i in 0..4 {
            let (d, s) = (dims[i] as u32, strides.map(|s| s[i]));
            match folded.last_mut() {
                _ if d == 1 => {}
                Some((outer, at)) if (0..N).all(|k| at[k] == s[k] * d) => {
                    *outer *= d;
                    *at = s;
                }
                _ => folded.push((d, s)),
            }
        }
        let mut axes = Axes { dims: [1; 4], strides: [[0; 4]; N] };
        let start = 4 - folded.len();
        for (i, (d, s)) in folded.into_iter().enumerate() {
            axes.dims[start + i] = d;
            for (all, one) in axes.strides.iter_mut().zip(s) {
                all[start + i] = one;
            }
        }
        axes
    }
}

/// Row-major strides, 0 for extents of 1.
fn strides(dims: &[usize; 4]) -> [u32; 4] {
    let mut strides = [0; 4];
    let mut step = 1;
    for i in (0..4).rev() {
        if dims[i] > 1 {
            strides[i] = step as u32;
        }
        step *= dims[i];
    }
    strides
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn extents_that_run_on_in_all_operands_fold() {
        let full = Shape::new(&[2, 3, 4, 5]);
        let axes = Axes::new(&full, [&full, &full]);
        assert_eq!(axes.dims, [1, 1, 1, 120]);
        assert_eq!(axes.strides, [[0, 0, 0, 1]; 2]);
        let gates = Axes::new(&full, [&full, &Shape::new(&[2, 3, 1, 1])]);
        assert_eq!(gates.dims, [1, 1, 6, 20]);
        assert_eq!(gates.strides, [[0, 0, 20, 1], [0, 0, 1, 0]]);
        let bias = Axes::new(&full, [&full, &Shape::new(&[1, 3, 1, 1])]);
        assert_eq!(bias.dims, [1, 2, 3, 20]);
        assert_eq!(bias.strides, [[0, 60, 20, 1], [0, 0, 1, 0]]);
    }

    #[test]
    fn shapes_that_do_not_broadcast_are_named() {
        let (a, b) = (Shape::new(&[2, 3]), Shape::new(&[2, 4]));
        let error = broadcast_shape("add", &a, &b).unwrap_err().to_string();
        assert!(error.starts_with("add: [2, 3] and [2, 4] do not broadcast"), "{error}");
        assert_eq!(broadcast_shape("add", &a, &Shape::new(&[3])), Ok(a));
    }
}
