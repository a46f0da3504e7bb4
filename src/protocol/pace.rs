//! How long a search takes: the time of its passes over batches, measured on an adapter, times the
//! passes that its settings ask for. Pure; who measures is room `run`.

use serde::{Deserialize, Serialize};

use super::config::{self, Config, Selection};
use super::facts::{DataSummary, Phase};
use super::progress::{epoch_steps, total};
use crate::space::Space;

/// Held-out images that an epoch of the supernet or of the generator is measured on.
pub const HELD_OUT: usize = 512;
/// Random paths that an epoch of the supernet is measured by, beside the smallest and the largest.
pub const RANDOM_PATHS: usize = 4;

/// A training pass goes over the network three times, an evaluation once.
const TRAINING_PASSES: f64 = 3.0;

/// Of the best product's rate on software drivers steps reach about so much, small images and all.
const SHARE: f64 = 0.2;

/// MACs of a network in the middle of a space.
fn middle(space: &Space) -> f64 {
    let (low, high) = space.cost_range();
    0.5 * (low.macs + high.macs) as f64
}

/// At most so many held-out images tell the accuracy of a generator after an epoch: a few tell how it
/// goes, and what is chosen by them takes all.
pub fn chosen_by(config: &config::Generator) -> usize {
    match config.selection {
        Selection::Hardware => HELD_OUT,
        Selection::Accuracy => usize::MAX,
    }
}

/// Seconds of a pass over a batch: a part that every pass takes, and one for each of its images.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Seconds of a pass, however small.
    pub fixed: f64,
    /// Seconds of an image.
    pub image: f64,
}

impl Line {
    /// Through what two batches took, each a number of images and seconds; the second is larger.
    /// Where the larger one took no longer, what is taken is taken by the pass.
    pub fn through([(few, short), (many, long)]: [(usize, f64); 2]) -> Self {
        let image = ((long - short) / (many as f64 - few as f64)).max(0.0);
        Self { fixed: (short - image * few as f64).max(0.0), image }
    }

    /// Through what one batch took, without a part for the pass.
    pub fn from_zero(images: usize, seconds: f64) -> Self {
        Self { fixed: 0.0, image: seconds / images.max(1) as f64 }
    }

    /// Seconds of a pass over this many images.
    pub fn seconds(&self, images: usize) -> f64 {
        self.fixed + self.image * images as f64
    }

    fn times(&self, factor: f64) -> Self {
        Self { fixed: self.fixed * factor, image: self.image * factor }
    }
}

/// What the trainings of a preset take on an adapter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pace {
    /// A training pass along one path of the supernet.
    pub supernet: Line,
    /// A training step of the generator.
    pub generator: Line,
}

impl Pace {
    /// A first guess from the rate of the best matrix product on a software driver, GFLOP/s.
    pub fn rough(space: &Space, rate: f64) -> Self {
        let flops = 2.0 * TRAINING_PASSES * middle(space);
        let line = Line { fixed: 0.0, image: flops * 1e-9 / (SHARE * rate) };
        Self { supernet: line, generator: line }
    }

    /// The pace in another space, by the arithmetic of a network in the middle of each.
    pub fn scaled(&self, from: &Space, to: &Space) -> Self {
        let factor = middle(to) / middle(from).max(1.0);
        Self { supernet: self.supernet.times(factor), generator: self.generator.times(factor) }
    }

