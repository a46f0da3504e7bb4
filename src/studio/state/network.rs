//! An architecture in view with everything that a drawing of it needs: shapes and costs of its
//! parts, where it comes from, and changes by hand.

use crate::space::{
    Architecture, Budget, Cost, KERNELS, Part, PartCost, SUB_BLOCKS, Space, SpaceError,
};

/// Where the architecture in view comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The generator, for this budget.
    Generated(Budget),
    /// One that was measured, from the scatter or a list.
    Picked,
    /// Changed by hand.
    Edited,
}

/// What is known of an accuracy with inherited weights.
#[derive(Clone, Debug, PartialEq)]
pub enum Accuracy {
    /// Share of the test images classified right.
    Known(f64),
    /// On its way, and how far, 0 to 1.
    Measuring(f32),
    /// Not known; when it will be, or why not.
    Unknown(String),
}

/// An architecture with its costs.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// Its kernels.
    pub architecture: Architecture,
    /// Where it comes from.
    pub source: Source,
    /// Its parts in order: stem, first block, layers, last stage, classifier.
    pub parts: Vec<PartCost>,
    /// Its total.
    pub cost: Cost,
}

impl Network {
    /// Prices an architecture.
    ///
    /// # Errors
    /// Where it has another number of layers than the space.
    pub fn new(
        space: &Space,
        architecture: Architecture,
        source: Source,
    ) -> Result<Self, SpaceError> {
        let parts = space.breakdown(&architecture, false)?;
        let cost = parts.iter().map(PartCost::cost).sum();
        Ok(Self { architecture, source, parts, cost })
    }

    /// The searchable layers' parts in order.
    pub fn layers(&self) -> impl Iterator<Item = &PartCost> {
        self.parts.iter().filter(|part| matches!(part.part, Part::Layer(_)))
    }

    /// The architecture after a click on a cell: a kernel becomes the next larger one, the last of
    /// a layer goes after 7 x 7 where two stay, and an empty cell adds a kernel of 3 to its layer.
    /// `None` for a layer or a cell that does not exist.
    pub fn clicked(&self, layer: usize, cell: usize) -> Option<Architecture> {
        let mut kernels = self.architecture.kernels().to_vec();
        let of_layer = kernels.get_mut(layer)?;
        let count = of_layer.len();
        match of_layer.get_mut(cell) {
            Some(kernel) => {
                let place = KERNELS.iter().position(|known| known == kernel)?;
                match KERNELS.get(place + 1) {
                    Some(larger) => *kernel = *larger,
                    None if cell + 1 == count && count > 2 => {
                        of_layer.pop();
                    }
                    None => *kernel = KERNELS[0],
                }
            }
            None if cell < SUB_BLOCKS => of_layer.push(KERNELS[0]),
            None => return None,
        }
        Architecture::new(kernels).ok()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn network(kernels: &[u8]) -> Network {
        let space = Space::preset("tiny").unwrap();
        let architecture = Architecture::uniform(space.layers().len(), kernels).unwrap();
        Network::new(&space, architecture, Source::Picked).unwrap()
    }

    #[test]
    fn a_click_steps_through_the_kernels_and_ends_with_a_skip() {
        let layer = |n: &Network, cell| n.clicked(0, cell).unwrap().kernels()[0].clone();
        assert_eq!(layer(&network(&[3, 5, 7]), 0), [5, 5, 7]);
        assert_eq!(layer(&network(&[3, 5, 7]), 2), [3, 5]);
        assert_eq!(layer(&network(&[7, 5, 7]), 0), [3, 5, 7]);
        assert_eq!(layer(&network(&[5, 7]), 1), [5, 3]);
        assert_eq!(layer(&network(&[5, 7]), 4), [5, 7, 3]);
        assert!(
            network(&[5, 7]).clicked(0, 6).is_none() && network(&[5, 7]).clicked(9, 0).is_none()
        );
    }

    #[test]
    fn the_total_is_the_sum_of_the_parts_and_the_layers_are_the_searchable_ones() {
        let network = network(&[3, 5]);
        assert_eq!(network.layers().count(), 6);
        let sum: u64 = network.parts.iter().map(|part| part.cost().macs).sum();
        assert_eq!(sum, network.cost.macs);
    }
}
