//! What a layer can be under budget decoding: for each multiset of kernels with expansion 2 to 6
//! its cost and its most probable order. 1,089 orders reduce to 80 multisets, since the order does
//! not change the cost.

use std::collections::BTreeMap;

use crate::space::architecture::{KERNELS, OPS, SKIP};
use crate::space::latency_table::MIN_EXPANSION;

/// Things that a budget counts at once, at most.
pub(super) const COSTS: usize = 3;
/// What is counted; 0 for what the budget does not count.
pub(super) type Costs = [u64; COSTS];

/// A possible layer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct LayerOption {
    /// What the budget counts.
    pub(super) cost: Costs,
    /// Log-probability: of the kernels in the first sub-blocks and of skip in the others.
    pub(super) score: f64,
    /// The kernels in the most probable order.
    pub(super) kernels: Vec<u8>,
}

/// The options of a layer by rising cost, of those that cost the same the most probable.
///
/// `log_probabilities` is [6 x 4], flat; `cost` gives what kernels cost.
pub(super) fn layer_options(
    log_probabilities: &[f64],
    cost: impl Fn(&[u8]) -> Costs,
) -> Vec<LayerOption> {
    let sub_blocks = log_probabilities.as_chunks::<OPS>().0;
    let mut options = Vec::new();
    // The best order of every multiset of kernels, by counts of k3, k5, k7, grown by sub-block.
    let mut orders = BTreeMap::from([([0_usize; 3], (0.0, Vec::new()))]);
    for (i, sub_block) in sub_blocks.iter().enumerate() {
        orders = grow(&orders, sub_block);
        if i + 1 < MIN_EXPANSION {
            continue;
        }
        let skips: f64 = sub_blocks.iter().skip(i + 1).map(|p| p[SKIP]).sum();
        options.extend(orders.values().map(|(score, kernels)| LayerOption {
            cost: cost(kernels),
            score: score + skips,
            kernels: kernels.clone(),
        }));
    }
    // Stable: of equal costs and scores the one listed first stays.
    options.sort_by(|a, b| a.cost.cmp(&b.cost).then(b.score.total_cmp(&a.score)));
    options.dedup_by_key(|option| option.cost);
    options
}

type Orders = BTreeMap<[usize; 3], (f64, Vec<u8>)>;

/// One more sub-block with each kernel; of orders of one multiset the most probable stays.
fn grow(orders: &Orders, sub_block: &[f64; OPS]) -> Orders {
    let mut grown = Orders::new();
    for (counts, (score, kernels)) in orders {
        for (op, &kernel) in KERNELS.iter().enumerate() {
            let mut counts = *counts;
            counts[op] += 1;
            let score = score + sub_block[op];
            if grown.get(&counts).is_none_or(|(best, _)| score > *best) {
                grown.insert(counts, (score, [kernels.as_slice(), &[kernel]].concat()));
            }
        }
    }
    grown
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::space::Space;
    use crate::space::cost::layer_cost;
    use crate::space::{SkipMask, log_probabilities};

    #[test]
    fn the_options_are_the_best_of_all_orders_of_each_cost() {
        let space = Space::preset("tiny").unwrap();
        let layer = &space.layers()[0];
        let alpha: Vec<f32> = (0..24).map(|i| ((i * 7919) % 101) as f32 / 20.0).collect();
        let logs = log_probabilities(&alpha, SkipMask::FirstTwo).unwrap();
        let mut best = BTreeMap::new();
        for e in 2..=6 {
            for code in 0..3_usize.pow(e) {
                let ops: Vec<_> = (0..e).map(|b| code / 3_usize.pow(b) % 3).collect();
                let kernels: Vec<_> = ops.iter().map(|&op| KERNELS[op]).collect();
                let kept: f64 = ops.iter().enumerate().map(|(b, op)| logs[b * 4 + op]).sum();
                let skips: f64 = (e as usize..6).map(|b| logs[b * 4 + SKIP]).sum();
                let cost = layer_cost(layer, &kernels, false);
                let score = best.entry([cost.macs, cost.params, 0]).or_insert(f64::NEG_INFINITY);
                *score = f64::max(*score, kept + skips);
            }
        }
        let options = layer_options(&logs, |kernels| {
            let cost = layer_cost(layer, kernels, false);
            [cost.macs, cost.params, 0]
        });
        // Of the 80 multisets some cost the same: five k5 as much as three k3 and two k7.
        assert_eq!(options.len(), best.len());
        for (option, (cost, score)) in options.iter().zip(best) {
            assert_eq!(option.cost, cost);
            assert!((option.score - score).abs() < 1e-12);
        }
    }
}
