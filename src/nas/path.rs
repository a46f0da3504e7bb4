//! Single paths through the supernet, and how training draws them (section 3 of the
//! specification).

use rand::seq::SliceRandom;
use rand::{Rng, RngExt};

use crate::space::{Architecture, KERNELS, OPS, SKIP, SUB_BLOCKS};

/// For each sub-block of a layer its candidate: 0, 1, 2 for k3, k5, k7, 3 for skip.
pub type LayerPath = [u8; SUB_BLOCKS];

/// One candidate for every sub-block of every layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path(pub Vec<LayerPath>);

impl From<&Architecture> for Path {
    fn from(a: &Architecture) -> Self {
        let layers = a.kernels().iter().map(|kernels| {
            let mut layer = [SKIP as u8; SUB_BLOCKS];
            for (slot, k) in layer.iter_mut().zip(kernels) {
                *slot = KERNELS.iter().position(|c| c == k).unwrap_or(SKIP) as u8;
            }
            layer
        });
        Path(layers.collect())
    }
}

/// Draws the paths of one optimiser step.
#[derive(Clone, Copy, Debug)]
pub struct PathSampler {
    /// Searchable layers.
    pub layers: usize,
    /// Paths a step.
    pub paths: usize,
    /// The paper's rule: expansion e keeps sub-blocks 0..e. Otherwise a random subset of e.
    pub forced: bool,
}

impl PathSampler {
    /// The paths of a step. In each layer they take different expansions out of 2..=6 as long as
    /// those last, and a sub-block's kernels likewise: so one step trains all of it evenly.
    pub fn step(&self, rng: &mut impl Rng) -> Vec<Path> {
        let mut paths = vec![Path(Vec::with_capacity(self.layers)); self.paths];
        for _ in 0..self.layers {
            let mut expansions = Deck::new([2, 3, 4, 5, 6]);
            let mut kernels = [0; SUB_BLOCKS].map(|_| Deck::new([0, 1, 2]));
            for path in &mut paths {
                let expansion = expansions.draw(rng);
                let mut order = [0, 1, 2, 3, 4, 5];
                if !self.forced {
                    order.shuffle(rng);
                }
                let mut layer = [SKIP as u8; SUB_BLOCKS];
                for &b in &order[..expansion] {
                    layer[b] = kernels[b].draw(rng);
                }
                path.0.push(layer);
            }
        }
        paths
    }
}

impl Path {
    /// Calls `seen` with (layer, expansion, kernel's place) of every sub-block that is trained.
    pub fn parts(&self, mut seen: impl FnMut(usize, usize, usize)) {
        for (layer, ops) in self.0.iter().enumerate() {
            let kept = || ops.iter().map(|&op| usize::from(op)).filter(|&op| op != SKIP);
            let expansion = kept().count();
            kept().for_each(|op| seen(layer, expansion, op));
        }
    }
}

/// Cards that are shuffled anew when the last is drawn.
struct Deck<T, const N: usize> {
    cards: [T; N],
    next: usize,
}

impl<T: Copy, const N: usize> Deck<T, N> {
    fn new(cards: [T; N]) -> Self {
        Deck { cards, next: N }
    }

    fn draw(&mut self, rng: &mut impl Rng) -> T {
        if self.next == N {
            self.cards.shuffle(rng);
            self.next = 0;
        }
        self.next += 1;
        self.cards[self.next - 1]
    }
}

/// Gumbel noise for every candidate, layers * 24 values: -ln(E), E ~ Exp(1).
pub fn gumbel_noise(layers: usize, rng: &mut impl Rng) -> Vec<f32> {
    let mut draw = || {
        let u: f64 = 1.0 - rng.random::<f64>();
        // u = 1 would give an infinite value.
        (-(-u.min(1.0 - 1e-12).ln()).ln()) as f32
    };
    (0..layers * SUB_BLOCKS * OPS).map(|_| draw()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use rand::SeedableRng;

    fn rng() -> rand_pcg::Pcg64 {
        rand_pcg::Pcg64::seed_from_u64(5)
    }

    fn expansion(layer: &LayerPath) -> usize {
        layer.iter().filter(|&&op| usize::from(op) != SKIP).count()
    }

    #[test]
    fn forced_sampling_skips_only_at_the_end_and_one_step_uses_different_expansions() {
        let sampler = PathSampler { layers: 4, paths: 4, forced: true };
        let mut rng = rng();
        let mut seen = [0; 7];
        for _ in 0..200 {
            let paths = sampler.step(&mut rng);
            for l in 0..4 {
                let mut es: Vec<usize> = paths.iter().map(|p| expansion(&p.0[l])).collect();
                for (p, &e) in paths.iter().zip(&es) {
                    assert!(p.0[l][..e].iter().all(|&op| usize::from(op) != SKIP));
                    seen[e] += 1;
                }
                es.sort_unstable();
                es.dedup();
                assert_eq!(es.len(), 4);
            }
        }
        assert!(seen[2..].iter().all(|&n| n > 500), "{seen:?}");
    }

    #[test]
    fn without_forced_sampling_the_first_sub_block_is_sometimes_skipped() {
        let sampler = PathSampler { layers: 1, paths: 1, forced: false };
        let mut rng = rng();
        let skipped = (0..1000).filter(|_| usize::from(sampler.step(&mut rng)[0].0[0][0]) == SKIP);
        let n = skipped.count();
        assert!((200..460).contains(&n), "{n}");
    }

    #[test]
    fn the_parts_of_a_path_are_its_kernels_with_their_expansion() {
        let architecture = Architecture::new(vec![vec![3, 7], vec![5, 5, 3]]).unwrap();
        let mut parts = Vec::new();
        Path::from(&architecture).parts(|layer, expansion, op| parts.push((layer, expansion, op)));
        assert_eq!(parts, [(0, 2, 0), (0, 2, 2), (1, 3, 1), (1, 3, 1), (1, 3, 0)]);
    }

    #[test]
    fn gumbel_noise_has_the_mean_of_its_law() {
        let noise = gumbel_noise(500, &mut rng());
        let mean = noise.iter().map(|&v| f64::from(v)).sum::<f64>() / noise.len() as f64;
        assert!((mean - 0.5772).abs() < 0.05, "{mean}");
    }
}
