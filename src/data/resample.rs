//! From a window of a decoded image to the bytes of a batch: linear or cubic filter, widened when it
//! shrinks (antialiasing), the look's colours, and the order channel, row, column.
//!
//! The `image` crate's resize passes through four channels of f32 and takes five times as long as
//! decoding the JPEG; this one takes less than the decoding.

use image::DynamicImage;

use super::crop::{Filter, Look, Window};
use super::shape::Shape;

/// Writes what is seen at the size `to` as `to.channels` x height x width bytes. Grey is repeated to
/// fill three channels; colour becomes grey by luminance for one.
pub(super) fn render(image: DynamicImage, look: &Look, to: Shape, out: &mut [u8]) {
    let plane = to.height * to.width;
    match image {
        DynamicImage::ImageRgb8(image) if to.channels == 3 => {
            resample::<3>(image.as_raw(), image.width() as usize, look, to, out);
        }
        image => {
            let image = image.into_luma8();
            resample::<1>(image.as_raw(), image.width() as usize, look, to, out);
            if let Some((first, others)) = out.split_at_mut_checked(plane) {
                others
                    .chunks_exact_mut(plane.max(1))
                    .for_each(|other| other.copy_from_slice(first));
            }
        }
    }
    if let Some(jitter) = look.jitter {
        jitter.apply(out, to.channels);
    }
}

/// [`render`] for pixels that lie by channel already, `from.channels` planes of them.
pub(super) fn render_planes(pixels: &[u8], from: Shape, look: &Look, to: Shape, out: &mut [u8]) {
    let one = Shape { channels: 1, ..to };
    let planes = pixels.chunks_exact((from.height * from.width).max(1));
    for (plane, out) in planes.zip(out.chunks_exact_mut((to.height * to.width).max(1))) {
        resample::<1>(plane, from.width, look, one, out);
    }
    if let Some(jitter) = look.jitter {
        jitter.apply(out, to.channels);
    }
}

/// Columns first, into `C` planes of the window's rows, then rows.
fn resample<const C: usize>(
    pixels: &[u8],
    stride: usize,
    &Look { window, filter, .. }: &Look,
    to: Shape,
    out: &mut [u8],
) {
    let rows = window.height as usize;
    if (window.width as usize, rows) == (to.width, to.height) {
        return copy::<C>(pixels, stride, window, out);
    }
    let columns = taps(filter, window.x, window.width, to.width);
    let mut narrow = vec![0f32; C * rows * to.width];
    let lines = pixels.chunks_exact((stride * C).max(1)).skip(window.y as usize).take(rows);
    for (y, line) in lines.enumerate() {
        for (x, tap) in columns.iter().enumerate() {
            let mut sums = [0f32; C];
            let from = line.get(tap.first * C..).unwrap_or_default();
            for (weight, pixel) in tap.weights.iter().zip(from.as_chunks::<C>().0) {
                for (sum, &value) in sums.iter_mut().zip(pixel) {
                    *sum += weight * f32::from(value);
                }
            }
            for (channel, sum) in sums.into_iter().enumerate() {
                if let Some(slot) = narrow.get_mut((channel * rows + y) * to.width + x) {
                    *slot = sum;
                }
            }
        }
    }
    let lines = taps(filter, 0, window.height, to.height);
    let planes = narrow.chunks_exact((rows * to.width).max(1));
    for (plane, out) in planes.zip(out.chunks_exact_mut((to.height * to.width).max(1))) {
        let mut sums = vec![0f32; to.width];
        for (tap, out) in lines.iter().zip(out.chunks_exact_mut(to.width.max(1))) {
            sums.fill(0.5);
            let from = plane.chunks_exact(to.width.max(1)).skip(tap.first);
            for (weight, line) in tap.weights.iter().zip(from) {
                sums.iter_mut().zip(line).for_each(|(sum, value)| *sum += weight * value);
            }
            // The cast saturates, and 0.5 makes it round.
            out.iter_mut().zip(&sums).for_each(|(to, &sum)| *to = sum as u8);
        }
    }
}

