//! How long the layers of a space take on an adapter, as measured block by block. A layer's time
//! is the mean of those of its kernels, each alone at the same expansion: the sub-blocks lie side
//! by side. Who measures is room `run`.

use serde::{Deserialize, Serialize};

use super::architecture::{Architecture, KERNELS, SUB_BLOCKS};
use super::error::SpaceError;

/// Smallest expansion that is measured, as forced sampling trains it.
pub const MIN_EXPANSION: usize = 2;
/// Expansions that are measured: 2 to 6.
pub const TIMED_EXPANSIONS: usize = SUB_BLOCKS - MIN_EXPANSION + 1;

/// Times of a layer in nanoseconds, by expansion from 2 and by kernel 3, 5, 7 alone.
pub type LayerTimes = [[u64; KERNELS.len()]; TIMED_EXPANSIONS];

/// Times of a space's layers for one image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LatencyTable {
    /// The adapter, as its driver names it.
    pub adapter: String,
    /// Of everything that no choice changes, from the first dispatch to the answer, ns.
    pub fixed: u64,
    /// Of each searchable layer.
    pub layers: Vec<LayerTimes>,
}

impl LatencyTable {
    /// Nanoseconds of a layer with these kernels; 0 for a layer that is not there.
    pub fn layer(&self, layer: usize, kernels: &[u8]) -> u64 {
        let expansion = kernels.len().saturating_sub(MIN_EXPANSION);
        let Some(times) = self.layers.get(layer).and_then(|times| times.get(expansion)) else {
            return 0;
        };
        let of = |kernel: &u8| {
            let place = KERNELS.iter().position(|known| known == kernel);
            place.and_then(|place| times.get(place)).copied().unwrap_or(0)
        };
        kernels.iter().map(of).sum::<u64>() / kernels.len().max(1) as u64
    }

    /// Nanoseconds of an architecture's network for one image.
    ///
    /// # Errors
    /// [`SpaceError::OtherTable`] where the table is of another number of layers.
    pub fn of(&self, architecture: &Architecture) -> Result<u64, SpaceError> {
        let (found, expected) = (self.layers.len(), architecture.layer_count());
        if found != expected {
            return Err(SpaceError::OtherTable { found, expected });
        }
        let layers = architecture.kernels().iter().enumerate();
        Ok(self.fixed + layers.map(|(layer, kernels)| self.layer(layer, kernels)).sum::<u64>())
    }

    /// Nanoseconds of the fastest and of the slowest architecture.
    pub fn range(&self) -> (u64, u64) {
        let ends = |times: &LayerTimes, pick: fn(u64, u64) -> u64| {
            times.iter().flatten().copied().reduce(pick).unwrap_or(0)
        };
        let all = |pick: fn(u64, u64) -> u64| -> u64 {
            self.fixed + self.layers.iter().map(|times| ends(times, pick)).sum::<u64>()
        };
        (all(u64::min), all(u64::max))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn table() -> LatencyTable {
        let times = |slow: u64| {
            std::array::from_fn(|e| [3, 5, 7].map(|kernel| slow * (e as u64 + 2) * kernel))
        };
        LatencyTable { adapter: "one".to_owned(), fixed: 1_000, layers: vec![times(1), times(10)] }
    }

    #[test]
    fn an_architectures_time_is_counted_by_hand() {
        let two = Architecture::new(vec![vec![3, 5], vec![7, 7, 3]]).unwrap();
        // 2 x (3 + 5) / 2, and 30 x (7 + 7 + 3) / 3.
        assert_eq!(table().of(&two).unwrap(), 1_000 + 8 + 170);
        assert_eq!(table().range(), (1_000 + 6 + 60, 1_000 + 42 + 420));
        assert!(table().of(&Architecture::uniform(3, &[3, 3]).unwrap()).is_err());
    }
}
