//! From the bytes of a JPEG or PNG file to grey or colour pixels. The format is told by the first
//! bytes, sizes are checked before pixels are allocated, and a truncated file is an error where
//! decoders would fill the rest with grey. EXIF orientation is not applied.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader};

use super::error::{DataError, Fault, Place};
use super::limits::Limits;

/// Decodes to `ImageLuma8` or `ImageRgb8`. Alpha is dropped, 16 bits become 8.
pub(super) fn decode(
    bytes: &[u8],
    limits: &Limits,
    place: &Place,
) -> Result<DynamicImage, DataError> {
    let format = match bytes {
        [] => return Err(place.error(Fault::Empty { what: "bytes" })),
        [0xff, 0xd8, 0xff, ..] => ImageFormat::Jpeg,
        [0x89, b'P', b'N', b'G', ..] => ImageFormat::Png,
        _ => return Err(place.error(Fault::NotAnImage)),
    };
    if format == ImageFormat::Jpeg && !jpeg_is_complete(bytes) {
        return Err(place.error(Fault::EndsEarly));
    }
    let mut caps = image::Limits::default();
    caps.max_image_width = Some(limits.image_side);
    caps.max_image_height = Some(limits.image_side);
    // The largest pixel of a PNG has 8 bytes.
    caps.max_alloc = Some(limits.image_pixels.saturating_mul(8).saturating_add(1 << 20));
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(caps);
    let failed = |e| image_error(e, limits, place);
    let decoder = reader.into_decoder().map_err(failed)?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        let what = format!("{height}x{width} pixels");
        return Err(place.error(Fault::Header { what }));
    }
    if u64::from(width) * u64::from(height) > limits.image_pixels {
        return Err(place.error(limits.pixels_fault()));
    }
    let image = DynamicImage::from_decoder(decoder).map_err(failed)?;
    Ok(match image.color().has_color() {
        true => DynamicImage::ImageRgb8(image.into_rgb8()),
        false => DynamicImage::ImageLuma8(image.into_luma8()),
    })
}

fn image_error(error: ImageError, limits: &Limits, place: &Place) -> DataError {
    match error {
        ImageError::Limits(_) => place.error(Fault::Limit {
            what: "pixels a side",
            limit: limits.image_side.into(),
            option: "limits.image_side or limits.image_pixels",
        }),
        ImageError::IoError(error) => place.read_error(error),
        other => place.error(Fault::corrupt(other)),
    }
}

/// Whether the marker that ends a JPEG file stands where the markers before lead to.
fn jpeg_is_complete(bytes: &[u8]) -> bool {
    let mut at = 2;
    loop {
        // To the next marker: 0xff and a byte that is neither 0 (a stuffed 0xff of image data)
        // nor 0xff (padding) nor a restart.
        let Some(&[_, marker]) = bytes.get(at..at + 2).and_then(|p| p.first_chunk::<2>()) else {
            return false;
        };
        match (bytes.get(at), marker) {
            (Some(0xff), 0xd9) => return true,
            (Some(0xff), 0x02..=0xcf | 0xda..=0xfe) => {
                let length = bytes.get(at + 2..at + 4).and_then(|l| l.first_chunk::<2>());
                let Some(&length) = length else { return false };
                at += 2 + usize::from(u16::from_be_bytes(length)).max(2);
            }
            _ => at += 1,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use image::{GrayImage, RgbImage};
    use proptest::prelude::*;

    /// A picture with structure, encoded.
    pub(in super::super) fn encoded(
        width: u32,
        height: u32,
        colour: bool,
        format: ImageFormat,
    ) -> Vec<u8> {
        let image = match colour {
            true => DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| {
                image::Rgb([(x * 9) as u8, (y * 11) as u8, (x * y) as u8])
            })),
            false => DynamicImage::ImageLuma8(GrayImage::from_fn(width, height, |x, y| {
                image::Luma([(x * 7 + y * 5) as u8])
            })),
        };
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn fault(bytes: &[u8], limits: &Limits) -> Fault {
        decode(bytes, limits, &Place::file("x")).unwrap_err().fault
    }

    #[test]
    fn a_jpeg_cut_anywhere_is_an_error() {
        let bytes = encoded(40, 30, true, ImageFormat::Jpeg);
        assert!(decode(&bytes, &Limits::default(), &Place::file("x")).is_ok());
        for length in 3..bytes.len() {
            let fault = fault(&bytes[..length], &Limits::default());
            assert!(matches!(fault, Fault::EndsEarly), "{length}: {fault}");
        }
    }

    #[test]
    fn a_png_cut_anywhere_inside_its_pixels_is_an_error() {
        let bytes = encoded(40, 30, true, ImageFormat::Png);
        // The 12 bytes of the end chunk carry nothing.
        for length in 4..bytes.len() - 16 {
            assert!(decode(&bytes[..length], &Limits::default(), &Place::file("x")).is_err());
        }
    }

    #[test]
    fn an_image_with_too_many_pixels_is_refused_before_it_is_decoded() {
        let limits = Limits { image_pixels: 1199, ..Limits::default() };
        for format in [ImageFormat::Jpeg, ImageFormat::Png] {
            let fault = fault(&encoded(40, 30, true, format), &limits);
            assert!(matches!(fault, Fault::Limit { .. }), "{fault}");
        }
    }

    #[test]
    fn an_image_with_a_too_long_side_is_refused() {
        let limits = Limits { image_side: 39, ..Limits::default() };
        for format in [ImageFormat::Jpeg, ImageFormat::Png] {
            let fault = fault(&encoded(40, 2, true, format), &limits);
            assert!(matches!(fault, Fault::Limit { .. }), "{fault}");
        }
    }

    #[test]
    fn text_with_the_name_of_an_image_is_no_image() {
        assert!(matches!(fault(b"<html>", &Limits::default()), Fault::NotAnImage));
        assert!(matches!(fault(b"", &Limits::default()), Fault::Empty { .. }));
    }

    /// Changed bytes of a good file, and an end that passes for a whole JPEG.
    fn mutated() -> impl Strategy<Value = Vec<u8>> {
        let files = prop::sample::select(vec![
            encoded(40, 30, true, ImageFormat::Jpeg),
            encoded(17, 9, false, ImageFormat::Jpeg),
            encoded(40, 30, true, ImageFormat::Png),
            encoded(17, 9, false, ImageFormat::Png),
        ]);
        let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8);
        let cut = prop::option::weighted(0.3, any::<prop::sample::Index>());
        (files, changes, cut).prop_map(|(mut bytes, changes, cut)| {
            for (index, value) in changes {
                let at = index.index(bytes.len());
                bytes[at] = value;
            }
            if let Some(index) = cut {
                bytes.truncate(index.index(bytes.len()));
                bytes.extend([0xff, 0xd9]);
            }
            bytes
        })
    }

    proptest! {
        #[test]
        fn a_mutated_image_is_pixels_or_an_error(bytes in mutated()) {
            let limits = Limits { image_pixels: 1 << 16, ..Limits::default() };
            if let Ok(image) = decode(&bytes, &limits, &Place::file("x")) {
                let pixels = u64::from(image.width()) * u64::from(image.height());
                prop_assert!((1..=1 << 16).contains(&pixels));
            }
        }
    }
}
