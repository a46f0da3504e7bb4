//! Where the gradient of a leaf goes: it is added to what is there, or copied where nothing is yet,
//! which costs no dispatch.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::gpu::{Gpu, GpuError};
use crate::ops::accumulate::{accumulate_all, accumulate_columns};
use crate::tensor::Tensor;

/// A tensor in which gradients are summed.
#[derive(Clone, Debug)]
pub struct Sink {
    sum: Tensor,
    used: Option<Arc<AtomicBool>>,
    columns: bool,
}

impl Sink {
    /// A sum that is zero until `used` is set, which the first gradient does.
    pub fn zero_until(sum: Tensor, used: Arc<AtomicBool>) -> Self {
        Sink { sum, used: Some(used), columns: false }
    }

    /// The same for the first columns of the sum, whose rows are longer than those of the gradients:
    /// both of a multiple of four values.
    pub fn columns_until(sum: Tensor, used: Arc<AtomicBool>) -> Self {
        Sink { columns: true, ..Sink::zero_until(sum, used) }
    }

    /// Whether the first gradient comes, of as many values as there are places.
    fn is_first(&self, grad: &Tensor) -> bool {
        let used = self.used.as_ref().is_none_or(|used| used.swap(true, Ordering::Relaxed));
        !used && !self.columns && grad.len() == self.sum.len()
    }
}

/// Adds each gradient to what its sink holds.
pub(super) fn add_all(gpu: &Gpu, leaves: Vec<(Sink, Tensor)>) -> Result<(), GpuError> {
    let (mut more, mut columns) = (Vec::new(), Vec::new());
    // Copies end a pass, so they come together, before what is added to the same places.
    for (sink, grad) in leaves {
        if sink.is_first(&grad) {
            gpu.copy(grad.buffer(), sink.sum.buffer(), grad.len() as u64 * 4);
        } else if sink.columns {
            columns.push((sink.sum, grad));
        } else {
            more.push((sink.sum, grad));
        }
    }
    columns.iter().try_for_each(|(sum, grad)| accumulate_columns(gpu, sum, grad))?;
    accumulate_all(gpu, &more)
}

/// To this tensor gradients are always added.
impl From<&Tensor> for Sink {
    fn from(sum: &Tensor) -> Self {
        Sink { sum: sum.clone(), used: None, columns: false }
    }
}
