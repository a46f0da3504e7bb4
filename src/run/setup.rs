//! What a run works with, opened and checked before anything is written: images, space, device.

use super::RunError;
use super::images::{Crops, Images};
use crate::data::{Limits, OpenOptions, Source};
use crate::gpu::{AdapterChoice, Gpu};
use crate::protocol::config::{Config, Scratch, Targets};
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
    source: Source,
    /// The random resized crops that train, if they do.
    crops: Option<Crops>,
}

impl Sources {
    /// Sources of a search.
    pub(super) fn of_search(config: Config) -> Result<Self, RunError> {
        let min_area = config.supernet.min_area;
        let crops = Crops { min_area, bicubic: false, jitter: 0.0 };
        Self::open(config, (min_area > 0.0).then_some(crops))
    }

    /// Sources of a training from scratch.
    pub(super) fn of_scratch(config: Config) -> Result<Self, RunError> {
        let Scratch { min_area, bicubic, jitter, .. } = config.scratch;
        let crops = Crops { min_area, bicubic, jitter };
        Self::open(config, (min_area > 0.0).then_some(crops))
    }

    /// Reads the images and checks the budgets; needs no GPU.
    fn open(config: Config, crops: Option<Crops>) -> Result<Self, RunError> {
        let images = &config.images;
        let options = OpenOptions {
            size: (images.size > 0).then_some((images.size, images.size)),
            test_portion: (images.test_portion > 0.0).then_some(images.test_portion),
            keep_files: crops.is_some(),
            limits: Limits { resident_bytes: images.resident_mib << 20, ..Limits::default() },
        };
        let source = Source::open(&config.general.data, &options)?;
        let (shape, classes) = (source.train.shape(), source.train.classes().len());
        let space = config.space()?.for_data(shape, classes)?;
        let targets = config.targets(&space);
        let metric = config.general.constraint;
        let least = space.cost_range().0.get(metric);
        if let Some(&budget) = config.budgets(targets).iter().find(|&&budget| budget < least) {
            let space = space.name().to_owned();
            return Err(SpaceError::BudgetBelowSpace { metric, budget, space, least }.into());
        }
        Ok(Self { config, space, targets, source, crops })
    }

    /// Opens the device and prepares the images.
    pub(super) async fn upload(&self, adapter: &AdapterChoice) -> Result<Device, RunError> {
        let gpu = Gpu::open(adapter).await?;
        let widest = self.space.widest_map();
        let images = Images::prepare(&gpu, &self.source, &self.config, self.crops, widest)?;
        Ok(Device { gpu, images })
    }

    /// What the images are, for the run's first event.
    pub(super) fn summary(&self) -> Result<DataSummary, RunError> {
        let Source { train, test } = &self.source;
        let parts = train.parts(self.config.supernet.train_portion)?;
        Ok(DataSummary {
            name: train.name().to_owned(),
            classes: train.classes().to_vec(),
            shape: train.shape(),
            weight_images: parts.weight.len(),
            generator_images: parts.generator.len(),
            test_images: test.len(),
        })
    }
}
