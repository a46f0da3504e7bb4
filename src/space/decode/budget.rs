//! Budget decoding: the most probable architecture whose cost does not exceed the budget and uses
//! at least 97 % of it where one does. Exact in the budget: costs are integers throughout.

use serde::{Deserialize, Serialize};

use super::candidates::{SkipMask, log_probabilities};
use super::knapsack::{Bounds, solve};
use super::options::{LayerOption, layer_options};
use crate::space::architecture::{Architecture, OPS, SUB_BLOCKS};
use crate::space::error::SpaceError;
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

    fn limits(&self) -> [(Metric, Option<u64>); 2] {
        [(Metric::Macs, self.macs), (Metric::Params, self.params)]
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
    /// Whether it uses at least 97 % of the budget, of one of the two if both are limited. If not,
    /// no architecture does: the budget lies above the space's dearest or in a gap of costs.
    pub fills_budget: bool,
}

/// The architecture of greatest probability under softmax(alpha) among those within the budget
/// that use at least 97 % of it; where none does, among all within the budget.
///
/// `alpha` is [layers x 6 x {k3, k5, k7, skip}], flat. For one metric the answer is exact (the
/// log-probability to 1e-9). For both at once the limits are kept exactly; the best probability
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
    let width = SUB_BLOCKS * OPS;
    let logs = log_probabilities(alpha, mask)?;
    space.check_layers("alpha", alpha.len() / width)?;
    let (min, max) = space.cost_range_with(budget.squeeze_excite);
    for (metric, limit) in budget.limits() {
        if let Some(budget) = limit.filter(|&most| most < min.get(metric)) {
            let (space, least) = (space.name().to_owned(), min.get(metric));
            return Err(SpaceError::BudgetBelowSpace { metric, budget, space, least });
        }
    }
    let counted = budget.limits().map(|(_, limit)| limit.is_some());
    if counted == [false; 2] {
        return Err(SpaceError::NoBudget);
    }
    let layers: Vec<Vec<LayerOption>> = space
        .layers()
        .iter()
        .zip(logs.chunks_exact(width))
        .map(|(layer, logs)| layer_options(layer, logs, budget.squeeze_excite, counted))
        .collect();
    // What the searchable layers may cost.
    let fixed = space.fixed_cost(budget.squeeze_excite);
    let limit = |(metric, most): (Metric, Option<u64>)| {
        most.map_or(u64::MAX, |most| most.min(max.get(metric)) - fixed.get(metric))
    };
    let within = Bounds { low: [0; 2], high: budget.limits().map(limit) };
    let filling = budget.limits().into_iter().enumerate().filter_map(|(i, (metric, most))| {
        let least = (u128::from(most?) * u128::from(MIN_FILL_PERCENT)).div_ceil(100);
        let least = u64::try_from(least).ok()?.saturating_sub(fixed.get(metric));
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
    let cost = space.cost(&architecture, budget.squeeze_excite)?;
    Ok(Decoded { architecture, cost, log_probability: best.score, fills_budget })
}
