//! Broadcasting in plain loops.

use crate::tensor::{HostArray, Shape};

/// f(a, b) at each place of the broadcast shape.
pub(super) fn broadcast(
    a: &HostArray,
    b: &HostArray,
    shape: Shape,
    f: impl Fn(f64, f64) -> f64,
) -> HostArray {
    let d = shape.right_aligned();
    let mut data = Vec::with_capacity(shape.len());
    for i in 0..d[0] {
        for j in 0..d[1] {
            for k in 0..d[2] {
                for l in 0..d[3] {
                    let at = [i, j, k, l];
                    data.push(f(repeated(a, at), repeated(b, at)));
                }
            }
        }
    }
    HostArray::new(shape, data)
}

fn repeated(a: &HostArray, at: [usize; 4]) -> f64 {
    let d = a.shape.right_aligned();
    let place = (0..4).fold(0, |p, i| p * d[i] + if d[i] == 1 { 0 } else { at[i] });
    a.data[place]
}
