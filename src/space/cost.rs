//! Exact integer costs of an architecture, part by part: MACs of convolutions only, parameters of
//! everything (batch norms and classifier included). The linear form for the soft cost is in
//! `cost_table`.

use serde::{Deserialize, Serialize};

use super::architecture::{Architecture, KERNELS, SUB_BLOCKS};
use super::error::SpaceError;
use super::metric::Cost;
use super::unified::{Layer, MapShape, Space};

/// Batch norms over c_out that a trained unified block holds: one for each expansion 2 to 6.
const SHADOW_BATCH_NORMS: u64 = 5;

/// A part of the network, in the order in which an image passes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// The dense convolution on the image.
    Stem,
    /// The block after it, depthwise and 1x1.
    First,
    /// A searchable layer, by index from 0.
    Layer(usize),
    /// The last 1x1 convolution.
    Last,
    /// Global mean and linear layer.
    Classifier,
}

/// MACs of a part by kind of convolution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartMacs {
    /// Dense convolution with a kernel larger than 1x1: the stem.
    pub dense: u64,
    /// Depthwise convolutions.
    pub depthwise: u64,
    /// 1x1 convolutions.
    pub pointwise: u64,
    /// The two 1x1 convolutions of squeeze-excite on the pooled map.
    pub squeeze_excite: u64,
}

/// One line of an architecture's table: what a drawing needs to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartCost {
    /// Which part.
    pub part: Part,
    /// The map that enters.
    pub input: MapShape,
    /// The map that leaves (the classes as channels of a 1x1 map for the classifier).
    pub output: MapShape,
    /// Stride of the part.
    pub stride: usize,
    /// Kernels: a layer's sub-blocks in order, else the one kernel.
    pub kernels: Vec<u8>,
    /// Channels between expansion and projection; the output's where there is neither.
    pub width: usize,
    /// MACs by kind.
    pub macs: PartMacs,
    /// Parameters.
    pub params: u64,
}

impl PartCost {
    /// The part's total.
    pub fn cost(&self) -> Cost {
        let PartMacs { dense, depthwise, pointwise, squeeze_excite } = self.macs;
        Cost { macs: dense + depthwise + pointwise + squeeze_excite, params: self.params }
    }
}

impl Space {
    /// Exact cost of an architecture, plain or with squeeze-excite in every block.
    ///
    /// # Errors
    /// [`SpaceError::LayerCount`] for an architecture of another number of layers.
    pub fn cost(&self, arch: &Architecture, squeeze_excite: bool) -> Result<Cost, SpaceError> {
        Ok(self.breakdown(arch, squeeze_excite)?.iter().map(PartCost::cost).sum())
    }

    /// Shapes and costs of every part: stem, first block, layers, last stage, classifier.
    ///
    /// # Errors
    /// [`SpaceError::LayerCount`] for an architecture of another number of layers.
    pub fn breakdown(
        &self,
        arch: &Architecture,
        squeeze_excite: bool,
    ) -> Result<Vec<PartCost>, SpaceError> {
        self.check(arch)?;
        let mut parts = vec![self.stem(), self.first(squeeze_excite)];
        let layers = self.layers().iter().zip(arch.kernels()).enumerate();
        parts.extend(layers.map(|(i, (l, kernels))| layer_part(i, l, kernels, squeeze_excite)));
        parts.extend([self.last(), self.classifier()]);
        Ok(parts)
    }

    /// Cost of everything outside the searchable layers.
    pub(crate) fn fixed_cost(&self, squeeze_excite: bool) -> Cost {
        let parts = [self.stem(), self.first(squeeze_excite), self.last(), self.classifier()];
        parts.iter().map(PartCost::cost).sum()
    }

    /// Parameters of the supernet: every candidate of every sub-block with its batch norm, five
    /// shadow batch norms a layer, no dense skip convolutions.
    pub fn supernet_params(&self) -> u64 {
        let layers = self.layers().iter().map(|layer| {
            let (c_in, c_out) = channels(layer);
            let e = SUB_BLOCKS as u64;
            let kernels: u64 = KERNELS.iter().map(|&k| u64::from(k).pow(2) + 2).sum();
            let expand = e * c_in * (c_in + 2);
            expand + e * c_in * kernels + e * c_in * c_out + SHADOW_BATCH_NORMS * 2 * c_out
        });
        self.fixed_cost(false).params + layers.sum::<u64>()
    }

    fn stem(&self) -> PartCost {
        let spec = self.config().stem;
        let (input, output) = (self.input(), self.stem_output());
        let weights = input.channels as u64 * output.channels as u64 * (spec.kernel as u64).pow(2);
        PartCost {
            part: Part::Stem,
            input,
            output,
            stride: spec.stride,
            kernels: vec![spec.kernel as u8],
            width: output.channels,
            macs: PartMacs { dense: weights * output.area(), ..PartMacs::default() },
            params: weights + 2 * output.channels as u64,
        }
    }

