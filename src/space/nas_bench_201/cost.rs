//! What the NAS-Bench-201 network of a cell costs: conv3x3 stem, three stages of five cells with 16,
//! 32 and 64 channels, two residual reductions between them, and a linear classifier. Counted as
//! published: convolutions, the linear layer and its bias; nothing for batch norm, ReLU and pooling.

use super::cell::{Cell, Op};

/// Cells of a stage.
const CELLS: u64 = 5;

/// Channels of the stages.
const STAGES: [u64; 3] = [16, 32, 64];

/// The network's image size and classes; the images have three channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    /// Height and width of an image.
    pub side: u64,
    /// Classes of the classifier.
    pub classes: u64,
}

/// CIFAR-10, 32 px.
pub const CIFAR_10: Network = Network { side: 32, classes: 10 };

/// CIFAR-100, 32 px.
pub const CIFAR_100: Network = Network { side: 32, classes: 100 };

/// ImageNet16-120, 16 px.
pub const IMAGENET_16_120: Network = Network { side: 16, classes: 120 };

/// The network's cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellCost {
    /// MACs of the convolutions.
    pub conv_macs: u64,
    /// MACs of the classifier and its bias additions.
    pub linear: u64,
    /// Trainable parameters.
    pub params: u64,
}

impl CellCost {
    /// The published "FLOPs": convolutions, linear layer and bias.
    pub fn published_flops(self) -> u64 {
        self.conv_macs + self.linear
    }
}

impl Network {
    /// Cost of this network built of `cell`.
    pub fn cost(self, cell: &Cell) -> CellCost {
        let (n1, n3) = (cell.count(Op::Conv1x1) as u64, cell.count(Op::Conv3x3) as u64);
        let stem = 3 * STAGES[0] * 9;
        let mut side = self.side;
        let mut conv_macs = stem * side.pow(2);
        let mut params = stem + 2 * STAGES[0];
        let mut c_in = STAGES[0];
        for c in STAGES {
            if c != c_in {
                // conv3x3 stride 2 and conv3x3 with batch norms; shortcut: mean 2x2, plain conv1x1.
                side = side.div_ceil(2);
                let weights = 9 * c_in * c + 9 * c * c + c_in * c;
                conv_macs += weights * side.pow(2);
                params += weights + 4 * c;
            }
            let weights = CELLS * (n3 * 9 + n1) * c * c;
            conv_macs += weights * side.pow(2);
            params += weights + CELLS * (n3 + n1) * 2 * c;
            c_in = c;
        }
        let linear = (c_in + 1) * self.classes;
        CellCost { conv_macs, linear, params: params + 2 * c_in + linear }
    }
}
