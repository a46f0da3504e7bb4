//! The candidates of each sub-block: which of them the mask allows, how probable they are, and the
//! paper's decoding, which takes the greatest alpha of each sub-block.

use serde::{Deserialize, Serialize};

use crate::space::architecture::{Architecture, KERNELS, OPS, SKIP, SUB_BLOCKS};
use crate::space::error::SpaceError;

/// Which sub-blocks of a layer cannot skip.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipMask {
    /// The first two: the expansion is at least 2, as forced sampling trains it.
    #[default]
    FirstTwo,
    /// The first alone, as in the authors' code: expansion 1 can be decoded.
    FirstOnly,
}

impl SkipMask {
    /// Whether sub-block `sub_block` (from 0) may skip.
    pub fn may_skip(self, sub_block: usize) -> bool {
        let locked = match self {
            Self::FirstTwo => 2,
            Self::FirstOnly => 1,
        };
        sub_block >= locked
    }
}

/// Log-probabilities of the candidates, log softmax of alpha per sub-block over the ops the mask
/// allows; minus infinity for a skip it forbids. The same shape as alpha, flat.
///
/// # Errors
/// [`SpaceError::ValueCount`] for a length that is no multiple of 24, [`SpaceError::NotFinite`].
pub fn log_probabilities(alpha: &[f32], mask: SkipMask) -> Result<Vec<f64>, SpaceError> {
    check(alpha)?;
    let mut result = Vec::with_capacity(alpha.len());
    for (i, values) in alpha.as_chunks::<OPS>().0.iter().enumerate() {
        let allowed = allowed(values, mask, i);
        let max = allowed.iter().fold(f64::NEG_INFINITY, |max, &v| max.max(f64::from(v)));
        let sum: f64 = allowed.iter().map(|&v| (f64::from(v) - max).exp()).sum();
        result.extend(allowed.iter().map(|&v| f64::from(v) - max - sum.ln()));
        result.resize((i + 1) * OPS, f64::NEG_INFINITY);
    }
    Ok(result)
}

/// The paper's decoding: the greatest alpha of each sub-block (the first of equals), skips closed
/// up. Deterministic; keeps no budget.
///
/// # Errors
/// As [`log_probabilities`].
pub fn argmax(alpha: &[f32], mask: SkipMask) -> Result<Architecture, SpaceError> {
    check(alpha)?;
    let mut kernels = vec![Vec::new(); alpha.len() / (SUB_BLOCKS * OPS)];
    for (i, values) in alpha.as_chunks::<OPS>().0.iter().enumerate() {
        let mut best = (0, f32::NEG_INFINITY);
        for (op, &value) in allowed(values, mask, i).iter().enumerate() {
            if value > best.1 {
                best = (op, value);
            }
        }
        kernels[i / SUB_BLOCKS].extend(KERNELS.get(best.0));
    }
    Architecture::new(kernels)
}

/// The values of the ops that the i-th sub-block may take.
fn allowed(values: &[f32; OPS], mask: SkipMask, i: usize) -> &[f32] {
    if mask.may_skip(i % SUB_BLOCKS) { values } else { &values[..SKIP] }
}

fn check(alpha: &[f32]) -> Result<(), SpaceError> {
    let (what, width) = ("alpha", SUB_BLOCKS * OPS);
    if !alpha.len().is_multiple_of(width) {
        let expected = alpha.len().next_multiple_of(width);
        return Err(SpaceError::ValueCount { what, found: alpha.len(), expected });
    }
    match alpha.iter().position(|v| !v.is_finite()) {
        None => Ok(()),
        Some(i) => Err(SpaceError::NotFinite {
            what,
            value: alpha[i],
            layer: i / width,
            sub_block: i % width / OPS,
        }),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn argmax_closes_up_skips_and_the_mask_decides_where_it_may_skip() {
        let mut alpha = vec![0.0_f32; 24];
        for sub_block in 0..6 {
            alpha[sub_block * 4 + SKIP] = 1.0;
        }
        alpha[1] = 0.5;
        alpha[4 + 2] = 0.5;
        alpha[20] = 2.0;
        assert_eq!(argmax(&alpha, SkipMask::FirstTwo).unwrap().kernels(), [[5, 7, 3]]);
        assert_eq!(argmax(&alpha, SkipMask::FirstOnly).unwrap().kernels(), [[5, 3]]);
        assert_eq!(argmax(&[0.0; 24], SkipMask::FirstTwo).unwrap().kernels(), [[3; 6]]);
    }

    #[test]
    fn log_probabilities_sum_to_one_over_the_allowed_ops() {
        let alpha: Vec<f32> = (0..48).map(|i| (i * 37 % 11) as f32 * 10.0 - 50.0).collect();
        let logs = log_probabilities(&alpha, SkipMask::FirstTwo).unwrap();
        for (i, sub_block) in logs.chunks_exact(4).enumerate() {
            let sum: f64 = sub_block.iter().map(|l| l.exp()).sum();
            assert!((sum - 1.0).abs() < 1e-12);
            assert_eq!(sub_block[SKIP] == f64::NEG_INFINITY, i % 6 < 2);
        }
    }

    #[test]
    fn alpha_that_is_not_finite_names_the_place() {
        let mut alpha = [0.0_f32; 48];
        alpha[24 + 9] = f32::NAN;
        for result in [
            argmax(&alpha, SkipMask::FirstTwo).map(|_| ()),
            log_probabilities(&alpha, SkipMask::FirstOnly).map(|_| ()),
        ] {
            let e = result.unwrap_err();
            assert!(matches!(e, SpaceError::NotFinite { layer: 1, sub_block: 2, .. }), "{e}");
        }
        assert!(argmax(&alpha[..47], SkipMask::FirstTwo).is_err());
    }
}
