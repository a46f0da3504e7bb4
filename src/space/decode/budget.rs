//! Budget decoding: the most probable architecture whose cost does not exceed the budget and uses
//! at least 97 % of it where one does. Exact in the budget: costs are integers throughout.

use serde::{Deserialize, Serialize};

use super::candidates::{SkipMask, log_probabilities};
use super::knapsack::{Bounds, solve};
use super::options::{COSTS, LayerOption, layer_options};
use crate::space::architecture::{Architecture, OPS, SUB_BLOCKS};
use crate::space::cost::layer_cost;
use crate::space::error::SpaceError;
use crate::space::latency_table::LatencyTable;
use crate::space::metric::{Cost, Metric};
use crate::space::unified::Space;

/// The share of the budget that is used at least, in percent, where an architecture does.
pub const MIN_FILL_PERCENT: u64 = 97;

/// Upper limits on an architecture's cost; at least one is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// Most MACs.
    pub macs: Option<u64>,
    /// Most parameters.
    pub params: Option<u64>,
    /// Most nanoseconds for one image, by a table of times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<u64>,
    /// Whether the costs are those of the network with squeeze-excite.
    #[serde(default)]
    pub squeeze_excite: bool,
}

impl Budget {
    /// A limit on one metric, without squeeze-excite.
    pub fn new(metric: Metric, most: u64) -> Self {
        match metric {
            Metric::Macs => Self { macs: Some(most), ..Self::default() },
            Metric::Params => Self { params: Some(most), ..Self::default() },
        }
    }

    /// What it limits, each always in its place, and how far.
    fn limits<'a>(&self, times: Option<&'a LatencyTable>) -> Result<Limits<'a>, SpaceError> {
        let metric = |metric, most: Option<u64>| most.map(|most| (Counted::Metric(metric), most));
        let time = match self.latency {
            Some(most) => Some((Counted::Time(times.ok_or(SpaceError::NoTimes)?), most)),
            None => None,
        };
        Ok([metric(Metric::Macs, self.macs), metric(Metric::Params, self.params), time])
    }
}

type Limits<'a> = [Option<(Counted<'a>, u64)>; COSTS];

/// Something that a budget limits.
#[derive(Clone, Copy)]
enum Counted<'a> {
    Metric(Metric),
    Time(&'a LatencyTable),
}

impl Counted<'_> {
    /// Of the cheapest and of the dearest architecture.
    fn range(self, space: &Space, squeeze_excite: bool) -> (u64, u64) {
        match self {
            Self::Metric(metric) => {
                let (min, max) = space.cost_range_with(squeeze_excite);
                (min.get(metric), max.get(metric))
            }
            Self::Time(times) => times.range(),
        }
    }

    /// Of everything outside the searchable layers.
    fn fixed(self, space: &Space, squeeze_excite: bool) -> u64 {
        match self {
            Self::Metric(metric) => space.fixed_cost(squeeze_excite).get(metric),
            Self::Time(times) => times.fixed,
        }
    }

    /// Why there is nothing within a limit below the range.
    fn below(self, space: &Space, budget: u64, least: u64) -> SpaceError {
        let name = space.name().to_owned();
        match self {
            Self::Metric(metric) => {
                SpaceError::BudgetBelowSpace { metric, budget, space: name, least }
            }
            Self::Time(_) => {
                let [limit, least] = [budget, least].map(|time| time as f64 / 1e6);
                SpaceError::TooFast { limit, space: name, least }
            }
        }
    }
}

/// The answer of budget decoding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decoded {
    /// The architecture, closed up, expansions 2 to 6.
    pub architecture: Architecture,
    /// Its cost, with squeeze-excite if the budget counts it.
    pub cost: Cost,
    /// The sum of log-probabilities of its kernels and of the trailing skips.
    pub log_probability: f64,
    /// Whether it uses at least 97 % of the budget, of one of the limits if there are several. If not,
    /// no architecture does: the budget lies above the space's dearest or in a gap of costs.
    pub fills_budget: bool,
}

