//! Between which costs a space lies: its cheapest and its dearest architecture, the range of the
//! generator's constraint, and both for the images of another data set.

use super::architecture::SUB_BLOCKS;
use super::cost::layer_cost;
use super::error::SpaceError;
use super::metric::{Cost, Metric};
use super::unified::{Space, SpaceConfig};

impl Space {
    /// The same macro structure for a data set of other images and classes.
    ///
    /// `input` is channels, height, width. The constraint's range keeps its relative place between
    /// the cheapest and the dearest architecture, since both move with the size of the images.
    ///
    /// # Errors
    /// [`SpaceError::Field`] where the input or the classes are not possible.
    pub fn for_data(&self, input: [usize; 3], classes: usize) -> Result<Self, SpaceError> {
        let config = SpaceConfig { input, classes, ..self.config().clone() };
        let moved = Self::new(self.name(), config)?;
        let (old, new) = (self.cost_range(), moved.cost_range());
        let place = |value: u64| {
            let share = (value as f64 - old.0.macs as f64) / (old.1.macs - old.0.macs) as f64;
            (new.0.macs as f64 + share * (new.1.macs - new.0.macs) as f64).round() as u64
        };
        let config = SpaceConfig {
            constraint_low: place(self.config().constraint_low),
            constraint_high: place(self.config().constraint_high),
            ..moved.config().clone()
        };
        Self::new(self.name(), config)
    }

    /// Cost of the cheapest (all k3, expansion 2) and the dearest (all k7, expansion 6)
    /// architecture, both without squeeze-excite.
    pub fn cost_range(&self) -> (Cost, Cost) {
        self.cost_range_with(false)
    }

    /// The range that normalises the generator's constraint, (low, high), in units of the metric.
    ///
    /// For parameters it lies at the same place between the cheapest and the dearest architecture
    /// as the configured range of MACs does.
    pub fn constraint_range(&self, metric: Metric) -> (f64, f64) {
        let (low, high) =
            (self.config().constraint_low as f64, self.config().constraint_high as f64);
        if metric == Metric::Macs {
            return (low, high);
        }
        let (min, max) = self.cost_range();
        let (from, to) = (min.get(Metric::Macs) as f64, max.get(Metric::Macs) as f64);
        let (start, end) = (min.get(metric) as f64, max.get(metric) as f64);
        let place = |value: f64| start + (value - from) / (to - from) * (end - start);
        (place(low), place(high))
    }

    /// [`Space::cost_range`], with squeeze-excite on demand.
    pub(crate) fn cost_range_with(&self, squeeze_excite: bool) -> (Cost, Cost) {
        let total = |kernels: &[u8]| {
            let layers = self.layers().iter().map(|l| layer_cost(l, kernels, squeeze_excite));
            self.fixed_cost(squeeze_excite) + layers.sum()
        };
        (total(&[3; 2]), total(&[7; SUB_BLOCKS]))
    }
}
