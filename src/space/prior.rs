//! The prior pool: a few random architectures of known cost, of which the generator is given the
//! one nearest to its target (section 6 of the specification). Drawing, choosing, JSON.

use rand::Rng;
use serde_json::{Map, Value};

use super::architecture::{OPS, SUB_BLOCKS};
use super::error::SpaceError;
use super::metric::Metric;
use super::sample::random_near;
use super::unified::Space;

/// Share of the constraint's range that a prior may miss its target by: 1 M MACs of ImageNet's 180.
const TOLERANCE: f64 = 1.0 / 180.0;

/// Cost units of one unit of a key: keys count in millions.
const KEY_UNIT: f64 = 1e6;

/// An architecture as the generator sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Prior {
    /// The cost it stands for, in MACs or parameters.
    pub target: u64,
    /// Its path [layers x 6 x {k3, k5, k7, skip}], flat.
    pub path: Vec<f32>,
}

/// At least one prior, by rising target.
#[derive(Clone, Debug, PartialEq)]
pub struct PriorPool(Vec<Prior>);

impl PriorPool {
    /// Draws `size` priors whose targets divide the constraint's range evenly: one at its middle,
    /// two at its thirds, and so on.
    ///
    /// # Errors
    /// [`SpaceError::PriorPool`] for a size of 0, [`SpaceError::NoneNear`] where the random
    /// architectures of the space do not reach a target.
    pub fn draw<R: Rng + ?Sized>(
        space: &Space,
        metric: Metric,
        size: usize,
        rng: &mut R,
    ) -> Result<Self, SpaceError> {
        let (low, high) = space.constraint_range(metric);
        let tolerance = ((high - low) * TOLERANCE).round() as u64;
        let mut priors = Vec::with_capacity(size);
        for i in 1..=size {
            let target = (low + (high - low) * i as f64 / (size + 1) as f64).round() as u64;
            let found = random_near(space, metric, target, tolerance, rng)?;
            priors.push(Prior { target, path: found.to_path() });
        }
        Self::new(priors)
    }

    /// No prior: the generator sees the budget alone, for each layer and sub-block zeros in the
    /// place of a choice.
    pub fn none(layers: usize) -> Self {
        Self(vec![Prior { target: 0, path: vec![0.0; layers * SUB_BLOCKS * OPS] }])
    }

