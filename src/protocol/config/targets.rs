//! The grid of cost targets that the generator is trained on.

/// The grid of cost targets of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Targets {
    /// The lowest target.
    pub low: u64,
    /// The upper end, above `low`.
    pub high: u64,
    /// Between neighbours, at least 1.
    pub step: u64,
}

impl Targets {
    /// `count` values evenly from `low` to `high`, both included; one alone lies in the middle.
    pub fn spread(&self, count: usize) -> Vec<u64> {
        let span = u128::from(self.high - self.low);
        match count as u128 {
            0 => Vec::new(),
            1 => vec![self.low + (self.high - self.low) / 2],
            n => (0..n).map(|i| self.low + (span * i / (n - 1)) as u64).collect(),
        }
    }
}
