//! The columns that the strip, the probabilities and the MACs share, so that the eye runs straight
//! down: one a layer, right of the labels.

use eframe::egui::{Rangef, Rect};

/// Room for the labels at the left, points.
pub(in crate::studio) const LABELS: f32 = 60.0;

/// Where the columns lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::studio) struct Columns {
    left: f32,
    width: f32,
    count: usize,
}

impl Columns {
    /// As many columns as layers, in the width of a rectangle beside the labels.
    pub(in crate::studio) fn new(rect: Rect, count: usize) -> Self {
        let room = (rect.width() - LABELS).max(1.0);
        // Few layers fill the pane, but do not become slabs.
        let width = (room / count.max(1) as f32).min(168.0);
        Self { left: rect.left() + LABELS, width, count }
    }

    /// How many there are.
    pub(in crate::studio) fn count(&self) -> usize {
        self.count
    }

    /// The breadth of a column, points, gap included.
    pub(in crate::studio) fn width(&self) -> f32 {
        self.width
    }

    /// The room of a column's content.
    pub(in crate::studio) fn span(&self, column: usize) -> Rangef {
        let left = self.left + column as f32 * self.width;
        let gap = (0.08 * self.width).clamp(1.0, 4.0);
        Rangef::new(left, left + self.width - gap)
    }

    /// The left edge of a column, where a border before it stands.
    pub(in crate::studio) fn edge(&self, column: usize) -> f32 {
        let gap = (0.08 * self.width).clamp(1.0, 4.0);
        self.left + column as f32 * self.width - 0.5 * gap
    }

    /// The column at a place, if any.
    pub(in crate::studio) fn at(&self, x: f32) -> Option<usize> {
        let column = ((x - self.left) / self.width).floor();
        (column >= 0.0 && (column as usize) < self.count).then_some(column as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eframe::egui::{pos2, vec2};

    #[test]
    fn every_column_is_found_at_its_own_place_and_none_beside_them() {
        for count in [1, 6, 19, 64] {
            let rect = Rect::from_min_size(pos2(100.0, 0.0), vec2(700.0, 10.0));
            let columns = Columns::new(rect, count);
            for column in 0..count {
                assert_eq!(columns.at(columns.span(column).center()), Some(column));
                assert!(columns.span(column).max <= rect.right());
            }
            assert_eq!(columns.at(rect.left() + LABELS - 1.0), None);
            assert_eq!(columns.at(columns.span(count - 1).max + 80.0), None);
        }
    }
}
