//! Where the gradient of a leaf goes: it is added to what is there, or copied where nothing is yet,
//! which costs no dispatch.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::gpu::{Gpu, GpuError};
use crate::ops::accumulate::accumulate;
use crate::tensor::Tensor;

/// A tensor in which gradients are summed.
#[derive(Clone, Debug)]
pub struct Sink {
    sum: Tensor,
    used: Option<Arc<AtomicBool>>,
}

impl Sink {
    /// A sum that is zero until `used` is set, which the first gradient does.
    pub fn zero_until(sum: Tensor, used: Arc<AtomicBool>) -> Self {
        Sink { sum, used: Some(used) }
    }

    pub(super) fn add(&self, gpu: &Gpu, grad: &Tensor) -> Result<(), GpuError> {
        let used = self.used.as_ref().is_none_or(|used| used.swap(true, Ordering::Relaxed));
        if used || grad.len() != self.sum.len() {
            return accumulate(gpu, &self.sum, grad, 1.0);
        }
        gpu.copy(grad.buffer(), self.sum.buffer(), grad.len() as u64 * 4);
        Ok(())
    }
}

/// To this tensor gradients are always added.
impl From<&Tensor> for Sink {
    fn from(sum: &Tensor) -> Self {
        Sink { sum: sum.clone(), used: None }
    }
}