    /// Seconds that a search with these settings takes on `train` and `test` images of the size
    /// that its space is for.
    pub fn seconds(&self, config: &Config, train: usize, test: usize) -> f64 {
        let weight_images = (train as f64 * config.supernet.train_portion) as usize;
        let generator_images = train - weight_images.min(train);
        let data = DataSummary {
            weight_images,
            generator_images,
            test_images: test,
            ..DataSummary::default()
        };
        let steps = |phase| epoch_steps(config, &data, phase) as f64;
        let forward = |images: usize| {
            let batch = config.evaluate.batch.max(1);
            let passes = images.div_ceil(batch) as f64;
            (passes * self.supernet.fixed + images as f64 * self.supernet.image) / TRAINING_PASSES
        };
        let paths = config.supernet.paths_per_step as f64;
        let step = paths * self.supernet.seconds(config.supernet.batch);
        let measured = (2 + RANDOM_PATHS) as f64 * forward(HELD_OUT);
        let supernet = config.supernet.epochs as f64 * (steps(Phase::Supernet) * step + measured);
        let step = self.generator.seconds(config.generator.batch);
        let chosen = chosen_by(&config.generator).min(generator_images);
        let generator =
            config.generator.epochs as f64 * (steps(Phase::Generator) * step + forward(chosen));
        let anew = (config.evaluate.recalibration * config.evaluate.batch).min(weight_images);
        let evaluate = total(config, &data, Phase::Evaluate) as f64 * forward(anew + test);
        supernet + generator + evaluate
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_line_goes_through_both_batches_and_never_below_zero() {
        let line = Line::through([(2, 0.5), (10, 0.9)]);
        assert!((line.fixed - 0.4).abs() < 1e-12 && (line.image - 0.05).abs() < 1e-12);
        assert!((line.seconds(20) - 1.4).abs() < 1e-12);
        assert_eq!(Line::through([(2, 0.5), (8, 0.4)]), Line { fixed: 0.5, image: 0.0 });
        assert_eq!(Line::through([(2, 0.1), (4, 0.9)]).fixed, 0.0);
    }

    #[test]
    fn the_time_of_a_search_is_counted_by_hand() {
        let mut config = Config::preset("tiny").unwrap();
        for setting in [
            "supernet.epochs=3",
            "supernet.batch=50",
            "supernet.paths_per_step=2",
            "supernet.train_portion=0.8",
            "generator.epochs=5",
            "generator.steps=7",
            "generator.batch=20",
            "evaluate.random=12",
            "evaluate.recalibration=2",
            "evaluate.batch=100",
        ] {
            config.assign(setting).unwrap();
        }
        let supernet = Line { fixed: 0.003, image: 0.0003 };
        let generator = Line { fixed: 0.01, image: 0.001 };
        let seconds = Pace { supernet, generator }.seconds(&config, 1_000, 300);
        // 800 images are 16 steps of two paths; 512 images are 6 passes without a way back.
        let held_out = 6.0 * 0.001 + 512.0 * 0.0001;
        let expected = 3.0 * (16.0 * 2.0 * (0.003 + 50.0 * 0.0003) + 6.0 * held_out)
            // Its part has 200 images.
            + 5.0 * (7.0 * (0.01 + 20.0 * 0.001) + 2.0 * 0.001 + 200.0 * 0.0001)
            + 20.0 * (5.0 * 0.001 + 500.0 * 0.0001);
        assert!((seconds - expected).abs() < 1e-9, "{seconds} is not {expected}");
    }

    #[test]
    fn a_first_guess_follows_the_arithmetic_and_the_rate() {
        let [tiny, small] = ["tiny", "small"].map(|name| Space::preset(name).unwrap());
        let slow = Pace::rough(&tiny, 50.0);
        // 2.8 M MACs are 16.8 MFLOP with the way back, at a fifth of 50 GFLOP/s.
        let expected = 6.0 * middle(&tiny) / 10e9;
        assert!((slow.supernet.seconds(7) / (7.0 * expected) - 1.0).abs() < 1e-9);
        assert!(
            (slow.supernet.image / Pace::rough(&tiny, 100.0).supernet.image - 2.0).abs() < 1e-9
        );
        let scaled = slow.scaled(&tiny, &small).generator.image;
        assert!((scaled / Pace::rough(&small, 50.0).generator.image - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_pace_is_scaled_by_the_arithmetic_between() {
        let [tiny, small] = ["tiny", "small"].map(|name| Space::preset(name).unwrap());
        let line = Line { fixed: 1.0, image: 2.0 };
        let pace = Pace { supernet: line, generator: line };
        let factor = pace.scaled(&tiny, &small).supernet.fixed;
        assert!((7.0..9.0).contains(&factor), "{factor}");
        let back = pace.scaled(&tiny, &small).scaled(&small, &tiny);
        assert!((back.generator.image - 2.0).abs() < 1e-12);
    }
}
