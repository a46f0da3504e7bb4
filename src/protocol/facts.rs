//! The facts that events carry and the state collects: plain numbers and names.
//!
//! Accuracies are shares from 0 to 1, costs are exact counts (MACs or parameters), losses are
//! natural logarithms, durations seconds. A number that is not finite is written as `null`.

use serde::{Deserialize, Deserializer, Serialize};

use super::config::Config;
use crate::space::{Architecture, KERNELS};

/// A part of a run, in the order of running.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Training of the unified supernet.
    Supernet,
    /// Training of the architecture generator.
    Generator,
    /// Tracking, generated and random architectures.
    Evaluate,
    /// Training of one architecture from scratch.
    Scratch,
}

impl Phase {
    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Supernet => "supernet",
            Self::Generator => "generator",
            Self::Evaluate => "evaluation",
            Self::Scratch => "training from scratch",
        }
    }
}

/// The adapter that a run computes on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceSummary {
    /// As the driver names it.
    pub name: String,
    /// "discrete GPU", "integrated GPU", "CPU", ...
    pub kind: String,
    /// "Vulkan", "Metal", "DX12", "WebGPU".
    pub backend: String,
    /// Driver and version, where known.
    pub driver: String,
    /// Which variants of the kernels ran there; empty in journals of older programs.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kernels: String,
}

impl DeviceSummary {
    /// Whether both are one adapter with one driver, whatever kernels ran there.
    pub fn is_adapter_of(&self, other: &Self) -> bool {
        self.adapter() == other.adapter()
    }

    fn adapter(&self) -> [&str; 4] {
        [&self.name, &self.kind, &self.backend, &self.driver]
    }
}

/// What a run's device holds and may hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// Bytes held from the driver, in use or kept for the next use.
    pub held: u64,
    /// The most bytes that were in use at once.
    pub peak: u64,
    /// The most bytes that one buffer may have there.
    pub largest_buffer: u64,
    /// Bytes of the device's memory, where its driver tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<u64>,
}

/// The images of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataSummary {
    /// Path or name of the set.
    pub name: String,
    /// Classes by label.
    pub classes: Vec<String>,
    /// Channels, height, width in px.
    pub shape: [usize; 3],
    /// Images that train the supernet's weights.
    pub weight_images: usize,
    /// Held-out images that train the generator.
    pub generator_images: usize,
    /// Images that only measure.
    pub test_images: usize,
}

/// The search space of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SpaceSummary {
    /// Searchable layers.
    pub layers: usize,
    /// MACs of the smallest and the largest architecture.
    pub macs: [u64; 2],
    /// Parameters of the smallest and the largest architecture.
    pub params: [u64; 2],
    /// Decimal logarithm of the number of architectures.
    pub log10_size: f64,
}

/// Where an evaluated architecture comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Drawn at random, for comparison.
    Random,
    /// Generated for a budget.
    Generated,
    /// Asked for by a person.
    User,
}

/// An architecture measured with inherited weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluated {
    /// Where it comes from.
    pub kind: Origin,
    /// The budget it was generated for, in the run's constraint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<u64>,
    /// Its kernels.
    pub architecture: Architecture,
    /// Multiply-accumulates of its convolutions.
    pub macs: u64,
    /// Trainable parameters.
    pub params: u64,
    /// Share of test images classified right.
    #[serde(deserialize_with = "nan_from_null")]
    pub accuracy: f64,
}

/// How long a network takes for one image on an adapter, over some passes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Latency {
    /// A tenth of the passes took less, ms.
    pub low: f64,
    /// Half of the passes took less, ms.
    pub median: f64,
    /// A tenth of the passes took more, ms.
    pub high: f64,
    /// How many there were.
    pub passes: u64,
}

/// One answer of the generator to a budget, by argmax.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tracked {
    /// The budget.
    pub budget: u64,
    /// The cost of the answer.
    pub cost: u64,
}

/// What a run is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunStart {
    /// Everything that decides the run.
    pub config: Config,
    /// The adapter.
    pub device: DeviceSummary,
    /// The images.
    pub data: DataSummary,
    /// The search space.
    pub space: SpaceSummary,
}

/// A step of the supernet.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SupernetStep {
    /// Counted from 0 over the phase.
    pub step: u64,
    /// Counted from 0.
    pub epoch: u64,
    /// Mean cross-entropy over the paths.
    #[serde(deserialize_with = "nan_from_null")]
    pub loss: f64,
    /// Share of the batch classified right.
    #[serde(deserialize_with = "nan_from_null")]
    pub accuracy: f64,
    /// Learning rate.
    pub lr: f64,
    /// Images a second.
    pub images_per_s: f64,
    /// Computing time of the phase up to here, seconds; none in journals of older programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
}

