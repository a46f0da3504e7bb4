//! Named random streams: the numbers depend on the seed, the step and the item alone, never on
//! which thread draws them or when.

use rand::SeedableRng;
use rand_pcg::Pcg64;

/// Keeps this room's streams apart from those of other rooms under the same seed.
const PURPOSE: u64 = 0x6461_7461;

/// The generator of one item at one step.
pub(super) fn stream(seed: u64, step: u64, item: u64) -> Pcg64 {
    let mut state = 0;
    let mut words = [0u8; 32];
    for (word, input) in words.chunks_exact_mut(8).zip([seed, step, item, PURPOSE]) {
        state = mixed(state ^ input);
        word.copy_from_slice(&state.to_le_bytes());
    }
    Pcg64::from_seed(words)
}

/// The finaliser of SplitMix64: every bit of the input changes every bit of the output.
fn mixed(input: u64) -> u64 {
    let mut x = input.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    #[test]
    fn streams_of_neighbours_differ_and_repeat() {
        let first = |seed, step, item| stream(seed, step, item).next_u64();
        let drawn =
            [first(1, 0, 0), first(0, 1, 0), first(0, 0, 1), first(0, 0, 0), first(1, 1, 0)];
        let mut unique = drawn.to_vec();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), drawn.len());
        assert_eq!(first(1, 2, 3), first(1, 2, 3));
    }
}
