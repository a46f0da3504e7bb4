//! What a run works with, opened and checked before anything is written: images, space, device.

use super::RunError;
use super::images::Images;
use crate::data::{self, DataSet, OpenOptions};
use crate::gpu::{AdapterChoice, Gpu};
use crate::protocol::config::{Config, Targets};
use crate::protocol::facts::DataSummary;
use crate::space::{Space, SpaceError};

/// A device with the images on it.
pub(super) struct Device {
    pub(super) gpu: Gpu,
    pub(super) images: Images,
}

/// Images on the host and the space that fits them.
pub(super) struct Sources {
    /// Everything that decides the run.
    pub(super) config: Config,
    /// The space for these images.
    pub(super) space: Space,
    /// The grid of targets in it.
    pub(super) targets: Targets,
    set: DataSet,
}

impl Sources {
    /// Reads the images and checks the budgets; needs no GPU.
    pub(super) fn open(config: Config) -> Result<Self, RunError> {
        let set = data::open(&config.general.data, &OpenOptions::default())?;
        let train = &set.train;
        let shape = [train.channels, train.height, train.width];
        let space = config.space()?.for_data(shape, train.classes.len())?;
        let targets = config.targets(&space);
        let metric = config.general.constraint;
        let least = space.cost_range().0.get(metric);
        if let Some(&budget) = config.budgets(targets).iter().find(|&&budget| budget < least) {
            let space = space.name().to_owned();
            return Err(SpaceError::BudgetBelowSpace { metric, budget, space, least }.into());
        }
        Ok(Self { config, space, targets, set })
    }

    /// Opens the device and uploads the images.
    pub(super) async fn upload(&self, adapter: &AdapterChoice) -> Result<Device, RunError> {
        let gpu = Gpu::open(adapter).await?;
        let images = Images::upload(&gpu, &self.set, &self.config)?;
        Ok(Device { gpu, images })
    }

    /// What the images are, for the run's first event.
    pub(super) fn summary(&self) -> Result<DataSummary, RunError> {
        let train = &self.set.train;
        let parts = train.parts(self.config.supernet.train_portion)?;
        Ok(DataSummary {
            name: train.name.clone(),
            classes: train.classes.clone(),
            shape: [train.channels, train.height, train.width],
            weight_images: parts.weight.len(),
            generator_images: parts.generator.len(),
            test_images: self.set.test.len(),
        })
    }
}