/// The supernet after an epoch, measured on held-out images.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SupernetEpoch {
    /// Counted from 0.
    pub epoch: u64,
    /// Accuracy of the smallest architecture.
    #[serde(deserialize_with = "nan_from_null")]
    pub smallest: f64,
    /// Accuracy of the largest.
    #[serde(deserialize_with = "nan_from_null")]
    pub largest: f64,
    /// Mean accuracy of random paths.
    #[serde(deserialize_with = "nan_from_null")]
    pub mean: f64,
    /// Mean loss of the same, as the training counts it; none in journals of older programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss: Option<f64>,
}

/// The expansions that paths take, as sampling draws them.
pub const EXPANSIONS: [usize; 5] = [2, 3, 4, 5, 6];

/// How often the paths of an epoch (or of several) trained a kernel in a layer of an expansion.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathCounts {
    /// Counted from 0.
    pub epoch: u64,
    /// Sub-blocks of that kernel in paths of that expansion,
    /// [layers x expansions 2 to 6 x kernels 3, 5, 7], flat.
    pub counts: Vec<u64>,
}

/// Counts of a layer.
const OF_LAYER: usize = EXPANSIONS.len() * KERNELS.len();

impl PathCounts {
    /// Of an epoch that has trained nothing yet.
    pub fn none(epoch: u64, layers: usize) -> Self {
        Self { epoch, counts: vec![0; layers * OF_LAYER] }
    }

    /// Layers.
    pub fn layers(&self) -> usize {
        self.counts.len() / OF_LAYER
    }

    /// The count of a layer, by the places of its expansion and kernel; 0 for what is not there.
    pub fn count(&self, layer: usize, expansion: usize, kernel: usize) -> u64 {
        let place = layer * OF_LAYER + expansion * KERNELS.len() + kernel;
        self.counts.get(place).copied().unwrap_or(0)
    }

    /// Counts once more; a place that is not there is passed over.
    pub fn add(&mut self, layer: usize, expansion: usize, kernel: usize) {
        let place = layer * OF_LAYER + expansion * KERNELS.len() + kernel;
        if let Some(count) = self.counts.get_mut(place) {
            *count += 1;
        }
    }

    /// The largest count.
    pub fn most(&self) -> u64 {
        self.counts.iter().copied().max().unwrap_or(0)
    }

    /// The sum over epochs; `None` for none.
    pub fn sum(epochs: &[Self]) -> Option<Self> {
        let (first, rest) = epochs.split_first()?;
        let mut sum = first.clone();
        for one in rest {
            sum.counts.iter_mut().zip(&one.counts).for_each(|(sum, count)| *sum += count);
            sum.epoch = one.epoch;
        }
        Some(sum)
    }
}

/// A step of the generator.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GeneratorStep {
    /// Counted from 0 over the phase.
    pub step: u64,
    /// Counted from 0.
    pub epoch: u64,
    /// Cross-entropy.
    #[serde(deserialize_with = "nan_from_null")]
    pub ce: f64,
    /// Hardware loss, weighted.
    #[serde(deserialize_with = "nan_from_null")]
    pub hardware: f64,
    /// Temperature.
    pub tau: f64,
    /// Target cost, MACs or parameters.
    pub target: f64,
    /// Soft cost of the answer, likewise.
    #[serde(deserialize_with = "nan_from_null")]
    pub cost: f64,
    /// Computing time of the phase up to here, seconds; none in journals of older programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
}

/// The generator after an epoch, answering the grid of targets by argmax.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GeneratorEpoch {
    /// Counted from 0.
    pub epoch: u64,
    /// Hardware loss summed over the targets.
    #[serde(deserialize_with = "nan_from_null")]
    pub hardware: f64,
    /// Rank correlation (tau-b) of targets and costs.
    #[serde(deserialize_with = "nan_from_null")]
    pub kendall_tau: f64,
    /// Accuracy at the middle target.
    #[serde(deserialize_with = "nan_from_null")]
    pub accuracy: f64,
    /// Lowest hardware loss so far: the generator that is kept.
    pub best_hardware: bool,
    /// Best accuracy so far among epochs with a low hardware loss.
    pub best_accuracy: bool,
    /// The targets and the costs of its answers; none in journals of older programs.
    #[serde(default)]
    pub answers: Vec<Tracked>,
}

/// An epoch of training from scratch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScratchEpoch {
    /// Counted from 0.
    pub epoch: u64,
    /// Mean training loss.
    #[serde(deserialize_with = "nan_from_null")]
    pub loss: f64,
    /// Share of test images classified right.
    #[serde(deserialize_with = "nan_from_null")]
    pub accuracy: f64,
    /// Learning rate at its end.
    pub lr: f64,
    /// Images a second.
    pub images_per_s: f64,
    /// Computing time of the phase up to here, seconds; none in journals of older programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
}

/// JSON has no NaN: such a number is written as `null` and read back as NaN.
fn nan_from_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Option::<f64>::deserialize(deserializer).map(|number| number.unwrap_or(f64::NAN))
}
