//! The ground of the window: what shows between and around the panels. A window is cleared in the
//! panels' colour, and the ground is painted where none is, since a software driver takes as long for
//! each pixel that is painted over as for the first.

use eframe::egui::epaint::Mesh;
use eframe::egui::{Color32, Painter, Pos2, Rect, Shape, Vec2, Visuals, pos2};

/// Triangles of a corner's arc.
const STEPS: u32 = 6;

/// What a window is cleared with.
pub fn clear_color(visuals: &Visuals) -> [f32; 4] {
    visuals.panel_fill.to_normalized_gamma_f32()
}

/// Paints what of `area` none of these panels, which do not overlap, covers; their corners are round.
pub(super) fn paint(painter: &Painter, area: Rect, panels: &[Rect], radius: f32, colour: Color32) {
    // One mesh, whose triangles meet without a seam.
    let mut mesh = Mesh::default();
    for rect in around(area, panels) {
        mesh.add_colored_rect(rect, colour);
    }
    for panel in panels {
        let radius = radius.min(0.5 * panel.size().min_elem());
        for corner in
            [panel.left_top(), panel.right_top(), panel.right_bottom(), panel.left_bottom()]
        {
            add_corner(&mut mesh, corner, panel.center(), radius, colour);
        }
    }
    painter.add(Shape::mesh(mesh));
}

/// What of `area` none of `holes`, which do not overlap, covers, in rectangles.
fn around(area: Rect, holes: &[Rect]) -> Vec<Rect> {
    let edges = holes.iter().flat_map(|hole| [hole.top(), hole.bottom()]);
    let mut edges: Vec<f32> = edges
        .map(|y| y.clamp(area.top(), area.bottom()))
        .chain([area.top(), area.bottom()])
        .collect();
    edges.sort_by(f32::total_cmp);
    edges.dedup();
    let mut found = Vec::new();
    for band in edges.windows(2) {
        let (top, bottom) = (band[0], band[1]);
        let mut inside: Vec<&Rect> =
            holes.iter().filter(|hole| hole.top() <= top && hole.bottom() >= bottom).collect();
        inside.sort_by(|a, b| a.left().total_cmp(&b.left()));
        let mut x = area.left();
        let mut add = |from: f32, to: f32| {
            if to > from {
                found.push(Rect::from_min_max(pos2(from, top), pos2(to, bottom)));
            }
        };
        for hole in inside {
            add(x, hole.left().min(area.right()));
            x = x.max(hole.right());
        }
        add(x, area.right());
    }
    found
}

/// What lies beyond the arc of a panel's corner.
fn add_corner(mesh: &mut Mesh, corner: Pos2, centre: Pos2, radius: f32, colour: Color32) {
    let inwards = Vec2::new((centre.x - corner.x).signum(), (centre.y - corner.y).signum());
    let middle = corner + radius * inwards;
    let first = mesh.vertices.len() as u32;
    mesh.colored_vertex(corner, colour);
    for step in 0..=STEPS {
        let turn = std::f32::consts::FRAC_PI_2 * step as f32 / STEPS as f32;
        mesh.colored_vertex(middle - radius * Vec2::angled(turn) * inwards, colour);
        if step > 0 {
            mesh.add_triangle(first, first + step, first + step + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rect(x0: f32, y0: f32, x1: f32, y1: f32) -> Rect {
        Rect::from_min_max(pos2(x0, y0), pos2(x1, y1))
    }

    #[test]
    fn ground_and_panels_cover_the_area_once() {
        let area = rect(0.0, 0.0, 100.0, 80.0);
        let cases: [&[Rect]; 4] = [
            &[],
            &[rect(10.0, 10.0, 90.0, 70.0)],
            &[
                rect(10.0, 10.0, 40.0, 35.0),
                rect(10.0, 45.0, 40.0, 70.0),
                rect(50.0, 10.0, 90.0, 70.0),
            ],
            &[rect(-5.0, -5.0, 110.0, 90.0)],
        ];
        for panels in cases {
            let ground = around(area, panels);
            for (x, y) in
                (0..100).flat_map(|x| (0..80).map(move |y| (x as f32 + 0.5, y as f32 + 0.5)))
            {
                let covers =
                    |rects: &[Rect]| rects.iter().filter(|r| r.contains(pos2(x, y))).count();
                assert_eq!(covers(&ground) + covers(panels), 1, "{x} {y} of {panels:?}");
            }
        }
    }

    #[test]
    fn a_corner_is_what_a_round_one_lacks() {
        let mut mesh = Mesh::default();
        add_corner(&mut mesh, pos2(0.0, 0.0), pos2(50.0, 40.0), 8.0, Color32::RED);
        let area: f32 = mesh
            .triangles()
            .map(|t| {
                let [a, b, c] = t.map(|i| mesh.vertices[i as usize].pos);
                0.5 * ((b - a).x * (c - a).y - (b - a).y * (c - a).x).abs()
            })
            .sum();
        let lacks = (1.0 - std::f32::consts::FRAC_PI_4) * 64.0;
        assert!((area - lacks).abs() < 0.05 * lacks, "{area} of {lacks}");
    }
}
