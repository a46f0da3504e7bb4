//! Randomness: one seed and named, counter-based streams. What a purpose draws at a step depends
//! on (seed, purpose, step) alone, never on what was drawn before, so that a resumed run draws
//! the same numbers and phases may be reordered or skipped.

use rand_pcg::Pcg32;

/// The generator behind a stream.
pub type Stream = Pcg32;

/// What numbers are drawn for. The discriminants are part of a run's identity: never renumber.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// Initial weights.
    Init = 1,
    /// Single paths of the supernet.
    Path = 2,
    /// Crops, flips, cutouts.
    Augmentation = 3,
    /// Gumbel noise of the generator's choices.
    Gumbel = 4,
    /// Cost targets in generator training.
    Targets = 5,
    /// Order of the images.
    Order = 6,
    /// Architectures of the prior pool.
    Prior = 7,
    /// Random architectures and recalibration batches in evaluation.
    Evaluate = 8,
    /// Units dropped in training from scratch.
    Dropout = 9,
}

/// All streams of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streams {
    seed: u64,
}

impl Streams {
    /// The streams of a run with this seed.
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// A fresh generator for one purpose at one step (or epoch, or tensor: whatever counts there).
    pub fn stream(&self, purpose: Purpose, step: u64) -> Stream {
        let state = self.key(purpose, step);
        Pcg32::new(state, mix(state ^ 0x5851_F42D_4C95_7F2D))
    }

    /// 64 bits for one purpose at one step, for kernels that count on from them.
    pub fn key(&self, purpose: Purpose, step: u64) -> u64 {
        mix(mix(mix(self.seed).wrapping_add(purpose as u64)).wrapping_add(step))
    }
}

/// The finaliser of SplitMix64: a bijection in which every input bit moves half of the output.
fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, RngExt};
    use std::collections::BTreeSet;

    #[test]
    fn draws_do_not_depend_on_the_order_of_calls() {
        let streams = Streams::new(7);
        let forward: Vec<u64> =
            (0..50).map(|step| streams.stream(Purpose::Path, step).next_u64()).collect();
        let mut backward: Vec<u64> = (0..50)
            .rev()
            .map(|step| {
                streams.stream(Purpose::Gumbel, step).next_u64();
                streams.stream(Purpose::Path, step).next_u64()
            })
            .collect();
        backward.reverse();
        assert_eq!(forward, backward);
    }

    #[test]
    fn seeds_purposes_and_steps_all_lead_to_different_streams() {
        let mut seen = BTreeSet::new();
        for seed in 0..20 {
            for purpose in [Purpose::Init, Purpose::Path, Purpose::Order, Purpose::Evaluate] {
                for step in 0..50 {
                    seen.insert(Streams::new(seed).stream(purpose, step).next_u64());
                }
            }
        }
        assert_eq!(seen.len(), 20 * 4 * 50);
    }

    #[test]
    fn the_first_draws_of_consecutive_steps_are_uniform() {
        let streams = Streams::new(42);
        let mut counts = [0u32; 5];
        for step in 0..10_000 {
            counts[streams.stream(Purpose::Path, step).random_range(0..5)] += 1;
        }
        // Five standard deviations of a binomial with n = 10,000 and p = 1/5.
        assert!(counts.iter().all(|&count| count.abs_diff(2_000) < 200), "{counts:?}");
    }

    #[test]
    fn a_stream_is_pinned_so_that_old_runs_stay_reproducible() {
        let mut stream = Streams::new(0).stream(Purpose::Init, 0);
        assert_eq!([stream.next_u32(), stream.next_u32()], [1_118_590_129, 2_013_795_092]);
    }
}
