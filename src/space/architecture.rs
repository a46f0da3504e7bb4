//! An architecture: the kernels of each searchable layer, closed up. Its text, JSON and one-hot
//! forms. What it costs is in `cost`, which one is best in `decode`.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::error::SpaceError;

/// Sub-blocks of a unified block, E: the largest expansion.
pub const SUB_BLOCKS: usize = 6;

/// The searched kernel sizes, in the order of the ops k3, k5, k7.
pub const KERNELS: [u8; 3] = [3, 5, 7];

/// Candidate ops of a sub-block, K: k3, k5, k7, skip.
pub const OPS: usize = 4;

/// Index of the op skip, the last of a sub-block's four.
pub const SKIP: usize = 3;

/// The kernel sizes of every searchable layer.
///
/// A layer's number of kernels is its expansion; its k-th kernel sits in sub-block k, the skips
/// trail. This is the form that forced sampling trains. In JSON a plain nested list:
/// `[[3,5],[7,7,3]]`. Every layer has 1 to 6 kernels of 3, 5 or 7 (expansion 1 only comes from
/// decoding with the official mask; sampling and budget decoding use 2 to 6).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Vec<Vec<u8>>", into = "Vec<Vec<u8>>")]
pub struct Architecture(Vec<Vec<u8>>);

impl Architecture {
    /// An architecture of these kernels, one list a layer.
    ///
    /// # Errors
    /// [`SpaceError::Kernels`] names the first layer that is empty, longer than 6 or holds another
    /// kernel than 3, 5 and 7.
    pub fn new(kernels: Vec<Vec<u8>>) -> Result<Self, SpaceError> {
        let possible = |layer: &Vec<u8>| {
            (1..=SUB_BLOCKS).contains(&layer.len()) && layer.iter().all(|k| KERNELS.contains(k))
        };
        match kernels.iter().position(|layer| !possible(layer)) {
            Some(layer) => Err(SpaceError::Kernels { layer, kernels: kernels[layer].clone() }),
            None => Ok(Self(kernels)),
        }
    }

    /// An architecture of kernels that are possible by construction.
    pub(super) fn from_possible(kernels: Vec<Vec<u8>>) -> Self {
        debug_assert!(Self::new(kernels.clone()).is_ok());
        Self(kernels)
    }

    /// Every one of `layers` layers with the same kernels.
    ///
    /// # Errors
    /// As [`Architecture::new`].
    pub fn uniform(layers: usize, kernels: &[u8]) -> Result<Self, SpaceError> {
        Self::new(vec![kernels.to_vec(); layers])
    }

    /// The middle of the space: expansion 4, the mean of 2 to 6, in every layer, and the kernel sizes
    /// in turn, beginning in layer 0 with 3, 5, 7, 3, in layer 1 with 5, 7, 3, 5 and so on.
    pub fn middle(layers: usize) -> Self {
        let kernels = |layer| (layer..layer + 4).map(|i| KERNELS[i % KERNELS.len()]).collect();
        Self::from_possible((0..layers).map(kernels).collect())
    }

    /// Reads the JSON form, `[[3,5],[7]]`.
    ///
    /// # Errors
    /// [`SpaceError::Json`] for other JSON, with the reason, also where a kernel is impossible.
    pub fn from_json(text: &str) -> Result<Self, SpaceError> {
        serde_json::from_str(text)
            .map_err(|e| SpaceError::Json { what: "the architecture", reason: e.to_string() })
    }

    /// The kernels of each layer.
    pub fn kernels(&self) -> &[Vec<u8>] {
        &self.0
    }

    /// The number of layers.
    pub fn layer_count(&self) -> usize {
        self.0.len()
    }

    /// The smallest expansion of any layer: 1 only under the official mask.
    pub fn min_expansion(&self) -> usize {
        self.0.iter().map(Vec::len).min().unwrap_or(0)
    }

    /// The one-hot path [layers x 6 x {k3, k5, k7, skip}], flat: kept kernels first, then skips.
    pub fn to_path(&self) -> Vec<f32> {
        let mut path = Vec::with_capacity(self.0.len() * SUB_BLOCKS * OPS);
        for layer in &self.0 {
            for sub_block in 0..SUB_BLOCKS {
                let kept = layer.get(sub_block);
                let op = kept.and_then(|k| KERNELS.iter().position(|c| c == k)).unwrap_or(SKIP);
                path.extend((0..OPS).map(|o| if o == op { 1.0 } else { 0.0 }));
            }
        }
        path
    }

