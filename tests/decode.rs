//! Decoding: budgets are kept exactly and filled, the answer is the most probable one, and the
//! authors' generator decodes to its published kernels.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod golden_files;

use golden_files::golden;
use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use serde_json::Value;
use sgnas::space::{
    Architecture, Budget, LatencyTable, Metric, SkipMask, Space, SpaceError, argmax,
    log_probabilities, most_probable_timed, most_probable_within,
};

const METRICS: [Metric; 2] = [Metric::Macs, Metric::Params];

/// Which of MACs, parameters and time are limited.
const GIVEN: [[bool; 3]; 6] = [
    [true, false, false],
    [false, true, false],
    [true, true, false],
    [false, false, true],
    [true, false, true],
    [true, true, true],
];

fn random_alpha(rng: &mut Pcg64Mcg, layers: usize, scale: f32) -> Vec<f32> {
    (0..layers * 24).map(|_| (rng.random::<f32>() * 2.0 - 1.0) * scale).collect()
}

/// Every order of kernels of expansion 2 to 6, 1,089 of them.
fn orders() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    let mut of_length = vec![vec![]];
    for expansion in 1..=6 {
        of_length = of_length
            .iter()
            .flat_map(|o: &Vec<u8>| [3, 5, 7].map(|k| [o.as_slice(), &[k]].concat()))
            .collect();
        if expansion > 1 {
            all.extend(of_length.iter().cloned());
        }
    }
    all
}

/// Log-probability by definition: kept kernels in the first sub-blocks, skip in the others.
fn score(logs: &[f64], layer: usize, kernels: &[u8]) -> f64 {
    let op = |b: usize| match kernels.get(b) {
        Some(kernel) => usize::from(kernel / 2 - 1),
        None => 3,
    };
    (0..6).map(|b| logs[layer * 24 + b * 4 + op(b)]).sum()
}

/// The cost of layer `layer` with these kernels, less than the whole network's by a constant.
fn layer_cost(space: &Space, metric: Metric, layer: usize, kernels: &[u8]) -> u64 {
    let costs = space.cost_table(metric).layers[layer];
    let e = kernels.len() as u64;
    let depthwise: u64 = kernels.iter().map(|k| costs.depthwise[usize::from(k / 2 - 1)]).sum();
    depthwise + e * (costs.expand + costs.project) / 6
}

fn least_filling(budget: u64) -> u64 {
    (budget * 97).div_ceil(100)
}

/// For every cost of the space in units of the greatest common divisor, the best score by a plain
/// dense dynamic programme; minus infinity for a cost that no architecture has.
struct Dense {
    unit: u64,
    fixed: u64,
    best: Vec<f64>,
}

impl Dense {
    fn new(space: &Space, metric: Metric, logs: &[f64]) -> Self {
        let gcd = |mut a: u64, mut b: u64| {
            while b > 0 {
                (a, b) = (b, a % b);
            }
            a
        };
        let orders = orders();
        let mut layers = Vec::new();
        for layer in 0..space.layers().len() {
            let mut options = std::collections::BTreeMap::new();
            for kernels in &orders {
                let cost = layer_cost(space, metric, layer, kernels);
                let best = options.entry(cost).or_insert(f64::NEG_INFINITY);
                *best = f64::max(*best, score(logs, layer, kernels));
            }
            layers.push(options);
        }
        let unit = layers.iter().flat_map(|l| l.keys()).fold(0, |a, &b| gcd(a, b));
        let mut best = vec![0.0];
        for options in &layers {
            let most = options.keys().last().unwrap() / unit;
            let mut next = vec![f64::NEG_INFINITY; best.len() + most as usize];
            for (cost, score) in options {
                let shifted = &mut next[(cost / unit) as usize..];
                for (to, from) in shifted.iter_mut().zip(&best) {
                    *to = to.max(from + score);
                }
            }
            best = next;
        }
        Self { unit, fixed: space.cost_table(metric).fixed, best }
    }

    /// The best score of costs low..=high.
    fn best_within(&self, low: u64, high: u64) -> f64 {
        let from = low.saturating_sub(self.fixed).div_ceil(self.unit) as usize;
        let to = (((high - self.fixed) / self.unit) as usize).min(self.best.len() - 1);
        let window = self.best.get(from..=to).unwrap_or(&[]);
        window.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b))
    }
}

