//! What can be wrong with a space, an architecture or a value that came from outside.

use super::metric::Metric;

/// Errors of the `space` room. Each text names the thing, what is wrong and what would be right.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SpaceError {
    /// No preset of that name.
    #[error("preset '{name}' is unknown; the presets are {known}")]
    UnknownPreset {
        /// The name that was asked for.
        name: String,
        /// The names there are, separated by commas.
        known: String,
    },
    /// The text is no TOML, or its `[space]` section lacks or misspells a field.
    #[error("the [space] section of {name} cannot be read: {reason}")]
    Toml {
        /// The preset or file.
        name: String,
        /// What the parser says, on one line.
        reason: String,
    },
    /// A value of the `[space]` section is outside what a space may have.
    #[error("space.{field} = {value} is not possible; use {allowed}")]
    Field {
        /// The field, as a path below `space`.
        field: String,
        /// Its value as given.
        value: String,
        /// The values that are possible.
        allowed: String,
    },
    /// A layer of an architecture has no or too many kernels, or one that is not searched.
    #[error(
        "layer {layer} of the architecture has kernels {kernels:?}; use 1 to 6 kernels out of 3, 5 and 7"
    )]
    Kernels {
        /// Index of the layer, from 0.
        layer: usize,
        /// The kernels as given.
        kernels: Vec<u8>,
    },
    /// An architecture or a vector of probabilities for another number of layers.
    #[error("{what} has {found} layers, but the space '{space}' has {expected}")]
    LayerCount {
        /// What has the wrong number of layers.
        what: &'static str,
        /// The number found.
        found: usize,
        /// The number of searchable layers of the space.
        expected: usize,
        /// The name of the space.
        space: String,
    },
    /// A flat vector that is no whole number of layers of 24 values, or of an unexpected number.
    #[error(
        "{what} has {found} values, but {expected} are needed (24 a layer: 6 sub-blocks of k3, k5, k7, skip)"
    )]
    ValueCount {
        /// What the vector holds.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The length needed.
        expected: usize,
    },
    /// NaN or infinity where a number is needed.
    #[error(
        "{what} holds {value} at layer {layer}, sub-block {sub_block}; only finite numbers can be decoded"
    )]
    NotFinite {
        /// What the vector holds.
        what: &'static str,
        /// The offending value.
        value: f32,
        /// Its layer, from 0.
        layer: usize,
        /// Its sub-block, from 0.
        sub_block: usize,
    },
    /// A sub-block of a path is not one-hot over k3, k5, k7, skip.
    #[error(
        "sub-block {sub_block} of layer {layer} is {values:?}; exactly one of k3, k5, k7, skip must be 1 and the others 0"
    )]
    NotOneHot {
        /// The layer, from 0.
        layer: usize,
        /// The sub-block, from 0.
        sub_block: usize,
        /// The four values.
        values: [f32; 4],
    },
    /// A budget that even the cheapest architecture exceeds.
    #[error(
        "a budget of {budget} {metric} is below the space '{space}': its cheapest architecture has {least} {metric}; give at least that"
    )]
    BudgetBelowSpace {
        /// What is limited.
        metric: Metric,
        /// The limit as given.
        budget: u64,
        /// The name of the space.
        space: String,
        /// The least cost in the space.
        least: u64,
    },
    /// A budget that limits nothing.
    #[error("the budget limits nothing; give a limit on MACs, on parameters or on both")]
    NoBudget,
    /// A limit on time without times.
    #[error("a limit in milliseconds needs the times of the run's layers; measure them first")]
    NoTimes,
    /// A limit on time that even the fastest architecture exceeds.
    #[error(
        "a limit of {limit} ms is below the space '{space}': its fastest architecture takes {least} ms here; give at least that"
    )]
    TooFast {
        /// The limit, ms.
        limit: f64,
        /// The name of the space.
        space: String,
        /// The least time in the space, ms.
        least: f64,
    },
    /// Times of another space.
    #[error(
        "the times are those of {found} layers, but the architecture has {expected}; measure them anew"
    )]
    OtherTable {
        /// Layers of the table.
        found: usize,
        /// Layers of the architecture.
        expected: usize,
    },
    /// JSON that is not of the expected form.
    #[error("{what} cannot be read: {reason}")]
    Json {
        /// What was read.
        what: &'static str,
        /// What the parser says.
        reason: String,
    },
    /// Rejection sampling found nothing.
    #[error(
        "none of {tries} random architectures of the space '{space}' comes within {tolerance} of {target} {metric}; the space reaches from {least} to {most}, and most lie near its middle"
    )]
    NoneNear {
        /// What is counted.
        metric: Metric,
        /// The cost looked for.
        target: u64,
        /// The distance allowed.
        tolerance: u64,
        /// How many were drawn.
        tries: usize,
        /// The name of the space.
        space: String,
        /// The least cost in the space.
        least: u64,
        /// The greatest cost in the space.
        most: u64,
    },
    /// A prior pool without priors or of another form.
    #[error(
        "the prior pool cannot be used: {reason}; it maps targets in millions to [layers][24], as {{\"360\": [[0, 0, 1, 0, ...], ...]}}"
    )]
    PriorPool {
        /// What is wrong.
        reason: String,
    },
    /// Text that is no NAS-Bench-201 cell.
    #[error(
        "'{text}' is no NAS-Bench-201 cell: {reason}; the form is |op~0|+|op~0|op~1|+|op~0|op~1|op~2| with the ops none, skip_connect, nor_conv_1x1, nor_conv_3x3, avg_pool_3x3"
    )]
    Cell {
        /// The text as given, shortened.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
}