    /// Reads the JSON form, `{"360": [layers][24]}`: targets in millions.
    ///
    /// # Errors
    /// [`SpaceError::PriorPool`] says what is wrong: no JSON of that form, a key that is no
    /// number, a row that is not of 24 numbers, no priors, priors of different numbers of layers.
    pub fn from_json(text: &str) -> Result<Self, SpaceError> {
        let refuse = |reason: String| SpaceError::PriorPool { reason };
        let entries: Map<String, Value> =
            serde_json::from_str(text).map_err(|e| refuse(e.to_string()))?;
        let mut priors = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let millions = key.parse().ok().filter(|m: &f64| m.is_finite() && *m >= 0.0);
            let millions = millions
                .ok_or_else(|| refuse(format!("the key '{key}' is no number of millions")))?;
            let rows: Vec<Vec<f32>> =
                serde_json::from_value(value).map_err(|e| refuse(format!("'{key}': {e}")))?;
            if let Some(row) = rows.iter().position(|row| row.len() != SUB_BLOCKS * OPS) {
                let (found, width) = (rows[row].len(), SUB_BLOCKS * OPS);
                let reason = format!("layer {row} of '{key}' has {found} values, not {width}");
                return Err(refuse(reason));
            }
            let target = (millions * KEY_UNIT).round() as u64;
            priors.push(Prior { target, path: rows.concat() });
        }
        Self::new(priors)
    }

    /// The JSON form, on one line.
    pub fn to_json(&self) -> String {
        let entries = self.0.iter().map(|prior| {
            let rows = prior.path.chunks(SUB_BLOCKS * OPS).map(Value::from);
            ((prior.target as f64 / KEY_UNIT).to_string(), rows.collect())
        });
        Value::Object(entries.collect()).to_string()
    }

    /// The priors by rising target.
    pub fn priors(&self) -> &[Prior] {
        &self.0
    }

    /// The number of layers of every prior.
    pub fn layer_count(&self) -> usize {
        self.0.first().map_or(0, |prior| prior.path.len() / (SUB_BLOCKS * OPS))
    }

    /// The prior whose target is nearest, of two equally near the lower one.
    pub fn nearest(&self, target: f64) -> &Prior {
        &self.0[self.place_of_nearest(target)]
    }

    /// Where that prior is among [`PriorPool::priors`].
    pub fn place_of_nearest(&self, target: f64) -> usize {
        let distance = |place: usize| (self.0[place].target as f64 - target).abs();
        // Of equal ones the first.
        let nearer = |a: &usize, b: &usize| distance(*a).total_cmp(&distance(*b));
        (0..self.0.len()).min_by(nearer).unwrap_or(0)
    }

    fn new(mut priors: Vec<Prior>) -> Result<Self, SpaceError> {
        let refuse = |reason: &str| Err(SpaceError::PriorPool { reason: reason.to_owned() });
        priors.sort_by_key(|prior| prior.target);
        match priors.first() {
            None => refuse("it holds no prior"),
            Some(first) if priors.iter().any(|prior| prior.path.len() != first.path.len()) => {
                refuse("its priors have different numbers of layers")
            }
            Some(_) => Ok(Self(priors)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use rand_pcg::Pcg64Mcg;

    use super::super::Architecture;
    use super::*;

    #[test]
    fn without_a_prior_every_target_gets_zeros() {
        let none = PriorPool::none(6);
        assert_eq!(none.layer_count(), 6);
        assert!(none.nearest(2e6).path.iter().all(|&value| value == 0.0));
    }

    #[test]
    fn a_pool_of_one_stands_in_the_middle_of_the_papers_ranges() {
        for (name, target) in [("imagenet", 360_000_000), ("cifar", 100_000_000)] {
            let space = Space::preset(name).unwrap();
            let pool = PriorPool::draw(&space, Metric::Macs, 1, &mut Pcg64Mcg::new(1)).unwrap();
            assert_eq!(pool.priors().len(), 1);
            assert_eq!(pool.priors()[0].target, target);
            let found = Architecture::from_path(&pool.priors()[0].path).unwrap();
            let cost = space.cost(&found, false).unwrap().macs;
            assert!(cost.abs_diff(target) <= 1_000_000, "{cost}");
        }
    }

    #[test]
    fn a_drawn_pool_comes_back_from_json_and_the_nearest_is_found() {
        let space = Space::preset("tiny").unwrap();
        for metric in [Metric::Macs, Metric::Params] {
            let pool = PriorPool::draw(&space, metric, 3, &mut Pcg64Mcg::new(2)).unwrap();
            assert_eq!(PriorPool::from_json(&pool.to_json()).unwrap(), pool);
            assert_eq!(pool.layer_count(), 6);
            let targets: Vec<u64> = pool.priors().iter().map(|p| p.target).collect();
            assert!(targets.is_sorted());
            assert_eq!(pool.nearest(0.0).target, targets[0]);
            assert_eq!(pool.nearest(targets[1] as f64 + 1.0).target, targets[1]);
            assert_eq!(pool.nearest(1e12).target, targets[2]);
        }
    }

    #[test]
    fn a_pool_of_another_form_is_refused_with_the_reason() {
        let row = serde_json::to_string(&vec![0; 24]).unwrap();
        for (text, reason) in [
            ("{}".to_owned(), "no prior"),
            ("[1]".to_owned(), "expected a map"),
            (format!("{{\"x\": [{row}]}}"), "'x'"),
            (format!("{{\"-1\": [{row}]}}"), "'-1'"),
            ("{\"360\": [[0, 1]]}".to_owned(), "2 values"),
            (format!("{{\"1\": [{row}], \"2\": [{row}, {row}]}}"), "different numbers"),
        ] {
            let e = PriorPool::from_json(&text).unwrap_err().to_string();
            assert!(e.contains(reason), "{e}");
        }
        let space = Space::preset("tiny").unwrap();
        assert!(PriorPool::draw(&space, Metric::Macs, 0, &mut Pcg64Mcg::new(2)).is_err());
    }
}
