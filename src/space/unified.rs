//! The unified space: the macro structure around L searchable layers, each a unified block of six
//! sub-blocks with three kernel sizes each. Only shapes; costs are in `cost`.

use serde::{Deserialize, Serialize};

use super::architecture::{Architecture, SUB_BLOCKS};
use super::error::SpaceError;

/// Largest values a space may have: far beyond any use, small enough that 64-bit costs hold.
const MAX_CHANNELS: usize = 8192;
const MAX_SIDE: usize = 4096;
const MAX_LAYERS: usize = 64;
const MAX_CLASSES: usize = 1 << 20;
const MAX_KERNEL: usize = 11;

/// The `[space]` section of a preset or a run's configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpaceConfig {
    /// Channels, height and width of an image.
    pub input: [usize; 3],
    /// Classes of the classifier.
    pub classes: usize,
    /// Width of the last 1x1 convolution.
    pub last_channels: usize,
    /// Lower end of the range that normalises the generator's constraint, in MACs.
    pub constraint_low: u64,
    /// Upper end of that range, in MACs.
    pub constraint_high: u64,
    /// Channels of the generator's constraint input.
    pub hc_dim: usize,
    /// The first convolution.
    pub stem: ConvSpec,
    /// The block after the stem, not searched.
    pub first: FirstSpec,
    /// The searchable layers.
    pub layers: Vec<LayerSpec>,
}

/// A dense convolution, padded by kernel / 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConvSpec {
    /// Kernel size, odd.
    pub kernel: usize,
    /// Output channels.
    pub channels: usize,
    /// Stride, 1 or 2.
    pub stride: usize,
}

/// The first block: depthwise on the stem's channels, then 1x1, stride 1, no residual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirstSpec {
    /// Kernel size of the depthwise convolution, odd.
    pub kernel: usize,
    /// Output channels.
    pub channels: usize,
}

/// A searchable layer as configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerSpec {
    /// Output channels.
    pub channels: usize,
    /// Stride, 1 or 2.
    pub stride: usize,
}

/// Channels, height and width of one image's feature map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MapShape {
    /// Channels.
    pub channels: usize,
    /// Height in pixels.
    pub height: usize,
    /// Width in pixels.
    pub width: usize,
}

impl MapShape {
    /// After a convolution of odd kernel k, padding k / 2.
    fn convolved(self, channels: usize, stride: usize) -> Self {
        Self { channels, height: self.height.div_ceil(stride), width: self.width.div_ceil(stride) }
    }

    /// Pixels of the map.
    pub(crate) fn area(self) -> u64 {
        self.height as u64 * self.width as u64
    }
}

/// A searchable layer with the shapes around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
    /// The map that enters; its channels are those of one sub-block, c_in.
    pub input: MapShape,
    /// The map that leaves, of c_out channels.
    pub output: MapShape,
    /// Stride of the depthwise convolutions.
    pub stride: usize,
}

impl Layer {
    /// Whether the block's input is added to its output: stride 1 and equal channels.
    pub fn residual(&self) -> bool {
        self.stride == 1 && self.input.channels == self.output.channels
    }
}

/// A checked space with the shapes of all its layers.
#[derive(Clone, Debug, PartialEq)]
pub struct Space {
    name: String,
    config: SpaceConfig,
    stem_output: MapShape,
    layers: Vec<Layer>,
}

impl Space {
    /// Checks a configuration and derives the shapes. The name appears in messages.
    ///
    /// # Errors
    /// [`SpaceError::Field`] names the first value that is not possible, and what would be.
    pub fn new(name: &str, config: SpaceConfig) -> Result<Self, SpaceError> {
        check(&config)?;
        let [channels, height, width] = config.input;
        let image = MapShape { channels, height, width };
        let stem_output = image.convolved(config.stem.channels, config.stem.stride);
        let mut input = stem_output.convolved(config.first.channels, 1);
        let layers = config.layers.iter().map(|spec| {
            let output = input.convolved(spec.channels, spec.stride);
            let layer = Layer { input, output, stride: spec.stride };
            input = output;
            layer
        });
        Ok(Self { name: name.to_owned(), layers: layers.collect(), stem_output, config })
    }

    /// The name it was made under, a preset's or the user's.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The `[space]` section this space stands for.
    pub fn config(&self) -> &SpaceConfig {
        &self.config
    }

