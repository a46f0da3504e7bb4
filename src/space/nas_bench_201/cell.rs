//! A cell and its text `|op~0|+|op~0|op~1|+|op~0|op~1|op~2|`.

use std::fmt;
use std::str::FromStr;

use crate::space::error::SpaceError;

/// The edges (target, source) of a cell, in the order of its text.
pub const EDGES: [(usize, usize); 6] = [(1, 0), (2, 0), (2, 1), (3, 0), (3, 1), (3, 2)];

/// Longest part of a wrong text that an error repeats.
const QUOTED: usize = 120;

/// What an edge does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Op {
    /// Zeros.
    None,
    /// Identity.
    SkipConnect,
    /// ReLU, 1x1 convolution, batch norm.
    Conv1x1,
    /// ReLU, 3x3 convolution, batch norm.
    Conv3x3,
    /// 3x3 average, stride 1, padding not counted.
    AvgPool3x3,
}

impl Op {
    /// All ops in the official order.
    pub const ALL: [Self; 5] =
        [Self::None, Self::SkipConnect, Self::Conv1x1, Self::Conv3x3, Self::AvgPool3x3];

    /// The official name.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::SkipConnect => "skip_connect",
            Self::Conv1x1 => "nor_conv_1x1",
            Self::Conv3x3 => "nor_conv_3x3",
            Self::AvgPool3x3 => "avg_pool_3x3",
        }
    }
}

/// A cell: node 0 is its input, every later node the sum of its edges, node 3 its output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cell(pub [Op; 6]);

impl Cell {
    /// How many edges carry this op.
    pub fn count(&self, op: Op) -> usize {
        self.0.iter().filter(|&&o| o == op).count()
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for ((target, source), op) in EDGES.iter().zip(self.0) {
            match (target, source) {
                (1, 0) => f.write_str("|")?,
                (_, 0) => f.write_str("+|")?,
                _ => {}
            }
            write!(f, "{}~{source}|", op.name())?;
        }
        Ok(())
    }
}

impl FromStr for Cell {
    type Err = SpaceError;

    fn from_str(text: &str) -> Result<Self, SpaceError> {
        let refuse = |reason: String| {
            let text = text.chars().take(QUOTED).collect();
            Err(SpaceError::Cell { text, reason })
        };
        let nodes: Vec<&str> = text.trim().split('+').collect();
        if nodes.len() != 3 {
            return refuse(format!("it has {} nodes joined by +, not 3", nodes.len()));
        }
        let mut ops = [Op::None; 6];
        let mut slots = ops.iter_mut();
        for (node, target) in nodes.iter().zip(1..) {
            let inner = node.strip_prefix('|').and_then(|n| n.strip_suffix('|'));
            let edges: Vec<&str> = inner.unwrap_or(node).split('|').collect();
            if inner.is_none() || edges.len() != target {
                return refuse(format!("node {target} must be {target} edges between bars"));
            }
            for ((edge, source), slot) in edges.iter().zip(0_usize..).zip(slots.by_ref()) {
                let name = edge.strip_suffix(&format!("~{source}"));
                let op = name.and_then(|n| Op::ALL.into_iter().find(|op| op.name() == n));
                match op {
                    Some(op) => *slot = op,
                    None => return refuse(format!("'{edge}' is no op with ~{source} after it")),
                }
            }
        }
        Ok(Self(ops))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn the_text_of_a_cell_comes_back() {
        let text =
            "|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|skip_connect~0|avg_pool_3x3~1|none~2|";
        let cell: Cell = text.parse().unwrap();
        let Cell([a, b, c, d, e, f]) = cell;
        assert_eq!((a, b, c), (Op::Conv3x3, Op::None, Op::Conv1x1));
        assert_eq!((d, e, f), (Op::SkipConnect, Op::AvgPool3x3, Op::None));
        assert_eq!(cell.to_string(), text);
        assert_eq!(cell.count(Op::None), 2);
    }

    #[test]
    fn a_wrong_text_is_refused_with_the_place() {
        for (text, reason) in [
            ("", "1 nodes"),
            ("|none~0|+|none~0|none~1|", "2 nodes"),
            ("|none~0|+|none~0|+|none~0|none~1|none~2|", "node 2"),
            ("none~0+|none~0|none~1|+|none~0|none~1|none~2|", "node 1"),
            ("|none~0|+|none~0|none~0|+|none~0|none~1|none~2|", "'none~0'"),
            ("|none~0|+|none~0|none~1|+|none~0|conv~1|none~2|", "'conv~1'"),
        ] {
            let e = text.parse::<Cell>().unwrap_err().to_string();
            assert!(e.contains(reason), "{e}");
        }
        assert!("x".repeat(100_000).parse::<Cell>().unwrap_err().to_string().len() < 500);
    }
}