/// Decodes 'count' random budgets with random alphas; every answer must keep its budget and fill
/// it wherever a cost in the last 3 % exists.
fn check_random_budgets(name: &str, metric: Metric, count: usize, seed: u128) {
    let space = Space::preset(name).unwrap();
    let mut rng = Pcg64Mcg::new(seed);
    let layers = space.layers().len();
    let reachable = Dense::new(&space, metric, &vec![0.0; layers * 24]);
    let (min, max) = space.cost_range();
    let (min, max) = (min.get(metric), max.get(metric));
    let mut filled = 0;
    for i in 0..count {
        let scale = [0.01, 0.3, 1.0, 5.0, 50.0][i % 5];
        let alpha = random_alpha(&mut rng, layers, scale);
        let budget = match i % 10 {
            0 => rng.random_range(min..min + min / 50),
            1 => rng.random_range(max - max / 50..max + max / 20),
            _ => rng.random_range(min..=max),
        };
        let limits = Budget::new(metric, budget);
        let found = most_probable_within(&space, &alpha, SkipMask::FirstTwo, &limits).unwrap();
        let cost = space.cost(&found.architecture, false).unwrap();
        assert_eq!(cost, found.cost);
        assert!(cost.get(metric) <= budget, "{name} {budget}: {}", cost.get(metric));
        let least = least_filling(budget);
        let exists = reachable.best_within(least, budget) == 0.0;
        assert_eq!(found.fills_budget, exists, "{name} {budget}");
        assert_eq!(cost.get(metric) >= least, exists, "{name} {budget}: {}", cost.get(metric));
        assert!(found.architecture.min_expansion() >= 2);
        filled += usize::from(exists);
    }
    assert!(filled > count * 8 / 10, "{filled} of {count} filled");
}

#[test]
fn a_thousand_random_budgets_on_tiny_are_kept_and_filled() {
    check_random_budgets("tiny", Metric::Macs, 1000, 1);
    check_random_budgets("tiny", Metric::Params, 200, 2);
}

#[test]
fn a_thousand_random_budgets_on_imagenet_are_kept_and_filled() {
    check_random_budgets("imagenet", Metric::Macs, 1000, 3);
    check_random_budgets("imagenet", Metric::Params, 200, 4);
}

#[test]
fn nineteen_layers_have_the_score_of_a_dense_dynamic_programme() {
    let space = Space::preset("imagenet").unwrap();
    let mut rng = Pcg64Mcg::new(5);
    let alpha = random_alpha(&mut rng, 19, 2.0);
    let logs = log_probabilities(&alpha, SkipMask::FirstTwo).unwrap();
    let dense = Dense::new(&space, Metric::Macs, &logs);
    let (min, max) = space.cost_range();
    for _ in 0..50 {
        let budget = rng.random_range(min.macs..=max.macs);
        let limits = Budget::new(Metric::Macs, budget);
        let found = most_probable_within(&space, &alpha, SkipMask::FirstTwo, &limits).unwrap();
        let expected = dense.best_within(least_filling(budget), budget);
        assert!((found.log_probability - expected).abs() < 1e-7, "{found:?} {expected}");
    }
}

#[test]
fn two_layers_have_the_answer_of_brute_force() {
    let mut config = Space::preset("tiny").unwrap().config().clone();
    config.layers.truncate(2);
    let space = Space::new("two layers", config).unwrap();
    let orders = orders();
    assert_eq!(orders.len(), 1089);
    let mut rng = Pcg64Mcg::new(6);
    let times = times(&space, &mut rng);
    let ((min, max), (fastest, slowest)) = (space.cost_range(), times.range());
    for round in 0..48 {
        let mask = [SkipMask::FirstTwo, SkipMask::FirstOnly][round % 2];
        let alpha = random_alpha(&mut rng, 2, [0.5, 3.0][round / 2 % 2]);
        let logs = log_probabilities(&alpha, mask).unwrap();
        let [macs, params] =
            METRICS.map(|m| rng.random_range(min.get(m)..=max.get(m) + max.get(m) / 20));
        let limits = [macs, params, rng.random_range(fastest..=slowest + slowest / 20)];
        let given = GIVEN[round % GIVEN.len()];
        let [macs, params, latency] = [0, 1, 2].map(|i| given[i].then_some(limits[i]));
        let budget = Budget { macs, params, latency, squeeze_excite: false };
        let layers = [0, 1].map(|layer| {
            let of = |k: &Vec<u8>| {
                let [macs, params] = METRICS.map(|m| layer_cost(&space, m, layer, k));
                ([macs, params, times.layer(layer, k)], score(&logs, layer, k))
            };
            orders.iter().map(of).collect::<Vec<_>>()
        });
        let [macs, params] = METRICS.map(|m| space.cost_table(m).fixed);
        let fixed = [macs, params, times.fixed];
        // The best that fills, and the best of all.
        let mut best = [f64::NEG_INFINITY; 2];
        for (a, a_score) in &layers[0] {
            for (b, b_score) in &layers[1] {
                let cost = [0, 1, 2].map(|i| fixed[i] + a[i] + b[i]);
                let score = a_score + b_score;
                if [0, 1, 2].iter().all(|&i| !given[i] || cost[i] <= limits[i]) {
                    best[1] = score.max(best[1]);
                    if [0, 1, 2].iter().any(|&i| given[i] && cost[i] >= least_filling(limits[i])) {
                        best[0] = score.max(best[0]);
                    }
                }
            }
        }
        let fills = best[0] > f64::NEG_INFINITY;
        let expected = if fills { best[0] } else { best[1] };
        let found = most_probable_timed(&space, &alpha, mask, &budget, Some(&times)).unwrap();
        assert_eq!(found.fills_budget, fills, "{budget:?}");
        assert!((found.log_probability - expected).abs() < 1e-8, "{found:?} {expected}");
    }
}

