//! What panes draw, as files: SVG from the shapes of a frame, PNG from a picture of the window.
//! Nothing is written here; what comes out are requests to save.

mod svg;

use std::io::Cursor;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use eframe::egui::{self, ColorImage, Rect};

use super::backend::Request;
use super::theme::Tokens;

/// A form that a drawing leaves in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Shapes and text.
    Svg,
    /// Pixels, as many as the window has.
    Png,
}

/// A picture to be taken.
struct Wanted {
    run: PathBuf,
    name: String,
    area: Rect,
    /// Frames until then: a menu over the pane has to close first.
    wait: u8,
}

/// Drawings on their way out.
#[derive(Default)]
pub(super) struct Exports {
    wanted: Option<Wanted>,
    /// Pictures that have been taken.
    taken: Arc<Mutex<Vec<Request>>>,
}

impl Exports {
    /// The drawing in an area of the frame that is being drawn, which belongs to a run. An SVG
    /// comes at once, a PNG a few frames later from [`Exports::take`].
    pub(super) fn want(
        &mut self,
        ui: &egui::Ui,
        tokens: &Tokens,
        (key, area): (&str, Rect),
        run: PathBuf,
        format: Format,
    ) -> Option<Request> {
        match format {
            Format::Svg => {
                let layer = ui.layer_id();
                let text = ui.ctx().graphics(|layers| {
                    let shapes = layers.get(layer).into_iter().flat_map(|list| list.all_entries());
                    svg::svg(shapes, area, tokens.panel)
                });
                let name = format!("{key}.svg");
                Some(Request::Save { run, name, bytes: text.into_bytes() })
            }
            Format::Png => {
                self.wanted = Some(Wanted { run, name: format!("{key}.png"), area, wait: 2 });
                ui.ctx().request_repaint();
                None
            }
        }
    }

    /// Takes the picture that is wanted when its time has come; call it once a frame.
    pub(super) fn after_frame(&mut self, ctx: &egui::Context) {
        let Some(mut wanted) = self.wanted.take() else { return };
        if wanted.wait > 0 {
            wanted.wait -= 1;
            self.wanted = Some(wanted);
            ctx.request_repaint();
            return;
        }
        let (taken, scale, waker) = (self.taken.clone(), ctx.pixels_per_point(), ctx.clone());
        ctx.request_screenshot(move |image| {
            if let Some(bytes) = png(&image, wanted.area, scale) {
                let Wanted { run, name, .. } = wanted;
                lock(&taken).push(Request::Save { run, name, bytes });
                waker.request_repaint();
            }
        });
    }

    /// The pictures that were taken since the last call.
    pub(super) fn take(&self) -> Vec<Request> {
        std::mem::take(&mut lock(&self.taken))
    }
}

/// A thread that panicked in the middle of a push leaves whole requests.
fn lock(taken: &Mutex<Vec<Request>>) -> MutexGuard<'_, Vec<Request>> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The part of a picture of the window in `area`, as PNG; `None` where nothing of it is inside.
fn png(image: &ColorImage, area: Rect, scale: f32) -> Option<Vec<u8>> {
    let [width, height] = image.size;
    let edge = |at: f32, most: usize| ((at * scale).round().max(0.0) as usize).min(most);
    let (left, right) = (edge(area.left(), width), edge(area.right(), width));
    let (top, bottom) = (edge(area.top(), height), edge(area.bottom(), height));
    if left >= right || top >= bottom {
        return None;
    }
    let rows = image.pixels.chunks_exact(width).take(bottom).skip(top);
    let pixels: Vec<u8> = rows
        .flat_map(|row| row.iter().take(right).skip(left))
        .flat_map(|pixel| [pixel.r(), pixel.g(), pixel.b(), 255])
        .collect();
    let (w, h) = ((right - left) as u32, (bottom - top) as u32);
    let cut = image::RgbaImage::from_raw(w, h, pixels)?;
    let mut bytes = Cursor::new(Vec::new());
    cut.write_to(&mut bytes, image::ImageFormat::Png).ok()?;
    Some(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use eframe::egui::{Color32, pos2, vec2};

    #[test]
    fn a_picture_is_cut_to_the_area_in_pixels_of_the_screen() {
        let mut window = ColorImage::filled([40, 30], Color32::BLACK);
        window.pixels[12 * 40 + 22] = Color32::RED;
        let area = Rect::from_min_size(pos2(11.0, 6.0), vec2(5.0, 4.0));
        let bytes = png(&window, area, 2.0).unwrap();
        let read = image::load_from_memory(&bytes).unwrap().to_rgba8();
        assert_eq!(read.dimensions(), (10, 8));
        assert_eq!(read.get_pixel(0, 0).0, [255, 0, 0, 255]);
        assert_eq!(read.get_pixel(1, 0).0, [0, 0, 0, 255]);
        assert!(png(&window, area.translate(vec2(900.0, 0.0)), 2.0).is_none());
    }
}