/// The architecture of greatest probability under softmax(alpha) among those within the budget
/// that use at least 97 % of it; where none does, among all within the budget.
///
/// `alpha` is [layers x 6 x {k3, k5, k7, skip}], flat. For one metric the answer is exact (the
/// log-probability to 1e-9). For several at once the limits are kept exactly; the best probability
/// and a filled budget are found in all but contrived cases.
///
/// # Errors
/// [`SpaceError::BudgetBelowSpace`] names the least cost, [`SpaceError::NoBudget`] where neither
/// metric is limited; for alpha as [`log_probabilities`] and [`SpaceError::LayerCount`].
pub fn most_probable_within(
    space: &Space,
    alpha: &[f32],
    mask: SkipMask,
    budget: &Budget,
) -> Result<Decoded, SpaceError> {
    most_probable_timed(space, alpha, mask, budget, None)
}

/// The same, for a budget that may limit the time as well, by a table of the space's times.
///
/// # Errors
/// As [`most_probable_within`]; [`SpaceError::NoTimes`] without a table that is needed,
/// and [`SpaceError::TooFast`].
pub fn most_probable_timed(
    space: &Space,
    alpha: &[f32],
    mask: SkipMask,
    budget: &Budget,
    times: Option<&LatencyTable>,
) -> Result<Decoded, SpaceError> {
    let width = SUB_BLOCKS * OPS;
    let logs = log_probabilities(alpha, mask)?;
    space.check_layers("alpha", alpha.len() / width)?;
    let se = budget.squeeze_excite;
    let limits = budget.limits(times)?;
    if let Some(times) = times.filter(|_| budget.latency.is_some())
        && times.layers.len() != space.layers().len()
    {
        let (found, expected) = (times.layers.len(), space.layers().len());
        return Err(SpaceError::OtherTable { found, expected });
    }
    for (counted, most) in limits.iter().flatten() {
        let (least, _) = counted.range(space, se);
        if *most < least {
            return Err(counted.below(space, *most, least));
        }
    }
    if limits.iter().all(Option::is_none) {
        return Err(SpaceError::NoBudget);
    }
    let layers: Vec<Vec<LayerOption>> = space
        .layers()
        .iter()
        .zip(logs.chunks_exact(width))
        .enumerate()
        .map(|(i, (layer, logs))| {
            layer_options(logs, |kernels| {
                let cost = layer_cost(layer, kernels, se);
                limits.map(|limit| match limit {
                    None => 0,
                    Some((Counted::Metric(metric), _)) => cost.get(metric),
                    Some((Counted::Time(times), _)) => times.layer(i, kernels),
                })
            })
        })
        .collect();
    // What the searchable layers may cost.
    let high = limits.map(|limit| {
        limit.map_or(u64::MAX, |(counted, most)| {
            most.min(counted.range(space, se).1) - counted.fixed(space, se)
        })
    });
    let within = Bounds { low: [0; COSTS], high };
    let filling = limits.into_iter().enumerate().filter_map(|(i, limit)| {
        let (counted, most) = limit?;
        let least = (u128::from(most) * u128::from(MIN_FILL_PERCENT)).div_ceil(100);
        let least = u64::try_from(least).ok()?.saturating_sub(counted.fixed(space, se));
        let mut bounds = within;
        bounds.low[i] = least;
        solve(&layers, bounds)
    });
    let best = filling.reduce(|a, b| if b.score > a.score { b } else { a });
    let fills_budget = best.is_some();
    // The cheapest architecture is within every budget that came so far.
    let best = best.or_else(|| solve(&layers, within)).ok_or(SpaceError::NoBudget)?;
    let chosen = layers.iter().zip(&best.options).map(|(options, &i)| options[i].kernels.clone());
    let architecture = Architecture::new(chosen.collect())?;
    let cost = space.cost(&architecture, se)?;
    Ok(Decoded { architecture, cost, log_probability: best.score, fills_budget })
}
