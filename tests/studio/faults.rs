//! What a drawing does wrong that can be found without eyes: words that are cut, and words over
//! words.

use eframe::egui::epaint::{ClippedShape, TextShape};
use eframe::egui::{FullOutput, Rect, Shape};

/// Words on the screen.
struct Words<'a> {
    text: &'a str,
    /// Where they are, as far as they can be seen.
    seen: Rect,
    /// How far they reach out of what can be seen, to the left or right, points.
    cut: f32,
}

impl<'a> Words<'a> {
    fn of(shape: &'a TextShape, clip: Rect) -> Option<Self> {
        let galley = &shape.galley;
        let whole = galley.rect.translate(shape.pos.to_vec2());
        let seen = whole.intersect(clip);
        let text = galley.text().trim();
        let shown = !text.is_empty() && seen.is_positive() && shape.opacity_factor > 0.0;
        let cut = (clip.left() - whole.left()).max(whole.right() - clip.right());
        shown.then_some(Self { text, seen, cut })
    }
}

fn collect<'a>(shape: &'a Shape, clip: Rect, all: &mut Vec<Words<'a>>) {
    match shape {
        Shape::Vec(shapes) => shapes.iter().for_each(|one| collect(one, clip, all)),
        Shape::Text(text) if text.angle == 0.0 => all.extend(Words::of(text, clip)),
        _ => {}
    }
}

/// A line for every fault of a frame, in a window without menus over it.
pub(crate) fn faults(output: &FullOutput, window: Rect) -> Vec<String> {
    let mut all = Vec::new();
    for ClippedShape { clip_rect, shape, .. } in &output.shapes {
        collect(shape, clip_rect.intersect(window), &mut all);
    }
    let cut = all.iter().filter(|one| one.cut > 1.0);
    let mut faults: Vec<String> =
        cut.map(|one| format!("`{}` is cut by {:.0} points", one.text, one.cut)).collect();
    for (i, one) in all.iter().enumerate() {
        for other in &all[i + 1..] {
            // Lines stand close, and a strip that fades draws its numbers twice.
            let both = one.seen.intersect(other.seen);
            let twice = one.text == other.text || one.seen == other.seen;
            if both.width() > 2.0 && both.height() > 4.0 && !twice {
                faults.push(format!("`{}` stands over `{}`", one.text, other.text));
            }
        }
    }
    faults
}
