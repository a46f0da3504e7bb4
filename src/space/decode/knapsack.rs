//! A multiple-choice knapsack: one option a layer, the sums of costs within exact integer bounds on
//! both sides, the greatest sum of scores. Knows nothing of networks.
//!
//! A Lagrangian bound (the price of a unit of cost under these bounds) tells how good any selection
//! can be. A coarse dynamic programme, one label a bin of cost but each label with its exact cost,
//! finds a good selection, and with finer bins a better one. The same programme without bins then
//! finds the best or proves that there is none better: labels whose bound does not beat the
//! selection in hand are dropped, which leaves few of the 80^19.

use super::options::{COSTS, Costs, LayerOption};

/// The places of the costs.
const PLACES: [usize; COSTS] = [0, 1, 2];

/// Gains in score below this (in nats) are not searched for.
const SCORE_TOLERANCE: f64 = 1e-9;

/// Bins of a coarse search: along one cost, along each of two, or along each of three.
type Bins = [u64; COSTS];

/// The coarse searches in order. What the first finds leaves the second little to look at.
const BINS: [Bins; 2] = [[64, 8, 4], [1024, 32, 12]];

/// Most labels a layer that the exact search looks at with several costs. With one cost equal sums
/// merge, which bounds their number; with more the coarse selection stays where this is exceeded, so
/// that an answer still takes milliseconds.
const MAX_LABELS: usize = 20_000;

/// Inclusive bounds on the sum of each cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) low: Costs,
    pub(super) high: Costs,
}

/// What is chosen: an option's index for each layer, and the sum of their scores.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Selection {
    pub(super) options: Vec<usize>,
    pub(super) score: f64,
}

/// The best selection within the bounds, none where there is none.
///
/// With one cost the answer is exact. With more (that vary among the options) it keeps the bounds
/// exactly, but where more than [`MAX_LABELS`] labels compete it may miss the best score.
pub(super) fn solve(layers: &[Vec<LayerOption>], bounds: Bounds) -> Option<Selection> {
    let problem = Problem::new(layers, bounds)?;
    let mut best: Option<Selection> = None;
    for bins in BINS.into_iter().map(Some).chain([None]) {
        let known = best.as_ref().map_or(f64::NEG_INFINITY, |selection| selection.score);
        best = problem.search(known + SCORE_TOLERANCE, bins).or(best);
    }
    best
}

struct Problem<'a> {
    layers: &'a [Vec<LayerOption>],
    bounds: Bounds,
    /// The order in which layers are decided: coarse ones first, fine ones fill up.
    order: Vec<usize>,
    /// For each layer its options by falling score - price * cost, with that value.
    priced: Vec<Vec<(f64, usize)>>,
    /// What the layers from each place of the order on can still add; one more than layers.
    rest: Vec<Rest>,
    /// Price of a unit of each cost; negative where the lower bound presses.
    price: [f64; COSTS],
    /// How many costs vary, at least one.
    varying: usize,
}

#[derive(Clone, Copy, Default)]
struct Rest {
    least: Costs,
    most: Costs,
    /// Greatest sum of score - price * cost.
    priced: f64,
}

/// A partial selection.
#[derive(Clone, Copy)]
struct Label {
    cost: Costs,
    score: f64,
    /// Index of the label it extends, and of the option it adds.
    parent: usize,
    option: usize,
}