#[test]
fn two_budgets_at_once_are_both_kept_and_one_is_filled() {
    let mut rng = Pcg64Mcg::new(7);
    for name in ["tiny", "imagenet"] {
        let space = Space::preset(name).unwrap();
        let (min, max) = space.cost_range();
        for _ in 0..50 {
            let alpha = random_alpha(&mut rng, space.layers().len(), 3.0);
            let [macs, params] = METRICS.map(|m| rng.random_range(min.get(m)..=max.get(m)));
            let squeeze_excite = rng.random();
            let both = Budget { macs: Some(macs), params: Some(params), ..Budget::default() };
            let budget = Budget { squeeze_excite, ..both };
            let found = match most_probable_within(&space, &alpha, SkipMask::FirstTwo, &budget) {
                Err(SpaceError::BudgetBelowSpace { .. }) if budget.squeeze_excite => continue,
                found => found.unwrap(),
            };
            let cost = space.cost(&found.architecture, budget.squeeze_excite).unwrap();
            assert_eq!(cost, found.cost);
            assert!(cost.macs <= macs && cost.params <= params);
            let fills = cost.macs >= least_filling(macs) || cost.params >= least_filling(params);
            assert!(fills && found.fills_budget, "{name} {budget:?} {cost:?}");
        }
    }
}

/// Times that rise with expansion and kernel, not in step with the MACs.
fn times(space: &Space, rng: &mut Pcg64Mcg) -> LatencyTable {
    let layer = |_: usize| {
        let unit: u64 = rng.random_range(20_000..60_000);
        std::array::from_fn(|e| {
            [9, 10, 14].map(|kernel| (e as u64 + 3) * unit * kernel / 10 + rng.random_range(0..999))
        })
    };
    let layers = (0..space.layers().len()).map(layer).collect();
    LatencyTable { adapter: "made up".to_owned(), fixed: 700_000, layers }
}

#[test]
fn a_limit_in_time_is_kept_and_filled_alone_and_with_limits_on_cost() {
    let mut rng = Pcg64Mcg::new(12);
    for name in ["tiny", "cifar"] {
        let space = Space::preset(name).unwrap();
        let times = times(&space, &mut rng);
        let ((low, high), (least, dearest)) = (times.range(), space.cost_range());
        for round in 0..40 {
            let alpha = random_alpha(&mut rng, space.layers().len(), 3.0);
            let latency = rng.random_range(low..=high);
            let [macs, params] = METRICS.map(|m| rng.random_range(least.get(m)..=dearest.get(m)));
            let macs = (round % 2 == 1).then_some(macs);
            let params = (round % 4 > 1).then_some(params);
            let budget = Budget { macs, params, latency: Some(latency), ..Budget::default() };
            let decode =
                |times| most_probable_timed(&space, &alpha, SkipMask::FirstTwo, &budget, times);
            let found = decode(Some(&times)).unwrap();
            let took = times.of(&found.architecture).unwrap();
            let of = [(found.cost.macs, macs), (found.cost.params, params), (took, Some(latency))];
            let limited = || of.into_iter().filter_map(|(cost, most)| Some((cost, most?)));
            assert!(limited().all(|(cost, most)| cost <= most), "{name} {budget:?} {of:?}");
            let fills = limited().any(|(cost, most)| cost >= least_filling(most));
            assert!(fills && found.fills_budget, "{name} {budget:?} {took} ns {:?}", found.cost);
            assert_eq!(decode(None).unwrap_err(), SpaceError::NoTimes);
        }
        let alpha = random_alpha(&mut rng, space.layers().len(), 3.0);
        let refused = |budget: Budget| {
            let times = Some(&times);
            most_probable_timed(&space, &alpha, SkipMask::FirstTwo, &budget, times).unwrap_err()
        };
        let too_fast = Budget { latency: Some(low - 1), ..Budget::default() };
        assert!(matches!(refused(too_fast), SpaceError::TooFast { .. }));
    }
}