/// The case of equal sizes, where the filter would change nothing: most resident sets.
fn copy<const C: usize>(pixels: &[u8], stride: usize, window: Window, out: &mut [u8]) {
    let (width, rows) = (window.width as usize, window.height as usize);
    let lines = pixels.chunks_exact((stride * C).max(1)).skip(window.y as usize).take(rows);
    for (y, line) in lines.enumerate() {
        let line = line.get(window.x as usize * C..).unwrap_or_default().as_chunks::<C>().0;
        for channel in 0..C {
            let to = out.get_mut((channel * rows + y) * width..).unwrap_or_default();
            for (to, pixel) in to.iter_mut().take(width).zip(line) {
                *to = pixel.get(channel).copied().unwrap_or_default();
            }
        }
    }
}

/// The source pixels that a target pixel averages.
struct Tap {
    first: usize,
    weights: Vec<f32>,
}

/// The filter's weight at a distance in its own pixels.
fn weight(filter: Filter, distance: f64) -> f64 {
    let d = distance.abs();
    match filter {
        Filter::Linear => (1.0 - d).max(0.0),
        Filter::Cubic if d < 1.0 => (1.5 * d - 2.5) * d * d + 1.0,
        Filter::Cubic if d < 2.0 => ((-0.5 * d + 2.5) * d - 4.0) * d + 2.0,
        Filter::Cubic => 0.0,
    }
}

/// For `count` targets over `length` sources from `start`: weights by distance in source pixels or,
/// when shrinking, target pixels, normalised.
fn taps(filter: Filter, start: u32, length: u32, count: usize) -> Vec<Tap> {
    let scale = f64::from(length) / count as f64;
    let unit = scale.max(1.0);
    let reach = match filter {
        Filter::Linear => unit,
        Filter::Cubic => 2.0 * unit,
    };
    let tap = |target: usize| {
        let centre = (target as f64 + 0.5) * scale;
        let first = (centre - reach).floor().max(0.0);
        let end = (centre + reach).ceil().min(f64::from(length));
        let weight = |source: usize| weight(filter, (first + source as f64 + 0.5 - centre) / unit);
        let weights: Vec<f64> = (0..(end - first) as usize).map(weight).collect();
        let total: f64 = weights.iter().sum();
        Tap {
            first: start as usize + first as usize,
            weights: weights.into_iter().map(|w| (w / total) as f32).collect(),
        }
    };
    (0..count).map(tap).collect()
}

#[cfg(test)]
mod tests {
    use super::super::crop::centre;
    use super::*;
    use image::{GrayImage, Luma, Rgb, RgbImage};

    fn noise(x: u32, y: u32) -> u8 {
        ((x * 37 + y * 101 + x * y * 7) % 256) as u8
    }

    fn grey(width: u32, height: u32) -> DynamicImage {
        DynamicImage::ImageLuma8(GrayImage::from_fn(width, height, |x, y| Luma([noise(x, y)])))
    }

    fn rendered(image: DynamicImage, look: impl Into<Look>, to: Shape) -> Vec<u8> {
        let mut out = vec![77; to.channels * to.height * to.width];
        render(image, &look.into(), to, &mut out);
        out
    }

    fn shape(channels: usize, height: usize, width: usize) -> Shape {
        Shape { channels, height, width }
    }

    #[test]
    fn at_its_own_size_an_image_is_itself_by_channel() {
        let image = RgbImage::from_fn(3, 2, |x, y| Rgb([x as u8, y as u8, 9]));
        let image = DynamicImage::ImageRgb8(image);
        let whole = Window { x: 0, y: 0, width: 3, height: 2 };
        let same = rendered(image.clone(), whole, shape(3, 2, 3));
        assert_eq!(same, [0, 1, 2, 0, 1, 2, 0, 0, 0, 1, 1, 1, 9, 9, 9, 9, 9, 9]);
        let narrow = rendered(image.clone(), whole, shape(3, 5, 2));
        let planes = rendered(image, whole, shape(3, 2, 3));
        let mut out = vec![0; 30];
        render_planes(&planes, shape(3, 2, 3), &whole.into(), shape(3, 5, 2), &mut out);
        assert_eq!(out, narrow);
    }