impl<'a> Problem<'a> {
    /// None where no selection can lie within the bounds of either cost.
    fn new(layers: &'a [Vec<LayerOption>], bounds: Bounds) -> Option<Self> {
        let spread = |layer: &[LayerOption], i: usize| {
            let costs = layer.iter().map(|option| option.cost[i]);
            (costs.clone().min().unwrap_or(0), costs.max().unwrap_or(0))
        };
        let width = |layer: usize| {
            PLACES.map(|i| {
                let (least, most) = spread(&layers[layer], i);
                most - least
            })
        };
        let mut order: Vec<usize> = (0..layers.len()).collect();
        order.sort_by_key(|&layer| std::cmp::Reverse(width(layer)));
        let varies = |i: &usize| order.iter().any(|&layer| width(layer)[*i] > 0);
        let varying = PLACES.iter().filter(|i| varies(i)).count().max(1);
        let (rest, priced, price) = (Vec::new(), Vec::new(), [0.0; COSTS]);
        let mut problem = Self { layers, bounds, order, priced, rest, price, varying };
        problem.price = problem.prices();
        problem.priced = layers.iter().map(|layer| problem.by_price(layer)).collect();
        let mut rest = vec![Rest::default(); layers.len() + 1];
        for place in (0..layers.len()).rev() {
            let layer = &layers[problem.order[place]];
            let mut sum = rest[place + 1];
            for i in PLACES {
                let (least, most) = spread(layer, i);
                sum.least[i] += least;
                sum.most[i] += most;
            }
            let best = problem.priced[problem.order[place]].first();
            sum.priced += best.map_or(f64::NEG_INFINITY, |b| b.0);
            rest[place] = sum;
        }
        problem.rest = rest;
        problem.can_fit([0; COSTS], 0).then_some(problem)
    }

    /// The option of greatest score - price * cost, and that value.
    fn best(
        &self,
        layer: &'a [LayerOption],
        price: [f64; COSTS],
    ) -> Option<(&'a LayerOption, f64)> {
        let priced = |o: &LayerOption| o.score - sum_of(price, o.cost);
        layer.iter().map(|o| (o, priced(o))).reduce(|a, b| if b.1 > a.1 { b } else { a })
    }

    /// Prices that make the Lagrangian bound tight: exact for one cost, by turns for more.
    fn prices(&self) -> [f64; COSTS] {
        let mut price = [0.0; COSTS];
        let rounds = if self.varying > 1 { 8 } else { 1 };
        for _ in 0..rounds {
            for i in PLACES {
                price[i] = self.price_of(i, price);
            }
        }
        price
    }

    /// The price of cost `i`, the others' given, at which the priced optimum enters the bounds.
    fn price_of(&self, i: usize, mut price: [f64; COSTS]) -> f64 {
        let mut cost_at = |value: f64| {
            price[i] = value;
            let best = self.layers.iter().filter_map(|layer| self.best(layer, price));
            best.map(|(option, _)| option.cost[i]).sum::<u64>()
        };
        let free = cost_at(0.0);
        let sign = match free {
            cost if cost > self.bounds.high[i] => 1.0,
            cost if cost < self.bounds.low[i] => -1.0,
            _ => return 0.0,
        };
        let mut presses = |value: f64| match cost_at(value * sign) {
            cost if sign > 0.0 => cost > self.bounds.high[i],
            cost => cost < self.bounds.low[i],
        };
        let (mut inside, mut outside) = (1.0 / free.max(1) as f64, 0.0);
        // A bound that no price reaches ends after as many doublings as any float has.
        for _ in 0..128 {
            if !presses(inside) {
                break;
            }
            (inside, outside) = (inside * 2.0, inside);
        }
        for _ in 0..52 {
            let middle = 0.5 * (inside + outside);
            if presses(middle) {
                outside = middle;
            } else {
                inside = middle;
            }
        }
        inside * sign
    }

    /// Whether the layers from `place` on can bring a sum into the bounds, each cost for itself.
    fn can_fit(&self, cost: Costs, place: usize) -> bool {
        let rest = &self.rest[place];
        PLACES.iter().all(|&i| {
            cost[i] + rest.least[i] <= self.bounds.high[i]
                && cost[i] + rest.most[i] >= self.bounds.low[i]
        })
    }

    /// The options of a layer by falling score - price * cost, with that value.
    fn by_price(&self, layer: &[LayerOption]) -> Vec<(f64, usize)> {
        let priced = |o: &LayerOption| o.score - self.priced_cost(o.cost);
        let mut options: Vec<_> = layer.iter().map(priced).zip(0..).collect();
        options.sort_by(|a, b| b.0.total_cmp(&a.0));
        options
    }

