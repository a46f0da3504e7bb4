//! The unified space: the macro structure around L searchable layers, each a unified block of six
//! sub-blocks (section 1 of the paper's supplement). Only shapes; costs are in `cost`.

use serde::{Deserialize, Serialize};

use super::{Architecture, Cost, Metric, SpaceError};

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

    /// The same macro structure for a data set of other images and classes.
    ///
    /// `input` is channels, height, width. The constraint's range keeps its relative place between
    /// the cheapest and the dearest architecture, since both move with the size of the images.
    ///
    /// # Errors
    /// [`SpaceError::Field`] where the input or the classes are not possible.
    pub fn for_data(&self, input: [usize; 3], classes: usize) -> Result<Self, SpaceError> {
        let config = SpaceConfig { input, classes, ..self.config.clone() };
        let mut space = Self::new(&self.name, config)?;
        let (old, new) = (self.cost_range(), space.cost_range());
        let place = |value: u64| {
            let share = (value as f64 - old.0.macs as f64) / (old.1.macs - old.0.macs) as f64;
            (new.0.macs as f64 + share * (new.1.macs - new.0.macs) as f64).round() as u64
        };
        space.config.constraint_low = place(self.config.constraint_low);
        space.config.constraint_high = place(self.config.constraint_high);
        check(&space.config)?;
        Ok(space)
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
        let (low, high) = (self.config.constraint_low as f64, self.config.constraint_high as f64);
        if metric == Metric::Macs {
            return (low, high);
        }
        let (min, max) = self.cost_range();
        let (from, to) = (min.get(Metric::Macs) as f64, max.get(Metric::Macs) as f64);
        let (start, end) = (min.get(metric) as f64, max.get(metric) as f64);
        let place = |value: f64| start + (value - from) / (to - from) * (end - start);
        (place(low), place(high))
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
