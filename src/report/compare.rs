//! Networks beside each other: what they cost in the run's constraint, and how random ones of like
//! cost fare.

use crate::protocol::RunState;
use crate::protocol::facts::{Evaluated, Origin};
use crate::protocol::statistics::mean;
use crate::space::Metric;

/// Networks of a cost within this share of another's are compared with it.
const LIKE: f64 = 0.1;

/// The metric that the run constrains.
pub(super) fn metric(state: &RunState) -> Metric {
    state.start.as_ref().map_or(Metric::Macs, |start| start.config.general.constraint)
}

/// What a network costs in it.
pub(super) fn cost(one: &Evaluated, metric: Metric) -> u64 {
    match metric {
        Metric::Macs => one.macs,
        Metric::Params => one.params,
    }
}

/// The random networks of a run by cost.
pub(super) struct Randoms {
    metric: Metric,
    /// Cost, and the sum of the accuracies of all cheaper ones.
    below: Vec<(u64, f64)>,
    total: f64,
}

impl Randoms {
    /// Those whose accuracy is a number.
    pub(super) fn of(state: &RunState) -> Self {
        let metric = metric(state);
        let all = state.evaluated(Origin::Random).filter(|one| one.accuracy.is_finite());
        let mut below: Vec<(u64, f64)> = all.map(|one| (cost(one, metric), one.accuracy)).collect();
        below.sort_by_key(|(cost, _)| *cost);
        let mut total = 0.0;
        for (_, accuracy) in &mut below {
            total += std::mem::replace(accuracy, total);
        }
        Self { metric, below, total }
    }

    /// Mean accuracy of those that cost about as much as `one`, and how many they are.
    pub(super) fn like(&self, one: &Evaluated) -> Option<(f64, usize)> {
        let center = cost(one, self.metric);
        let reach = (center as f64 * LIKE) as u64;
        let from = self.below.partition_point(|(cost, _)| *cost < center.saturating_sub(reach));
        let to = self.below.partition_point(|(cost, _)| *cost <= center.saturating_add(reach));
        let sum = |index: usize| self.below.get(index).map_or(self.total, |(_, sum)| *sum);
        let count = to.saturating_sub(from);
        (count > 0).then(|| ((sum(to) - sum(from)) / count as f64, count))
    }
}

/// By how much generated networks are better than random ones of like cost, on average.
pub(super) fn mean_gain(state: &RunState) -> Option<f64> {
    let randoms = Randoms::of(state);
    let gain = |one: &Evaluated| Some(one.accuracy - randoms.like(one)?.0);
    let gains = state.evaluated(Origin::Generated).filter_map(gain);
    let gains: Vec<f64> = gains.filter(|gain| gain.is_finite()).collect();
    (!gains.is_empty()).then(|| mean(&gains))
}

/// At most `count` of them, evenly.
pub(super) fn evenly<'a>(networks: &[&'a Evaluated], count: usize) -> Vec<&'a Evaluated> {
    let step = networks.len().div_ceil(count).max(1);
    networks.iter().step_by(step).copied().collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::space::Architecture;

    fn one(kind: Origin, macs: u64, accuracy: f64) -> Evaluated {
        let architecture = Architecture::uniform(1, &[3, 3]).unwrap();
        Evaluated { kind, budget: None, architecture, macs, params: 1, accuracy }
    }

    #[test]
    fn a_network_is_compared_with_random_ones_within_a_tenth_of_its_cost() {
        let random = [(899, 0.1), (900, 0.5), (1_100, 0.7), (1_050, f64::NAN), (1_101, 0.9)];
        let mut state = RunState::default();
        state.evaluated.extend(random.map(|(macs, share)| one(Origin::Random, macs, share)));
        let answer = one(Origin::Generated, 1_000, 0.8);
        let (mean, count) = Randoms::of(&state).like(&answer).unwrap();
        assert!((mean - 0.6).abs() < 1e-12 && count == 2);
        assert_eq!(Randoms::of(&state).like(&one(Origin::Generated, 5_000, 0.8)), None);
        assert_eq!(mean_gain(&state), None);
        state.evaluated.push(answer);
        assert!((mean_gain(&state).unwrap() - 0.2).abs() < 1e-12);
    }
}
