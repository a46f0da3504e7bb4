//! Times of the interface's own frames, for the status line: what they cost on the processor.

use std::collections::VecDeque;

use crate::protocol::statistics::quantile;

/// Frames that are kept.
const KEPT: usize = 240;

/// The newest frames, ms of processor time each.
#[derive(Clone, Debug, Default)]
pub struct Frames(VecDeque<f64>);

impl Frames {
    /// Notes a frame.
    pub fn push(&mut self, milliseconds: f64) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(milliseconds);
    }

    /// The value below which this share (0 to 1) of the newest frames lies; `None` before any.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        quantile(self.0.iter().copied(), share)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_newest_frames() {
        let mut frames = Frames::default();
        assert_eq!(frames.quantile(0.5), None);
        for i in 0..KEPT + 101 {
            frames.push(i as f64);
        }
        assert_eq!(frames.quantile(0.0), Some(101.0));
        assert_eq!(frames.quantile(1.0), Some((KEPT + 100) as f64));
    }
}
