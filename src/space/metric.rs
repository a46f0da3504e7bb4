//! What is counted: MACs and parameters, as numbers that add up. How they are counted is in `cost`.

use std::fmt;
use std::iter::Sum;
use std::ops::Add;

use serde::{Deserialize, Serialize};

/// What is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Metric {
    /// Multiply-accumulates of the convolutions for one image.
    #[default]
    Macs,
    /// Trainable parameters.
    Params,
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Macs => "MACs",
            Self::Params => "parameters",
        })
    }
}

/// Cost of an architecture or of a part of one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cost {
    /// Multiply-accumulates of the convolutions for one image.
    pub macs: u64,
    /// Trainable parameters.
    pub params: u64,
}

impl Cost {
    /// The count of one metric.
    pub fn get(self, metric: Metric) -> u64 {
        match metric {
            Metric::Macs => self.macs,
            Metric::Params => self.params,
        }
    }
}

impl Add for Cost {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { macs: self.macs + other.macs, params: self.params + other.params }
    }
}

impl Sum for Cost {
    fn sum<I: Iterator<Item = Self>>(costs: I) -> Self {
        costs.fold(Self::default(), Add::add)
    }
}
