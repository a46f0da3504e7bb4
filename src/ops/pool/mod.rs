//! Pooling over square windows, average and maximum.

mod avg;
mod max;

pub use avg::AvgPool2d;
pub use max::MaxPool2d;

use super::Case;
use crate::gpu::GpuError;
use crate::tensor::{HostArray, Shape};

/// A window: rows and columns `o * stride - padding` up to `+ kernel`.
#[derive(Clone, Copy, Debug)]
struct Window {
    kernel: usize,
    stride: usize,
    padding: usize,
}

impl Window {
    /// [N, C, H', W'], H' = floor((H + 2 padding - kernel) / stride) + 1.
    fn output(&self, op: &'static str, x: &Shape) -> Result<Shape, GpuError> {
        let [n, c, h, w] = x.nchw();
        let padded = h.min(w) + 2 * self.padding;
        let valid = self.stride > 0 && self.kernel > 0 && self.kernel >= 2 * self.padding;
        if x.rank() != 4 || x.is_empty() || self.kernel > padded || !valid {
            let why = format!("windows {self:?} do not fit {x}; padding at most half a kernel");
            return Err(GpuError::Shape { op, why });
        }
        let places = |d: usize| (d + 2 * self.padding - self.kernel) / self.stride + 1;
        Ok(Shape::new(&[n, c, places(h), places(w)]))
    }

    /// The places of the input under output place `o`, clipped to `extent`.
    fn range(&self, o: usize, extent: usize) -> std::ops::Range<usize> {
        let end = o * self.stride + self.kernel;
        let first = (o * self.stride).saturating_sub(self.padding);
        first..end.saturating_sub(self.padding).min(extent)
    }

    /// f of the values of each window, in f64.
    fn twin(&self, op: &'static str, x: &HostArray, f: impl Fn(&[f64]) -> f64) -> HostArray {
        let [n, c, h, w] = x.shape.nchw();
        let shape = self.output(op, &x.shape).unwrap_or(x.shape);
        let mut data = Vec::with_capacity(shape.len());
        for plane in 0..n * c {
            for o in 0..shape.dim(2) {
                for q in 0..shape.dim(3) {
                    let row = |r: usize| {
                        let at = (plane * h + r) * w;
                        self.range(q, w).map(move |k| at + k)
                    };
                    let places = self.range(o, h).flat_map(row);
                    data.push(f(&places.map(|i| x.data[i]).collect::<Vec<f64>>()));
                }
            }
        }
        HostArray::new(shape, data)
    }
}

/// Test cases: windows that overlap, leave values out, reach over the edge, hold one value.
pub(super) fn cases() -> Vec<Case> {
    let windows = [
        ([2, 3, 7, 7], 3, 1, 1),
        ([2, 3, 7, 7], 3, 2, 1),
        ([1, 2, 7, 5], 2, 2, 0),
        ([1, 3, 5, 9], 3, 2, 0),
        ([2, 1, 4, 6], 1, 3, 0),
        ([1, 1, 1, 1], 3, 1, 1),
        ([1, 5, 6, 11], 5, 3, 2),
    ];
    let mut all = Vec::new();
    for (shape, kernel, stride, padding) in windows {
        let label = format!("{shape:?} kernel {kernel} stride {stride} padding {padding}");
        let x = || vec![HostArray::sample(shape, 6)];
        for count_include_pad in [false, true] {
            let op = AvgPool2d { kernel, stride, padding, count_include_pad };
            let label = format!("avg_pool2d {label} counting padding {count_include_pad}");
            all.push(Case::new(label, op, x()));
        }
        let op = MaxPool2d { kernel, stride, padding };
        all.push(Case::new(format!("max_pool2d {label}"), op, x()));
    }
    all
}