    /// The architecture of a one-hot path [layers x 6 x 4], flat. Skips before a kept kernel are
    /// closed up.
    ///
    /// # Errors
    /// [`SpaceError::ValueCount`] for a length that is no multiple of 24,
    /// [`SpaceError::NotOneHot`] and, where a layer skips everything, [`SpaceError::Kernels`].
    pub fn from_path(path: &[f32]) -> Result<Self, SpaceError> {
        let width = SUB_BLOCKS * OPS;
        if !path.len().is_multiple_of(width) {
            let expected = path.len().next_multiple_of(width);
            return Err(SpaceError::ValueCount { what: "the path", found: path.len(), expected });
        }
        let mut kernels = Vec::with_capacity(path.len() / width);
        for (layer, values) in path.chunks_exact(width).enumerate() {
            let mut kept = Vec::with_capacity(SUB_BLOCKS);
            for (sub_block, values) in values.as_chunks::<OPS>().0.iter().enumerate() {
                match values.iter().position(|&v| v == 1.0) {
                    Some(op) if values.iter().filter(|&&v| v == 0.0).count() == OPS - 1 => {
                        kept.extend(KERNELS.get(op));
                    }
                    _ => {
                        return Err(SpaceError::NotOneHot { layer, sub_block, values: *values });
                    }
                }
            }
            kernels.push(kept);
        }
        Self::new(kernels)
    }
}

impl TryFrom<Vec<Vec<u8>>> for Architecture {
    type Error = SpaceError;

    fn try_from(kernels: Vec<Vec<u8>>) -> Result<Self, SpaceError> {
        Self::new(kernels)
    }
}

impl From<Architecture> for Vec<Vec<u8>> {
    fn from(architecture: Architecture) -> Self {
        architecture.0
    }
}

/// The short form for people: one word of kernels a layer, `75 53 5375`.
impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, layer) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            for kernel in layer {
                write!(f, "{kernel}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn json_is_the_plain_nested_list_and_comes_back_equal() {
        let a = Architecture::from_json("[[3,5],[7,7,3]]").unwrap();
        assert_eq!(serde_json::to_string(&a).unwrap(), "[[3,5],[7,7,3]]");
        assert_eq!(a.to_string(), "35 773");
    }

    #[test]
    fn the_middle_has_every_kernel_as_often_and_expansion_four() {
        let a = Architecture::middle(3);
        assert_eq!(a, Architecture::from_json("[[3,5,7,3],[5,7,3,5],[7,3,5,7]]").unwrap());
    }

    #[test]
    fn an_impossible_layer_is_named() {
        let seven = Architecture::new(vec![vec![3, 5], vec![3; 7]]).unwrap_err();
        assert!(matches!(seven, SpaceError::Kernels { layer: 1, .. }), "{seven}");
        let four = Architecture::from_json("[[3,4]]").unwrap_err().to_string();
        assert!(four.contains("layer 0") && four.contains("[3, 4]"), "{four}");
        assert!(Architecture::new(vec![vec![]]).is_err());
        assert!(Architecture::from_json("{\"a\":1}").is_err());
        assert!(Architecture::from_json("[[300]]").is_err());
    }

    #[test]
    fn the_one_hot_path_comes_back_and_closes_up_skips() {
        let a = Architecture::new(vec![vec![3, 7], vec![5, 5, 5, 3, 7, 3]]).unwrap();
        let mut path = a.to_path();
        assert_eq!(path.len(), 48);
        assert_eq!(path[..12], [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
        assert_eq!(Architecture::from_path(&path).unwrap(), a);
        path.swap(6, 7);
        path.swap(20, 23);
        assert_eq!(Architecture::from_path(&path).unwrap().kernels()[0], [3, 3]);
    }

    #[test]
    fn a_path_that_is_not_one_hot_names_the_sub_block() {
        let mut path = Architecture::uniform(2, &[3, 3]).unwrap().to_path();
        path[24 + 5] = 0.5;
        let e = Architecture::from_path(&path).unwrap_err();
        assert!(matches!(e, SpaceError::NotOneHot { layer: 1, sub_block: 1, .. }), "{e}");
        assert!(matches!(
            Architecture::from_path(&path[..47]).unwrap_err(),
            SpaceError::ValueCount { found: 47, expected: 48, .. }
        ));
    }
}
