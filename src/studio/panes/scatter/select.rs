//! What a drag over the cloud selects: a box, or what a line drawn around it holds.

use eframe::egui::{CornerRadius, Pos2, Rect, Response, Shape, Stroke, StrokeKind, Ui};

use crate::studio::theme::Tokens;

/// Points of a line are no closer than this, points of the screen.
const STEP: f32 = 3.0;

/// The form of a selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Between two corners.
    Box,
    /// Around what is wanted.
    Lasso,
}

/// A part of the screen.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Region {
    Box(Rect),
    /// The corners of a polygon.
    Lasso(Vec<Pos2>),
}

impl Region {
    /// Whether a place lies inside.
    pub(super) fn contains(&self, at: Pos2) -> bool {
        match self {
            Self::Box(area) => area.contains(at),
            Self::Lasso(corners) => {
                // Even-odd: how many edges a ray to the right crosses.
                let next = corners.iter().cycle().skip(1);
                let crossed = corners.iter().zip(next).filter(|(a, b)| {
                    let x = || a.x + (at.y - a.y) / (b.y - a.y) * (b.x - a.x);
                    (a.y > at.y) != (b.y > at.y) && at.x < x()
                });
                crossed.count() % 2 == 1
            }
        }
    }
}

/// A selection that is being dragged.
#[derive(Debug, Default)]
pub(super) struct Selection {
    /// What a drag selects; `None` where it moves the view.
    pub(super) form: Option<Form>,
    /// The way of the pointer so far.
    path: Vec<Pos2>,
}

impl Selection {
    /// Lets a drag select in another form, or none.
    pub(super) fn choose(&mut self, form: Option<Form>) {
        (self.form, self.path) = (form, Vec::new());
    }

    /// Whether a drag is under way.
    pub(super) fn under_way(&self) -> bool {
        !self.path.is_empty()
    }

    /// Follows a drag over `response` and draws it; what it holds when it is let go.
    pub(super) fn follow(
        &mut self,
        ui: &Ui,
        tokens: &Tokens,
        response: &Response,
    ) -> Option<Region> {
        let form = self.form?;
        let pointer = ui.input(|input| input.pointer.latest_pos());
        if response.drag_started() {
            let began = ui.input(|input| input.pointer.press_origin()).or(pointer);
            self.path = began.into_iter().collect();
        }
        let (first, now) =
            (*self.path.first()?, pointer?.clamp(response.rect.min, response.rect.max));
        if self.path.last().is_some_and(|last| last.distance(now) >= STEP) {
            self.path.push(now);
        }
        let stroke = Stroke::new(1.0, tokens.accent);
        match form {
            Form::Box => {
                let area = Rect::from_two_pos(first, now);
                let fill = tokens.accent.gamma_multiply(0.12);
                ui.painter().rect(area, CornerRadius::same(2), fill, stroke, StrokeKind::Inside);
            }
            Form::Lasso => {
                ui.painter().add(Shape::line(self.path.clone(), stroke));
                ui.painter().extend(Shape::dashed_line(&[now, first], stroke, 4.0, 4.0));
            }
        }
        if !response.drag_stopped() {
            return None;
        }
        let path = std::mem::take(&mut self.path);
        Some(match form {
            Form::Box => Region::Box(Rect::from_two_pos(first, now)),
            Form::Lasso => Region::Lasso(path),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eframe::egui::pos2;

    #[test]
    fn a_lasso_holds_what_its_line_goes_around_and_not_what_it_leaves_out() {
        // A square with a notch from above.
        let corners = [(0.0, 0.0), (4.0, 0.0), (5.0, 6.0), (6.0, 0.0), (10.0, 0.0), (10.0, 10.0)];
        let mut corners: Vec<Pos2> = corners.iter().map(|&(x, y)| pos2(x, y)).collect();
        corners.push(pos2(0.0, 10.0));
        let lasso = Region::Lasso(corners);
        for (x, y, inside) in [
            (2.0, 2.0, true),
            (5.0, 3.0, false),
            (5.0, 8.0, true),
            (8.0, 2.0, true),
            (-1.0, 5.0, false),
            (11.0, 5.0, false),
        ] {
            assert_eq!(lasso.contains(pos2(x, y)), inside, "({x}, {y})");
        }
        assert!(!Region::Lasso(Vec::new()).contains(pos2(0.0, 0.0)));
    }
}
