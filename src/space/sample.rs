//! Random architectures under forced sampling, uniform or near a cost. What they are good for is
//! the caller's affair; all randomness comes from the caller's generator.

use rand::{Rng, RngExt};

use super::architecture::{Architecture, KERNELS, SUB_BLOCKS};
use super::error::SpaceError;
use super::metric::Metric;
use super::unified::Space;

/// Draws before rejection sampling gives up: a second's work, enough for one in 100,000.
const MAX_TRIES: usize = 500_000;

/// An architecture of `layers` layers: expansions uniform in 2 to 6, kernels uniform, in the first
/// sub-blocks.
pub fn random_architecture<R: Rng + ?Sized>(layers: usize, rng: &mut R) -> Architecture {
    let kernel = |rng: &mut R| KERNELS[rng.random_range(0..KERNELS.len() as u32) as usize];
    let kernels = (0..layers).map(|_| {
        let expansion = rng.random_range(2..=SUB_BLOCKS as u32);
        (0..expansion).map(|_| kernel(rng)).collect()
    });
    Architecture::from_possible(kernels.collect())
}

/// A random architecture whose cost lies within `tolerance` of `target`, by rejection: uniform
/// among those.
///
/// # Errors
/// [`SpaceError::NoneNear`] where half a million draws give none.
pub fn random_near<R: Rng + ?Sized>(
    space: &Space,
    metric: Metric,
    target: u64,
    tolerance: u64,
    rng: &mut R,
) -> Result<Architecture, SpaceError> {
    let table = space.cost_table(metric);
    for _ in 0..MAX_TRIES {
        let architecture = random_architecture(space.layers().len(), rng);
        if table.cost(&architecture)?.abs_diff(target) <= tolerance {
            return Ok(architecture);
        }
    }
    let (min, max) = space.cost_range();
    Err(SpaceError::NoneNear {
        metric,
        target,
        tolerance,
        tries: MAX_TRIES,
        space: space.name().to_owned(),
        least: min.get(metric),
        most: max.get(metric),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use rand_pcg::Pcg64Mcg;

    use super::*;

    #[test]
    fn expansions_and_kernels_are_uniform_and_the_same_seed_draws_the_same() {
        let draw = || random_architecture(20_000, &mut Pcg64Mcg::new(3));
        let architecture = draw();
        assert_eq!(architecture, draw());
        let mut expansions = [0; 7];
        let mut kernels = [0; 3];
        for layer in architecture.kernels() {
            expansions[layer.len()] += 1;
            for kernel in layer {
                kernels[usize::from(kernel / 2 - 1)] += 1;
            }
        }
        assert_eq!(expansions[..2], [0, 0]);
        assert!(expansions[2..].iter().all(|n| (3_700..4_300).contains(n)), "{expansions:?}");
        assert!(kernels.iter().all(|n| (25_900..27_500).contains(n)), "{kernels:?}");
    }

    #[test]
    fn random_imagenet_architectures_cost_what_the_specification_found() {
        let space = Space::preset("imagenet").unwrap();
        let table = space.cost_table(Metric::Macs);
        let mut rng = Pcg64Mcg::new(4);
        let costs: Vec<f64> = (0..2_000)
            .map(|_| table.cost(&random_architecture(19, &mut rng)).unwrap() as f64 / 1e6)
            .collect();
        let (mean, error) = crate::space::stats::mean_and_standard_error(&costs).unwrap();
        assert!((mean - 346.2).abs() < 4.0, "{mean}");
        assert!((error * 2_000_f64.sqrt() - 26.8).abs() < 2.5, "{error}");
    }

    #[test]
    fn rejection_keeps_the_tolerance_and_gives_up_where_nothing_is() {
        let space = Space::preset("tiny").unwrap();
        let mut rng = Pcg64Mcg::new(5);
        for metric in [Metric::Macs, Metric::Params] {
            let (min, max) = space.cost_range();
            let target = min.get(metric).midpoint(max.get(metric));
            let found = random_near(&space, metric, target, target / 100, &mut rng).unwrap();
            let cost = space.cost(&found, false).unwrap().get(metric);
            assert!(cost.abs_diff(target) <= target / 100);
        }
        let e = random_near(&space, Metric::Macs, 900_000, 1_000, &mut rng).unwrap_err();
        assert!(e.to_string().contains("1018256"), "{e}");
    }
}