    fn first(&self, squeeze_excite: bool) -> PartCost {
        let spec = self.config().first;
        let input = self.stem_output();
        let output = MapShape { channels: spec.channels, ..input };
        let (c_in, c_out) = (input.channels as u64, output.channels as u64);
        let k2 = (spec.kernel as u64).pow(2);
        let se = if squeeze_excite { squeeze_excite_cost(c_in) } else { Cost::default() };
        PartCost {
            part: Part::First,
            input,
            output,
            stride: 1,
            kernels: vec![spec.kernel as u8],
            width: input.channels,
            macs: PartMacs {
                dense: 0,
                depthwise: c_in * k2 * input.area(),
                pointwise: c_in * c_out * input.area(),
                squeeze_excite: se.macs,
            },
            params: c_in * (k2 + 2) + se.params + c_in * c_out + 2 * c_out,
        }
    }

    fn last(&self) -> PartCost {
        let input = self.last_input();
        let output = MapShape { channels: self.config().last_channels, ..input };
        let weights = input.channels as u64 * output.channels as u64;
        PartCost {
            part: Part::Last,
            input,
            output,
            stride: 1,
            kernels: vec![1],
            width: output.channels,
            macs: PartMacs { pointwise: weights * input.area(), ..PartMacs::default() },
            params: weights + 2 * output.channels as u64,
        }
    }

    fn classifier(&self) -> PartCost {
        let input = MapShape { channels: self.config().last_channels, ..self.last_input() };
        let classes = self.classes();
        PartCost {
            part: Part::Classifier,
            input,
            output: MapShape { channels: classes, height: 1, width: 1 },
            stride: 1,
            kernels: Vec::new(),
            width: classes,
            macs: PartMacs::default(),
            params: (input.channels as u64 + 1) * classes as u64,
        }
    }
}

/// c_in and c_out of a layer.
pub(crate) fn channels(layer: &Layer) -> (u64, u64) {
    (layer.input.channels as u64, layer.output.channels as u64)
}

/// Squeeze-excite on `width` channels: 1x1 to width / 4 and back, both with bias.
fn squeeze_excite_cost(width: u64) -> Cost {
    let reduced = width / 4;
    Cost { macs: 2 * width * reduced, params: 2 * width * reduced + reduced + width }
}

/// Cost of a searchable layer with these kernels.
pub(crate) fn layer_cost(layer: &Layer, kernels: &[u8], squeeze_excite: bool) -> Cost {
    layer_part(0, layer, kernels, squeeze_excite).cost()
}

/// A decoded block: [1x1 expansion and its batch norm if the expansion is above 1], mixed depthwise
/// convolution, batch norm, [squeeze-excite], 1x1 projection, batch norm.
fn layer_part(index: usize, layer: &Layer, kernels: &[u8], squeeze_excite: bool) -> PartCost {
    let (c_in, c_out) = channels(layer);
    let width = c_in * kernels.len() as u64;
    let expand = if kernels.len() > 1 { c_in * width } else { 0 };
    let expand_norm = if kernels.len() > 1 { 2 * width } else { 0 };
    let depthwise: u64 = kernels.iter().map(|&k| c_in * u64::from(k).pow(2)).sum();
    let project = width * c_out;
    let se = if squeeze_excite { squeeze_excite_cost(width) } else { Cost::default() };
    PartCost {
        part: Part::Layer(index),
        input: layer.input,
        output: layer.output,
        stride: layer.stride,
        kernels: kernels.to_vec(),
        width: width as usize,
        macs: PartMacs {
            dense: 0,
            depthwise: depthwise * layer.output.area(),
            pointwise: expand * layer.input.area() + project * layer.output.area(),
            squeeze_excite: se.macs,
        },
        params: expand + expand_norm + depthwise + 2 * width + se.params + project + 2 * c_out,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn the_parts_of_a_network_join_up_and_add_up() {
        for (name, _) in crate::space::PRESETS {
            let space = Space::preset(name).unwrap();
            let arch = Architecture::uniform(space.layers().len(), &[3, 5, 7]).unwrap();
            let parts = space.breakdown(&arch, true).unwrap();
            assert_eq!(parts.len(), space.layers().len() + 4);
            for pair in parts.windows(2) {
                assert_eq!(pair[0].output, pair[1].input, "{name} {:?}", pair[1].part);
            }
            let sum: Cost = parts.iter().map(PartCost::cost).sum();
            assert_eq!(sum, space.cost(&arch, true).unwrap());
        }
    }

    #[test]
    fn an_architecture_of_another_number_of_layers_is_refused() {
        let tiny = Space::preset("tiny").unwrap();
        let e = tiny.cost(&Architecture::uniform(5, &[3, 3]).unwrap(), false).unwrap_err();
        assert!(
            e.to_string().contains("5 layers") && e.to_string().contains("'tiny' has 6"),
            "{e}"
        );
    }
}
