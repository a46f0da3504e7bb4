//! The cost of soft architectures: a table that is linear in the probabilities of the candidates,
//! for MACs or for parameters, and the expected cost on the host in f64 (section 5 of the
//! specification). The GPU's soft cost reads the same table.

use serde::{Deserialize, Serialize};

use super::architecture::{Architecture, KERNELS, OPS, SKIP, SUB_BLOCKS};
use super::cost::channels;
use super::error::SpaceError;
use super::metric::Metric;
use super::unified::Space;

/// Candidates of a probability at or below this are left out of the forward pass and of the cost.
pub const PRUNE_BELOW: f64 = 0.01;

/// Five skipped sub-blocks out of six in single precision: the sum may fall short by this much.
const SKIP_TOLERANCE: f64 = 1e-4;

/// Cost of a layer's pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerCosts {
    /// Of one sub-block with k3, k5, k7.
    pub depthwise: [u64; 3],
    /// Of the expansion convolution at expansion 6; it vanishes at expansion 1.
    pub expand: u64,
    /// Of the projection convolution at expansion 6.
    pub project: u64,
}

/// Cost of a space's pieces, in MACs or in parameters, without squeeze-excite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostTable {
    /// What is counted.
    pub metric: Metric,
    /// Of everything that no choice changes.
    pub fixed: u64,
    /// Of each searchable layer.
    pub layers: Vec<LayerCosts>,
}

impl Space {
    /// The cost table of a metric.
    ///
    /// In parameters a depthwise candidate includes its batch norm, the expansion its own, and the
    /// fixed part the batch norms over c_out: so the table is exact for every architecture.
    pub fn cost_table(&self, metric: Metric) -> CostTable {
        let norms: u64 = self.layers().iter().map(|l| 2 * channels(l).1).sum();
        let fixed = self.fixed_cost(false);
        let e = SUB_BLOCKS as u64;
        let layers = self.layers().iter().map(|layer| {
            let (c_in, c_out) = channels(layer);
            let (area_in, area_out) = (layer.input.area(), layer.output.area());
            let k2 = KERNELS.map(|k| u64::from(k).pow(2));
            match metric {
                Metric::Macs => LayerCosts {
                    depthwise: k2.map(|k2| c_in * k2 * area_out),
                    expand: e * c_in * c_in * area_in,
                    project: e * c_in * c_out * area_out,
                },
                Metric::Params => LayerCosts {
                    depthwise: k2.map(|k2| c_in * (k2 + 2)),
                    expand: e * c_in * (c_in + 2),
                    project: e * c_in * c_out,
                },
            }
        });
        let fixed = match metric {
            Metric::Macs => fixed.macs,
            Metric::Params => fixed.params + norms,
        };
        CostTable { metric, fixed, layers: layers.collect() }
    }
}

impl CostTable {
    /// Expected cost of probabilities [layers x 6 x {k3, k5, k7, skip}], flat:
    /// fixed + sum over layers of \[sum of p dw for p > 0.01, + (1 - S) expand where S < 5/6,
    /// + (1 - S) project\], with S the mean probability of skip over the six sub-blocks.
    ///
    /// # Errors
    /// [`SpaceError::ValueCount`] for another number of values.
    pub fn soft_cost(&self, probabilities: &[f64]) -> Result<f64, SpaceError> {
        let width = SUB_BLOCKS * OPS;
        let (found, expected) = (probabilities.len(), self.layers.len() * width);
        if found != expected {
            let what = "the vector of probabilities";
            return Err(SpaceError::ValueCount { what, found, expected });
        }
        let layers = self.layers.iter().zip(probabilities.chunks_exact(width));
        Ok(self.fixed as f64 + layers.map(|(costs, p)| costs.soft_cost(p)).sum::<f64>())
    }

    /// Cost of an architecture by the table; equal to the exact cost without squeeze-excite.
    ///
    /// # Errors
    /// [`SpaceError::ValueCount`] for another number of layers.
    pub fn cost(&self, arch: &Architecture) -> Result<u64, SpaceError> {
        let width = SUB_BLOCKS * OPS;
        let (found, expected) = (arch.layer_count() * width, self.layers.len() * width);
        if found != expected {
            let what = "the architecture's path";
            return Err(SpaceError::ValueCount { what, found, expected });
        }
        let layers = self.layers.iter().zip(arch.kernels()).map(|(costs, kernels)| {
            let expansion = kernels.len() as u64;
            let depthwise: u64 = kernels.iter().map(|k| costs.depthwise_of(*k)).sum();
            let expand = if expansion > 1 { costs.expand } else { 0 };
            depthwise + expansion * (expand + costs.project) / SUB_BLOCKS as u64
        });
        Ok(self.fixed + layers.sum::<u64>())
    }
}

impl LayerCosts {
    fn depthwise_of(&self, kernel: u8) -> u64 {
        self.depthwise.iter().zip(KERNELS).filter(|(_, k)| *k == kernel).map(|(c, _)| c).sum()
    }

    fn soft_cost(&self, probabilities: &[f64]) -> f64 {
        let mut skipped = 0.0;
        let mut depthwise = 0.0;
        for sub_block in probabilities.as_chunks::<OPS>().0 {
            skipped += sub_block[SKIP];
            let kept = sub_block.iter().zip(self.depthwise).filter(|(p, _)| **p > PRUNE_BELOW);
            depthwise += kept.map(|(p, cost)| p * cost as f64).sum::<f64>();
        }
        let share = 1.0 - skipped / SUB_BLOCKS as f64;
        let expands = skipped < (SUB_BLOCKS - 1) as f64 - SKIP_TOLERANCE;
        let expand = if expands { share * self.expand as f64 } else { 0.0 };
        depthwise + expand + share * self.project as f64
    }
}
