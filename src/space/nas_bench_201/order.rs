//! The official numbers of the cells. The benchmark shuffled all 15,625 cells with Python's random
//! generator, seed 88; the same generator (a Mersenne twister) gives the same order here, so that
//! numbers need no table.

use super::cell::{Cell, Op};

/// Seed of the published order.
const SEED: u32 = 88;

/// All cells, each at its official index.
pub fn cells_in_official_order() -> Vec<Cell> {
    let ops = Op::ALL.len();
    // Before the shuffle they count up, the last edge fastest.
    let op = |cell: usize, edge: u32| Op::ALL[cell / ops.pow(5 - edge) % ops];
    let mut cells: Vec<Cell> =
        (0..ops.pow(6)).map(|cell| Cell([0, 1, 2, 3, 4, 5].map(|edge| op(cell, edge)))).collect();
    let mut twister = MersenneTwister::new(SEED);
    for last in (1..cells.len()).rev() {
        cells.swap(last, twister.below(last as u32 + 1) as usize);
    }
    cells
}

/// Words of the twister's state, and the distance of its recurrence.
const WORDS: usize = 624;
const DISTANCE: usize = 397;

/// MT19937, seeded by an array of one word as Python seeds it.
struct MersenneTwister {
    state: [u32; WORDS],
    next: usize,
}

impl MersenneTwister {
    fn new(seed: u32) -> Self {
        let mut state = [0_u32; WORDS];
        state[0] = 19_650_218;
        for i in 1..WORDS {
            state[i] = spread(state[i - 1], 1_812_433_253).wrapping_add(i as u32);
        }
        // Two rounds over places 1 to 623, which wrap through place 0; the first is one longer.
        let mut i = 1;
        for step in 0..2 * WORDS - 1 {
            let before = state[i - 1];
            state[i] = if step < WORDS {
                (state[i] ^ spread(before, 1_664_525)).wrapping_add(seed)
            } else {
                (state[i] ^ spread(before, 1_566_083_941)).wrapping_sub(i as u32)
            };
            i += 1;
            if i == WORDS {
                state[0] = state[WORDS - 1];
                i = 1;
            }
        }
        state[0] = 1 << 31;
        Self { state, next: WORDS }
    }

    fn word(&mut self) -> u32 {
        if self.next == WORDS {
            for i in 0..WORDS {
                let (high, low) = (self.state[i], self.state[(i + 1) % WORDS]);
                let joined = (high & (1 << 31)) | (low & !(1 << 31));
                let twist = if joined & 1 == 1 { 0x9908_B0DF } else { 0 };
                self.state[i] = self.state[(i + DISTANCE) % WORDS] ^ (joined >> 1) ^ twist;
            }
            self.next = 0;
        }
        let mut word = self.state[self.next];
        self.next += 1;
        word ^= word >> 11;
        word ^= (word << 7) & 0x9D2C_5680;
        word ^= (word << 15) & 0xEFC6_0000;
        word ^ (word >> 18)
    }

    /// Uniform below `bound`, as Python draws it: the top bits of words until one is small enough.
    fn below(&mut self, bound: u32) -> u32 {
        loop {
            let value = self.word() >> bound.leading_zeros();
            if value < bound {
                return value;
            }
        }
    }
}

fn spread(word: u32, factor: u32) -> u32 {
    factor.wrapping_mul(word ^ (word >> 30))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn the_known_cells_stand_at_their_official_numbers() {
        let cells = cells_in_official_order();
        assert_eq!(cells.len(), 15_625);
        for (index, text) in [
            (
                0,
                "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|",
            ),
            (
                6111,
                "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_1x1~2|",
            ),
            (
                9930,
                "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|",
            ),
        ] {
            assert_eq!(cells[index].to_string(), text);
        }
        let mut sorted = cells.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), cells.len());
    }
}