    fn priced_cost(&self, cost: Costs) -> f64 {
        sum_of(self.price, cost)
    }

    /// No completion of a label whose next option is chosen at `place` scores more than this and
    /// that option's score - price * cost.
    fn bound(&self, label: &Label, place: usize) -> f64 {
        let pressing = PLACES.map(|i| {
            let Bounds { low, high } = self.bounds;
            if self.price[i] > 0.0 { high[i] } else { low[i] }
        });
        let priced = self.priced_cost(pressing) - self.priced_cost(label.cost);
        label.score + priced + self.rest[place + 1].priced
    }

    /// The best selection that scores more than `beat`; with bins a good one.
    fn search(&self, beat: f64, bins: Option<Bins>) -> Option<Selection> {
        let start = Label { cost: [0; COSTS], score: 0.0, parent: 0, option: 0 };
        let mut steps: Vec<Vec<Label>> = vec![vec![start]];
        for (place, &layer) in self.order.iter().enumerate() {
            let parents = steps.last()?.iter().enumerate();
            let labels = parents.flat_map(|(parent, from)| {
                let bound = self.bound(from, place);
                // The first that promises too little is followed by those that promise less.
                let options = self.priced[layer].iter();
                let options = options.take_while(move |(priced, _)| bound + priced > beat);
                options.map(move |&(_, option)| {
                    let choice = &self.layers[layer][option];
                    let cost = PLACES.map(|i| from.cost[i] + choice.cost[i]);
                    Label { cost, score: from.score + choice.score, parent, option }
                })
            });
            let labels = labels.filter(|label| self.can_fit(label.cost, place + 1));
            let labels = match bins {
                Some(bins) => self.one_a_bin(labels, bins),
                None if self.varying > 1 => {
                    let labels: Vec<Label> = labels.take(MAX_LABELS + 1).collect();
                    if labels.len() > MAX_LABELS {
                        return None;
                    }
                    one_a_cost(labels)
                }
                None => one_a_cost(labels.collect()),
            };
            steps.push(labels);
        }
        let last = steps.last()?.iter().enumerate();
        let (mut index, best) = last.reduce(|a, b| if b.1.score > a.1.score { b } else { a })?;
        if best.score <= beat {
            return None;
        }
        let mut options = vec![0; self.layers.len()];
        for (place, &layer) in self.order.iter().enumerate().rev() {
            let label = steps.get(place + 1)?.get(index)?;
            options[layer] = label.option;
            index = label.parent;
        }
        Some(Selection { options, score: best.score })
    }

    /// The best label of every bin of cost, in the order of bins.
    fn one_a_bin(&self, labels: impl Iterator<Item = Label>, bins: Bins) -> Vec<Label> {
        let bins = bins[self.varying - 1];
        let width = self.rest[0].most.map(|most| most / bins + 1);
        let count = PLACES.map(|i| self.rest[0].most[i] / width[i] + 1);
        let mut grid = vec![None::<Label>; count.iter().product::<u64>() as usize];
        for label in labels {
            let bin = PLACES.iter().fold(0, |bin, &i| bin * count[i] + label.cost[i] / width[i]);
            if let Some(best) = grid.get_mut(bin as usize)
                && best.is_none_or(|b| label.score > b.score)
            {
                *best = Some(label);
            }
        }
        grid.into_iter().flatten().collect()
    }
}

/// Each cost of a sum at its price.
fn sum_of(price: [f64; COSTS], cost: Costs) -> f64 {
    PLACES.iter().map(|&i| price[i] * cost[i] as f64).sum()
}

/// The best label of every exact cost, by rising cost.
fn one_a_cost(mut labels: Vec<Label>) -> Vec<Label> {
    labels.sort_unstable_by(|a, b| {
        let score = b.score.total_cmp(&a.score);
        a.cost.cmp(&b.cost).then(score).then((a.parent, a.option).cmp(&(b.parent, b.option)))
    });
    labels.dedup_by_key(|label| label.cost);
    labels
}
