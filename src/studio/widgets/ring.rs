//! A ring that fills as something gets on.

use std::f32::consts::TAU;

use eframe::egui::{Painter, Pos2, Shape, Stroke, Vec2};

use crate::studio::theme::Tokens;

/// Radius and breadth of the ring, points.
const RADIUS: f32 = 6.0;
const BREADTH: f32 = 2.5;
/// Corners of a whole ring: it is round at this size.
const CORNERS: f32 = 32.0;

/// Paints a ring around `center` of which `share`, 0 to 1, is filled, from the top and clockwise.
pub(in crate::studio) fn paint(painter: &Painter, tokens: &Tokens, center: Pos2, share: f32) {
    painter.circle_stroke(center, RADIUS, Stroke::new(BREADTH, tokens.line));
    let share = share.clamp(0.0, 1.0);
    let corners = (CORNERS * share).ceil();
    let corner = |at: f32| center + RADIUS * Vec2::angled(TAU * (share * at / corners - 0.25));
    let points: Vec<Pos2> = (0..=corners as u16).map(|at| corner(f32::from(at))).collect();
    // Without a share it is one point, which is no line.
    if points.len() > 1 {
        painter.add(Shape::line(points, Stroke::new(BREADTH, tokens.accent)));
    }
}