    /// Channels, height and width of an image.
    pub fn input(&self) -> MapShape {
        let [channels, height, width] = self.config.input;
        MapShape { channels, height, width }
    }

    /// Classes of the classifier.
    pub fn classes(&self) -> usize {
        self.config.classes
    }

    /// The map after the stem, on which the first block works.
    pub fn stem_output(&self) -> MapShape {
        self.stem_output
    }

    /// The searchable layers in order.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// The map that enters the last 1x1 convolution.
    pub fn last_input(&self) -> MapShape {
        self.layers.last().map_or(self.stem_output, |layer| layer.output)
    }

    /// Values of the widest feature map of one image: a stem's, an expanded one, or the last.
    pub fn widest_map(&self) -> u64 {
        let values = |map: MapShape, channels: usize| channels as u64 * map.area();
        let expanded = |l: &Layer| values(l.input, SUB_BLOCKS * l.input.channels);
        let last = values(self.last_input(), self.config.last_channels);
        let stem = values(self.stem_output, self.stem_output.channels);
        self.layers.iter().map(expanded).chain([last, stem]).max().unwrap_or(stem)
    }

    /// Checks that an architecture has as many layers as this space.
    ///
    /// # Errors
    /// [`SpaceError::LayerCount`].
    pub fn check(&self, architecture: &Architecture) -> Result<(), SpaceError> {
        self.check_layers("the architecture", architecture.layer_count())
    }

    pub(crate) fn check_layers(&self, what: &'static str, found: usize) -> Result<(), SpaceError> {
        let expected = self.layers.len();
        if found == expected {
            return Ok(());
        }
        Err(SpaceError::LayerCount { what, found, expected, space: self.name.clone() })
    }
}

/// Every bound of a configuration, in the order of its fields.
fn check(config: &SpaceConfig) -> Result<(), SpaceError> {
    let refuse = |field: String, value: String, allowed: String| {
        Err(SpaceError::Field { field, value, allowed })
    };
    let within = |field: String, value: usize, low: usize, high: usize| {
        if (low..=high).contains(&value) {
            return Ok(());
        }
        refuse(field, value.to_string(), format!("{low} to {high}"))
    };
    let odd = |field: &str, kernel: usize| {
        if kernel <= MAX_KERNEL && kernel % 2 == 1 {
            return Ok(());
        }
        refuse(field.to_owned(), kernel.to_string(), format!("an odd number up to {MAX_KERNEL}"))
    };
    let [channels, height, width] = config.input;
    if !(1..=MAX_CHANNELS).contains(&channels)
        || !(1..=MAX_SIDE).contains(&height)
        || !(1..=MAX_SIDE).contains(&width)
    {
        let allowed =
            format!("[channels, height, width] of 1 to {MAX_CHANNELS}, 1 to {MAX_SIDE} each");
        return refuse("input".to_owned(), format!("{:?}", config.input), allowed);
    }
    within("classes".to_owned(), config.classes, 2, MAX_CLASSES)?;
    within("last_channels".to_owned(), config.last_channels, 1, MAX_CHANNELS)?;
    within("hc_dim".to_owned(), config.hc_dim, 1, MAX_CHANNELS)?;
    odd("stem.kernel", config.stem.kernel)?;
    within("stem.channels".to_owned(), config.stem.channels, 1, MAX_CHANNELS)?;
    within("stem.stride".to_owned(), config.stem.stride, 1, 2)?;
    odd("first.kernel", config.first.kernel)?;
    within("first.channels".to_owned(), config.first.channels, 1, MAX_CHANNELS)?;
    if !(1..=MAX_LAYERS).contains(&config.layers.len()) {
        let found = format!("a list of {}", config.layers.len());
        return refuse("layers".to_owned(), found, format!("a list of 1 to {MAX_LAYERS} layers"));
    }
    for (i, layer) in config.layers.iter().enumerate() {
        within(format!("layers[{i}].channels"), layer.channels, 1, MAX_CHANNELS)?;
        within(format!("layers[{i}].stride"), layer.stride, 1, 2)?;
    }
    if config.constraint_low >= config.constraint_high {
        let allowed = format!("less than constraint_high = {}", config.constraint_high);
        return refuse("constraint_low".to_owned(), config.constraint_low.to_string(), allowed);
    }
    Ok(())
}
