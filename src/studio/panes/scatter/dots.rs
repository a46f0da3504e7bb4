//! What lies in the cloud: every architecture of the run whose accuracy is known, and the front of
//! those that no other beats in both cost and accuracy.

use crate::protocol::facts::{Evaluated, Origin};
use crate::protocol::quantity::short;
use crate::space::{Architecture, Cost, Metric};
use crate::studio::state::{Accuracy, Source, Studio};

/// How a dot is drawn, and where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Drawn at random.
    Random,
    /// Measured on request.
    Asked,
    /// Generated, for this budget in the run's constraint.
    Generated(Option<u64>),
    /// Trained from scratch.
    Scratch,
    /// Pinned under this letter.
    Pinned(char),
}

/// An architecture in the cloud.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Dot<'a> {
    pub(super) kind: Kind,
    pub(super) architecture: &'a Architecture,
    pub(super) cost: Cost,
    /// 0 to 1, finite.
    pub(super) accuracy: f64,
}

impl Dot<'_> {
    /// Its place: cost and accuracy.
    pub(super) fn place(&self, metric: Metric) -> [f64; 2] {
        [self.cost.get(metric) as f64, self.accuracy]
    }

    /// Where it comes from, in words.
    pub(super) fn origin(&self, source: Source) -> String {
        match self.kind {
            Kind::Random => "random network".to_owned(),
            Kind::Asked => "measured on request".to_owned(),
            Kind::Generated(Some(budget)) => {
                let of_params = matches!(source, Source::Generated(all) if all.params.is_some());
                let unit = if of_params { "par." } else { "MACs" };
                format!("generated for {} {unit}", short(budget))
            }
            Kind::Generated(None) => "generated".to_owned(),
            Kind::Scratch => "trained from scratch".to_owned(),
            Kind::Pinned(letter) => format!("pinned {letter}"),
        }
    }
}

/// All dots, those that must not be covered last.
pub(super) fn all(studio: &Studio) -> Vec<Dot<'_>> {
    let told = studio.evaluated().filter(|one| one.accuracy.is_finite()).map(of);
    let mut dots: Vec<Dot<'_>> = told.collect();
    let asked = studio.asked_for();
    dots.extend(asked.map(|(architecture, cost, accuracy)| Dot {
        kind: Kind::Asked,
        architecture,
        cost,
        accuracy,
    }));
    let trained = studio.trainings.iter().filter_map(|training| {
        let (accuracy, cost) = (training.result()?, training.cost()?);
        Some(Dot { kind: Kind::Scratch, architecture: &training.architecture, cost, accuracy })
    });
    dots.extend(trained);
    let pinned = studio.pins.iter().filter_map(|pin| {
        let network = &pin.network;
        match studio.accuracy(&network.architecture) {
            Accuracy::Known(accuracy) if accuracy.is_finite() => Some(Dot {
                kind: Kind::Pinned(pin.letter),
                architecture: &network.architecture,
                cost: network.cost,
                accuracy,
            }),
            _ => None,
        }
    });
    dots.extend(pinned);
    dots
}

fn of(one: &Evaluated) -> Dot<'_> {
    let kind = match one.kind {
        Origin::Random => Kind::Random,
        Origin::Generated => Kind::Generated(one.budget),
        Origin::User => Kind::Asked,
    };
    let cost = Cost { macs: one.macs, params: one.params };
    Dot { kind, architecture: &one.architecture, cost, accuracy: one.accuracy }
}

/// What an architecture from the cloud is in the other panes.
pub(super) fn source(studio: &Studio, dot: &Dot<'_>) -> Source {
    let metric = studio.run.as_ref().and_then(|run| run.state.start.as_ref());
    let metric = metric.map_or(Metric::Macs, |start| start.config.general.constraint);
    match dot.kind {
        Kind::Generated(Some(budget)) => {
            Source::Generated(crate::space::Budget::new(metric, budget))
        }
        Kind::Pinned(letter) => {
            let pin = studio.pins.iter().find(|pin| pin.letter == letter);
            pin.map_or(Source::Picked, |pin| pin.network.source)
        }
        _ => Source::Picked,
    }
}

/// The places that no other beats in both, from the cheapest on: the Pareto front.
pub(super) fn front(mut places: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    places.sort_by(|a, b| a[0].total_cmp(&b[0]).then(b[1].total_cmp(&a[1])));
    let mut best = f64::NEG_INFINITY;
    places.retain(|place| {
        let better = place[1] > best;
        best = best.max(place[1]);
        better
    });
    places
}

/// The front as a line: what accuracy each cost buys, so it runs level and rises at its points.
pub(super) fn steps(front: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let mut line: Vec<[f64; 2]> = front.first().copied().into_iter().collect();
    for pair in front.windows(2) {
        line.extend([[pair[1][0], pair[0][1]], pair[1]]);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_front_holds_what_nothing_beats_in_both() {
        let places = vec![[3.0, 0.7], [1.0, 0.5], [2.0, 0.4], [2.0, 0.6], [4.0, 0.7], [5.0, 0.9]];
        let found = front(places);
        assert_eq!(found, [[1.0, 0.5], [2.0, 0.6], [3.0, 0.7], [5.0, 0.9]]);
        assert_eq!(steps(&found)[..3], [[1.0, 0.5], [2.0, 0.5], [2.0, 0.6]]);
        assert_eq!(steps(&found).len(), 7);
        assert!(front(Vec::new()).is_empty() && steps(&[]).is_empty());
    }
}
