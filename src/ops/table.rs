//! The one list of operators. Tests iterate it: forward against the twin, gradients against finite
//! differences, poison inputs.

use super::Case;

/// A line of the table.
pub struct Entry {
    /// The op's name.
    pub name: &'static str,
    /// Its test cases, awkward ones.
    pub cases: fn() -> Vec<Case>,
}

/// Every operator there is.
pub const OPS: &[Entry] = &[
    Entry { name: "activation", cases: super::activation::cases },
    Entry { name: "arithmetic", cases: super::arithmetic::cases },
    Entry { name: "batch_norm", cases: super::batch_norm::cases },
    Entry { name: "bottleneck", cases: super::bottleneck::cases },
    Entry { name: "concat", cases: super::concat::cases },
    Entry { name: "conv2d", cases: super::conv2d::cases },
    Entry { name: "cross_entropy", cases: super::cross_entropy::cases },
    Entry { name: "focal_loss", cases: super::focal_loss::cases },
    Entry { name: "global_avg_pool", cases: super::global_avg_pool::cases },
    Entry { name: "gumbel_softmax", cases: super::gumbel_softmax::cases },
    Entry { name: "hardware_loss", cases: super::hardware_loss::cases },
    Entry { name: "linear", cases: super::linear::cases },
    Entry { name: "mixed_depthwise", cases: super::mixed_depthwise::cases },
    Entry { name: "narrow", cases: super::narrow::cases },
    Entry { name: "pool", cases: super::pool::cases },
    Entry { name: "regression_loss", cases: super::regression_loss::cases },
    Entry { name: "soft_cost", cases: super::soft_cost::cases },
    Entry { name: "soft_depthwise", cases: super::soft_depthwise::cases },
    Entry { name: "softmax", cases: super::softmax::cases },
    Entry { name: "upsample", cases: super::upsample::cases },
];