#[test]
fn a_budget_with_squeeze_excite_counts_it() {
    let space = Space::preset("imagenet").unwrap();
    let alpha = random_alpha(&mut Pcg64Mcg::new(8), 19, 3.0);
    let budget = Budget { squeeze_excite: true, ..Budget::new(Metric::Params, 5_500_000) };
    let found = most_probable_within(&space, &alpha, SkipMask::FirstTwo, &budget).unwrap();
    let cost = space.cost(&found.architecture, true).unwrap();
    assert!(cost.params <= 5_500_000 && cost.params >= least_filling(5_500_000), "{cost:?}");
}

#[test]
fn a_budget_below_the_space_is_an_error_that_names_the_least() {
    let space = Space::preset("tiny").unwrap();
    let alpha = random_alpha(&mut Pcg64Mcg::new(9), 6, 1.0);
    let (min, _) = space.cost_range();
    let decode = |most| {
        let budget = Budget::new(Metric::Macs, most);
        most_probable_within(&space, &alpha, SkipMask::FirstTwo, &budget)
    };
    let e = decode(min.macs - 1).unwrap_err().to_string();
    assert!(e.contains("1018255 MACs") && e.contains("1018256") && e.contains("tiny"), "{e}");
    let cheapest = Architecture::uniform(6, &[3, 3]).unwrap();
    assert_eq!(decode(min.macs).unwrap().architecture, cheapest);
    let none = most_probable_within(&space, &alpha, SkipMask::FirstTwo, &Budget::default());
    assert_eq!(none.unwrap_err(), SpaceError::NoBudget);
    let budget = Budget::new(Metric::Macs, 2_000_000);
    let short = most_probable_within(&space, &alpha[24..], SkipMask::FirstTwo, &budget);
    assert!(matches!(short, Err(SpaceError::LayerCount { found: 5, expected: 6, .. })));
}

#[test]
fn a_budget_above_the_space_gets_the_most_probable_of_all_and_says_that_it_is_not_filled() {
    let space = Space::preset("tiny").unwrap();
    let alpha = random_alpha(&mut Pcg64Mcg::new(10), 6, 1.0);
    let logs = log_probabilities(&alpha, SkipMask::FirstTwo).unwrap();
    let budget = Budget::new(Metric::Macs, u64::MAX);
    let found = most_probable_within(&space, &alpha, SkipMask::FirstTwo, &budget).unwrap();
    assert!(!found.fills_budget);
    for (layer, kernels) in found.architecture.kernels().iter().enumerate() {
        let best = orders().iter().map(|o| score(&logs, layer, o)).fold(f64::MIN, f64::max);
        assert!((score(&logs, layer, kernels) - best).abs() < 1e-12);
    }
}

#[test]
fn the_authors_alpha_decodes_to_their_kernels_with_their_mask_and_to_kept_budgets() {
    let Some(path) = golden("generated.json") else { return };
    let generated: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let space = Space::preset("imagenet").unwrap();
    for target in generated["targets"].as_object().unwrap().values() {
        let alpha: Vec<Vec<f32>> = serde_json::from_value(target["alpha"].clone()).unwrap();
        let alpha = alpha.concat();
        let expected: Architecture =
            serde_json::from_value(target["kernels_per_layer"].clone()).unwrap();
        assert_eq!(argmax(&alpha, SkipMask::FirstOnly).unwrap(), expected);
        // Their argmax exceeds most targets; the budget decoder keeps each.
        let most = (target["target_mflops"].as_f64().unwrap() * 1e6) as u64;
        let limits = Budget::new(Metric::Macs, most);
        let kept = most_probable_within(&space, &alpha, SkipMask::FirstTwo, &limits).unwrap();
        assert!(kept.fills_budget && kept.cost.macs <= most);
    }
}