    #[test]
    fn a_window_of_the_targets_size_is_cut_out() {
        let window = Window { x: 2, y: 1, width: 2, height: 3 };
        let cut = rendered(grey(5, 6), window, shape(1, 3, 2));
        let expected: Vec<u8> = (1..4).flat_map(|y| (2..4).map(move |x| noise(x, y))).collect();
        assert_eq!(cut, expected);
    }

    #[test]
    fn grey_fills_three_channels_and_colour_becomes_luminance() {
        let whole = Window { x: 0, y: 0, width: 2, height: 1 };
        let image = grey(2, 1);
        let three = rendered(image.clone(), whole, shape(3, 1, 2));
        assert_eq!(three, [0, 37, 0, 37, 0, 37]);
        let one = rendered(DynamicImage::ImageRgb8(image.into_rgb8()), whole, shape(1, 1, 2));
        assert_eq!(one, [0, 37]);
    }

    /// The definition, pixel by pixel in two dimensions.
    fn twin(from: &GrayImage, look: Look, x: usize, y: usize, to: Shape) -> f64 {
        let Look { window, filter, .. } = look;
        let (sx, sy) = (
            f64::from(window.width) / to.width as f64,
            f64::from(window.height) / to.height as f64,
        );
        let (cx, cy) = ((x as f64 + 0.5) * sx, (y as f64 + 0.5) * sy);
        let weight = |at: u32, centre: f64, scale: f64| {
            let d = (f64::from(at) + 0.5 - centre).abs() / scale.max(1.0);
            match filter {
                Filter::Linear => (1.0 - d).max(0.0),
                Filter::Cubic if d < 1.0 => 1.5 * d.powi(3) - 2.5 * d.powi(2) + 1.0,
                Filter::Cubic => {
                    (-0.5 * d.min(2.0).powi(3) + 2.5 * d.min(2.0).powi(2)) - 4.0 * d.min(2.0) + 2.0
                }
            }
        };
        let (mut sum, mut total) = (0.0, 0.0);
        for j in 0..window.height {
            for i in 0..window.width {
                let w = weight(i, cx, sx) * weight(j, cy, sy);
                sum += w * f64::from(from.get_pixel(window.x + i, window.y + j).0[0]);
                total += w;
            }
        }
        // A cubic overshoots, bytes do not.
        (sum / total).clamp(0.0, 255.0)
    }

    #[test]
    fn sizes_up_and_down_agree_with_the_definition() {
        let from = grey(23, 17).into_luma8();
        for (width, height) in [(1, 1), (5, 40), (23, 3), (64, 31), (7, 11)] {
            for window in [
                Window { x: 0, y: 0, width: 23, height: 17 },
                Window { x: 3, y: 5, width: 13, height: 7 },
                Window { x: 22, y: 16, width: 1, height: 1 },
            ] {
                for filter in [Filter::Linear, Filter::Cubic] {
                    let (look, to) = (Look { filter, ..window.into() }, shape(1, height, width));
                    let out = rendered(DynamicImage::ImageLuma8(from.clone()), look, to);
                    for (at, &byte) in out.iter().enumerate() {
                        let exact = twin(&from, look, at % width, at / width, to);
                        let error = (f64::from(byte) - exact).abs();
                        assert!(error < 0.501, "{width}x{height} {look:?}: {error}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_constant_image_stays_constant() {
        let image = DynamicImage::ImageLuma8(GrayImage::from_pixel(97, 61, Luma([255])));
        let out = rendered(image, centre(97, 61, 1.0, 0.9), shape(1, 40, 90));
        assert!(out.iter().all(|&byte| byte == 255));
    }
}
