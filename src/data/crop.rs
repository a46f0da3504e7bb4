//! What is seen of an image: its centre for evaluation, the random-resized-crop of ImageNet training
//! with the filter and the colours that are drawn for it.

use rand::{Rng, RngExt};

use super::error::{DataError, Fault, Place};
use super::jitter::Jitter;
use super::rng;

/// Draws of a window before the centre is taken instead.
const TRIES: usize = 10;

/// Width by height of a random window.
const RATIO: [f64; 2] = [3.0 / 4.0, 4.0 / 3.0];

/// How pixels become those of another size; both widen when they shrink.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    /// A triangle.
    #[default]
    Linear,
    /// A cubic of four pixels, with a = -1/2.
    Cubic,
}

/// What of an image is seen, and how.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum View {
    /// The largest centred window of the target's aspect ratio, both sides times `fraction`:
    /// 0.875 is "resize to 256, crop 224".
    Centre {
        /// Above 0, at most 1.
        fraction: f64,
        /// Of the resizing.
        filter: Filter,
    },
    /// Random-resized-crop: a window of `min_area` to the whole of the image's area, 3:4 to 4:3.
    Random {
        /// Above 0, at most 1.
        min_area: f64,
        /// Whether each image draws one of the filters; they are linear otherwise.
        filters: bool,
        /// Brightness, contrast and saturation are multiplied by 1 - this to 1 + this; 0 to 1.
        jitter: f64,
    },
}

/// What is seen of one image.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    pub(super) window: Window,
    pub(super) filter: Filter,
    pub(super) jitter: Option<Jitter>,
}

impl From<Window> for Look {
    fn from(window: Window) -> Self {
        Self { window, filter: Filter::Linear, jitter: None }
    }
}

impl View {
    /// As much of an image as the target's aspect ratio allows.
    pub const WHOLE: View = View::Centre { fraction: 1.0, filter: Filter::Linear };

    /// Random-resized-crop by the linear filter, with the image's own colours.
    pub const fn crops(min_area: f64) -> View {
        View::Random { min_area, filters: false, jitter: 0.0 }
    }

    /// Ranges of the arguments.
    pub(super) fn check(self, place: &Place) -> Result<(), DataError> {
        let above = |value: f64| value > 0.0 && value <= 1.0;
        let (name, value, fits, accepted) = match self {
            View::Random { jitter, .. } if !(0.0..=1.0).contains(&jitter) => {
                ("the jitter of colours", jitter, false, "0 to 1")
            }
            View::Centre { fraction, .. } => {
                ("the centre's fraction", fraction, above(fraction), "above 0 and at most 1")
            }
            View::Random { min_area, .. } => {
                ("the crop's smallest area", min_area, above(min_area), "above 0 and at most 1")
            }
        };
        if fits {
            return Ok(());
        }
        Err(place.error(Fault::Argument { name, value: value.to_string(), accepted }))
    }

    /// What is seen of image `number`, `width` x `height`, for a target of aspect ratio `ratio`;
    /// what is drawn depends on seed, step and number alone.
    pub(super) fn look(
        self,
        (width, height): (u32, u32),
        ratio: f64,
        (seed, step): (u64, u64),
        number: u32,
    ) -> Look {
        match self {
            View::Centre { fraction, filter } => {
                Look { filter, ..centre(width, height, ratio, fraction).into() }
            }
            View::Random { min_area, filters, jitter } => {
                let mut rng = rng::stream(seed, step, number.into());
                let window = random(width, height, min_area, &mut rng);
                let cubic = filters && rng.random_bool(0.5);
                let filter = if cubic { Filter::Cubic } else { Filter::Linear };
                let jitter = (jitter > 0.0).then(|| Jitter::draw(jitter, &mut rng));
                Look { window, filter, jitter }
            }
        }
    }
}

/// A rectangle of an image, in pixels; never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// The largest centred window of aspect ratio `ratio` (width by height), both sides times
/// `fraction`: 0.875 is "resize to 256, crop 224".
pub(super) fn centre(width: u32, height: u32, ratio: f64, fraction: f64) -> Window {
    let (w, h) = (f64::from(width), f64::from(height));
    let inner_width = w.min(h * ratio) * fraction;
    let inner_height = h.min(w / ratio) * fraction;
    let inner_width = (inner_width.round() as u32).clamp(1, width);
    let inner_height = (inner_height.round() as u32).clamp(1, height);
    Window {
        x: (width - inner_width) / 2,
        y: (height - inner_height) / 2,
        width: inner_width,
        height: inner_height,
    }
}

/// A window of random area (a share of the image's from `min_area` on) and aspect ratio (uniform in
/// its logarithm), at a random place. If none of ten draws fits, the largest centred window with a
/// ratio inside the range.
fn random(width: u32, height: u32, min_area: f64, rng: &mut impl Rng) -> Window {
    let area = f64::from(width) * f64::from(height);
    let [narrow, wide] = RATIO;
    for _ in 0..TRIES {
        let target = area * rng.random_range(min_area..=1.0);
        let aspect = rng.random_range(narrow.ln()..=wide.ln()).exp();
        let w = (target * aspect).sqrt().round() as u32;
        let h = (target / aspect).sqrt().round() as u32;
        if (1..=width).contains(&w) && (1..=height).contains(&h) {
            let x = rng.random_range(0..=width - w);
            let y = rng.random_range(0..=height - h);
            return Window { x, y, width: w, height: h };
        }
    }
    let own = f64::from(width) / f64::from(height);
    centre(width, height, own.clamp(narrow, wide), 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_centre_has_the_targets_aspect_ratio() {
        assert_eq!(centre(100, 50, 1.0, 1.0), Window { x: 25, y: 0, width: 50, height: 50 });
        assert_eq!(centre(50, 100, 2.0, 1.0), Window { x: 0, y: 37, width: 50, height: 25 });
        assert_eq!(centre(256, 256, 1.0, 0.875), Window { x: 16, y: 16, width: 224, height: 224 });
        assert_eq!(centre(1, 900, 1.0, 0.1), Window { x: 0, y: 449, width: 1, height: 1 });
    }

    #[test]
    fn random_windows_keep_to_their_ranges() {
        let mut rng = rng::stream(1, 0, 0);
        for _ in 0..2000 {
            let w = random(97, 61, 0.2, &mut rng);
            assert!(w.x + w.width <= 97 && w.y + w.height <= 61, "{w:?}");
            let share = f64::from(w.width * w.height) / (97.0 * 61.0);
            let ratio = f64::from(w.width) / f64::from(w.height);
            assert!((0.19..=1.0).contains(&share), "{share}");
            assert!((0.72..=1.38).contains(&ratio), "{ratio}");
        }
    }

    #[test]
    fn an_image_too_narrow_for_any_draw_gives_its_centre() {
        let mut rng = rng::stream(1, 0, 0);
        let w = random(1000, 10, 0.9, &mut rng);
        assert_eq!(w, Window { x: 493, y: 0, width: 13, height: 10 });
    }
}
