//! Which tensor of a pass was the first with a value that is not finite: each result of an op and
//! each gradient is counted as it is made. This is for the search after a training ran away; a tape
//! that nobody watches pays nothing for it.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use crate::gpu::{Gpu, GpuError};
use crate::ops::count::count_nonfinite;
use crate::tensor::Tensor;

/// Counts in one tensor.
const SLOTS: usize = 1024;
/// Bindings start at multiples of 64 values.
const STRIDE: usize = 64;

/// A tensor with values that are NaN or infinite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NonFinite {
    /// What it is, as in "the activations of layer3 (output of conv2d)".
    pub what: String,
    /// How many of its values are not finite.
    pub count: u64,
    /// How many it has.
    pub of: u64,
}

impl fmt::Display for NonFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (NaN or infinite: {} of {} values)", self.what, self.count, self.of)
    }
}

/// Counts of the tensors of a pass, in the order in which they were made. Clones are the same watch.
#[derive(Clone, Debug, Default)]
pub struct Watch(Rc<RefCell<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    /// What each tensor is, and how many values it has.
    tensors: Vec<(String, usize)>,
    counts: Vec<Tensor>,
}

impl Watch {
    /// Counts the values of `x` that are not finite.
    ///
    /// # Errors
    /// Those of the device.
    pub fn see(&self, gpu: &Gpu, what: String, x: &Tensor) -> Result<(), GpuError> {
        let mut seen = self.0.borrow_mut();
        let (block, slot) = (seen.tensors.len() / SLOTS, seen.tensors.len() % SLOTS);
        if slot == 0 {
            seen.counts.push(Tensor::zeros(gpu, [SLOTS * STRIDE])?);
        }
        count_nonfinite(gpu, x, &seen.counts[block].view(slot * STRIDE, [1])?)?;
        seen.tensors.push((what, x.len()));
        Ok(())
    }

    /// The first tensor seen that is not all finite.
    ///
    /// # Errors
    /// Those of the device.
    pub async fn first(&self, gpu: &Gpu) -> Result<Option<NonFinite>, GpuError> {
        let blocks = self.0.borrow().counts.clone();
        for (block, counts) in blocks.iter().enumerate() {
            let counts = counts.fetch(gpu).await?;
            let seen = self.0.borrow();
            let tensors = seen.tensors.iter().skip(block * SLOTS);
            let found = counts.iter().step_by(STRIDE).zip(tensors).find(|(count, _)| **count > 0.0);
            if let Some((&count, (what, len))) = found {
                let (what, count, of) = (what.clone(), count as u64, *len as u64);
                return Ok(Some(NonFinite { what, count, of }));
            }
        }
        Ok(None)
    }
}
