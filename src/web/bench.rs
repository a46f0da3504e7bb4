//! The reference training step for the script of a page: what `benches/peers/browser` times beside
//! another program's. The studio's own page does not use it.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::gpu::{AdapterChoice, Gpu};
use crate::measure::Reference;

/// The reference network with what trains it.
#[wasm_bindgen]
pub struct ReferenceSteps {
    gpu: Gpu,
    reference: Reference,
}

#[wasm_bindgen]
impl ReferenceSteps {
    /// The network on a device of its own, for steps of so many images.
    ///
    /// # Errors
    /// Those of the device, in words.
    pub async fn open(images: usize) -> Result<ReferenceSteps, String> {
        let gpu = Gpu::open(&AdapterChoice::Best).await.map_err(|error| error.to_string())?;
        let reference = Reference::new(&gpu, images).map_err(|error| error.to_string())?;
        Ok(Self { gpu, reference })
    }

    /// A training step from its first dispatch until its loss, which comes back, has been read.
    ///
    /// # Errors
    /// Those of the device, in words.
    pub async fn step(&mut self) -> Result<f32, String> {
        let loss = self.reference.step().map_err(|error| error.to_string())?;
        let values = loss.fetch(&self.gpu).await.map_err(|error| error.to_string())?;
        values.first().copied().ok_or_else(|| "the step has no loss".to_owned())
    }
}
