//! The state of a training as a whole: counted for values that are not finite, searched for them by
//! name, and kept beside it, so that the steps in which it ran away can be done again and watched.

use crate::autodiff::{NonFinite, Watch};
use crate::gpu::{Gpu, GpuError};
use crate::nn::{Arena, Store};
use crate::ops::count::count_nonfinite;
use crate::ops::optim::Optimiser;
use crate::tensor::Tensor;

/// A network in training.
pub trait Training {
    /// Its tensors.
    fn store(&self) -> &Store;

    /// Its optimiser.
    fn optimiser(&self) -> &Optimiser;

    /// The same, to be set back.
    fn optimiser_mut(&mut self) -> &mut Optimiser;

    /// Averages of weights and statistics, where they are kept.
    fn averages(&self) -> Option<&(Tensor, Tensor)> {
        None
    }

    /// Has the passes of the steps that follow counted.
    fn set_watch(&mut self, watch: Option<Watch>);
}

/// What steps change, with what it is called and how it is laid out. Statistics come first: a pass
/// changes them before its loss is known.
fn state(t: &impl Training) -> Vec<(String, Arena, &Tensor)> {
    let store = t.store();
    let named = |what: &str, arena, tensor| (what.to_owned(), arena, tensor);
    let mut all = vec![
        named("the running statistic", Arena::Statistics, store.stats()),
        named("the parameter", Arena::Parameters, store.values()),
    ];
    for (name, tensor) in t.optimiser().states() {
        all.push((format!("the optimiser's {name} of"), Arena::Parameters, tensor));
    }
    if let Some((values, stats)) = t.averages() {
        all.push(named("the average of", Arena::Parameters, values));
        all.push(named("the average of", Arena::Statistics, stats));
    }
    all
}

/// Has the images of a step counted, where somebody watches.
pub(super) fn see_images(
    gpu: &Gpu,
    watch: Option<&Watch>,
    images: &Tensor,
) -> Result<(), GpuError> {
    watch.map_or(Ok(()), |watch| watch.see(gpu, "the images".to_owned(), images))
}

/// Adds to the first value of `total` how many values of the state are not finite: a few dispatches.
///
/// # Errors
/// Those of the device.
pub fn count_state(gpu: &Gpu, t: &impl Training, total: &Tensor) -> Result<(), GpuError> {
    state(t).into_iter().try_for_each(|(_, _, tensor)| count_nonfinite(gpu, tensor, total))
}

/// The first tensor of the state that is not all finite, by the layer's name; after a step also the
/// gradients of that step are searched, and first.
///
/// # Errors
/// Those of the device.
pub async fn find_in_state(
    gpu: &Gpu,
    t: &impl Training,
    stepped: bool,
) -> Result<Option<NonFinite>, GpuError> {
    let mut all = state(t);
    if stepped {
        let gradients = ("the gradient of".to_owned(), Arena::Parameters, t.store().grads());
        // After the statistics, which the forward pass changes.
        all.insert(1, gradients);
    }
    for (what, arena, tensor) in all {
        let values = tensor.fetch(gpu).await?;
        if let Some((name, count, of)) = t.store().first_nonfinite(arena, &values) {
            let (count, of) = (count as u64, of as u64);
            return Ok(Some(NonFinite { what: format!("{what} {name}"), count, of }));
        }
    }
    Ok(None)
}

/// A copy of a training's state on the GPU.
#[derive(Debug)]
pub struct KeptState {
    tensors: Vec<Tensor>,
    steps: u64,
}

impl KeptState {
    /// Copies the state.
    ///
    /// # Errors
    /// Those of the device.
    pub fn of(gpu: &Gpu, t: &impl Training) -> Result<Self, GpuError> {
        let empty = |(_, _, of): (String, Arena, &Tensor)| Tensor::empty(gpu, *of.shape());
        let tensors = state(t).into_iter().map(empty).collect::<Result<_, _>>()?;
        let mut kept = KeptState { tensors, steps: 0 };
        kept.renew(gpu, t);
        Ok(kept)
    }

    /// Copies the state as it is now.
    pub fn renew(&mut self, gpu: &Gpu, t: &impl Training) {
        self.steps = t.optimiser().steps();
        for (kept, (_, _, now)) in self.tensors.iter().zip(state(t)) {
            gpu.copy(now.buffer(), kept.buffer(), now.len() as u64 * 4);
        }
    }

    /// Puts it back.
    pub fn restore(&self, gpu: &Gpu, t: &mut impl Training) {
        for (kept, (_, _, now)) in self.tensors.iter().zip(state(t)) {
            gpu.copy(kept.buffer(), now.buffer(), now.len() as u64 * 4);
        }
        t.optimiser_mut().set_steps(self.steps);
    }
}
