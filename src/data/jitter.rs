//! Colour jitter: brightness, contrast and saturation of an image, each times a random factor, in
//! a random order (section 8 of the specification).

use rand::seq::SliceRandom;
use rand::{Rng, RngExt};

/// Shares of red, green and blue in luminance (ITU-R 601).
const LUMINANCE: [f32; 3] = [0.299, 0.587, 0.114];

/// What a factor multiplies.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Change {
    /// The values.
    Brightness,
    /// Their distance from the image's mean luminance.
    Contrast,
    /// Their distance from their pixel's luminance.
    Saturation,
}

/// Changes in their order, each with its factor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Jitter([(Change, f32); 3]);

impl Jitter {
    /// Factors from 1 - `strength` to 1 + `strength`.
    pub(super) fn draw(strength: f64, rng: &mut impl Rng) -> Self {
        let changes = [Change::Brightness, Change::Contrast, Change::Saturation];
        let mut factor = || rng.random_range(1.0 - strength..=1.0 + strength) as f32;
        let mut drawn = changes.map(|change| (change, factor()));
        drawn.shuffle(rng);
        Self(drawn)
    }

    /// Changes the planes of an image of one channel or three.
    pub(super) fn apply(&self, pixels: &mut [u8], channels: usize) {
        for &(change, factor) in &self.0 {
            match (change, channels) {
                (Change::Brightness, _) => map(pixels, |value| value * factor),
                (Change::Contrast, 3) => {
                    let sum: f64 = luminances(pixels).map(f64::from).sum();
                    stretch(pixels, sum / (pixels.len() / 3).max(1) as f64, factor);
                }
                (Change::Contrast, _) => {
                    let sum: u64 = pixels.iter().map(|&value| u64::from(value)).sum();
                    stretch(pixels, sum as f64 / pixels.len().max(1) as f64, factor);
                }
                (Change::Saturation, 3) => {
                    let grey: Vec<f32> = luminances(pixels).collect();
                    for plane in pixels.chunks_exact_mut(grey.len().max(1)) {
                        for (value, grey) in plane.iter_mut().zip(&grey) {
                            *value = rounded(grey + factor * (f32::from(*value) - grey));
                        }
                    }
                }
                // Grey has none.
                (Change::Saturation, _) => {}
            }
        }
    }
}

fn stretch(pixels: &mut [u8], mean: f64, factor: f32) {
    let mean = mean.round() as f32;
    map(pixels, |value| mean + factor * (value - mean));
}

fn map(pixels: &mut [u8], change: impl Fn(f32) -> f32) {
    pixels.iter_mut().for_each(|value| *value = rounded(change(f32::from(*value))));
}

/// Of three planes, by pixel.
fn luminances(pixels: &[u8]) -> impl Iterator<Item = f32> {
    let plane = pixels.len() / 3;
    let (red, others) = pixels.split_at(plane);
    let (green, blue) = others.split_at(plane);
    red.iter().zip(green).zip(blue).map(|((&r, &g), &b)| {
        let [r, g, b] = [r, g, b].map(f32::from);
        f32::from(rounded(LUMINANCE[0] * r + LUMINANCE[1] * g + LUMINANCE[2] * b))
    })
}

/// The cast saturates.
fn rounded(value: f32) -> u8 {
    (value + 0.5) as u8
}

#[cfg(test)]
mod tests {
    use super::super::rng;
    use super::*;

    fn changed(changes: [(Change, f32); 3], pixels: &[u8], channels: usize) -> Vec<u8> {
        let mut pixels = pixels.to_vec();
        Jitter(changes).apply(&mut pixels, channels);
        pixels
    }

    const NONE: [(Change, f32); 3] =
        [(Change::Brightness, 1.0), (Change::Contrast, 1.0), (Change::Saturation, 1.0)];

    #[test]
    fn each_change_is_what_its_name_says() {
        // Two pixels: red and a grey.
        let pixels = [200, 100, 0, 100, 0, 100];
        assert_eq!(changed(NONE, &pixels, 3), pixels);
        let [mut brighter, mut flat, mut grey] = [NONE; 3];
        brighter[0].1 = 1.4;
        assert_eq!(changed(brighter, &pixels, 3), [255, 140, 0, 140, 0, 140]);
        // Luminances 60 and 100, their mean 80.
        flat[1].1 = 0.5;
        assert_eq!(changed(flat, &pixels, 3), [140, 90, 40, 90, 40, 90]);
        grey[2].1 = 0.5;
        assert_eq!(changed(grey, &pixels, 3), [130, 100, 30, 100, 30, 100]);
        assert_eq!(changed(grey, &[3, 9], 1), [3, 9]);
        assert_eq!(changed(flat, &[10, 30], 1), [15, 25]);
    }

    #[test]
    fn draws_keep_to_their_range_in_every_order() {
        let mut rng = rng::stream(4, 0, 0);
        let mut first = [0; 3];
        for _ in 0..600 {
            let Jitter(drawn) = Jitter::draw(0.4, &mut rng);
            assert!(drawn.iter().all(|(_, factor)| (0.6..=1.4).contains(factor)), "{drawn:?}");
            let place = NONE.iter().position(|(change, _)| *change == drawn[0].0).unwrap_or(0);
            first[place] += 1;
        }
        assert!(first.iter().all(|&count| count > 120), "{first:?}");
    }
}
