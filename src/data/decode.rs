//! From the bytes of a JPEG or PNG file to grey or colour pixels. The format is told by the first
//! bytes, sizes are checked before pixels are allocated, and a truncated file is an error where
//! decoders would fill the rest with grey. The orientation that a camera noted (EXIF) is applied.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader};

use super::error::{DataError, Fault, Place};
use super::limits::Limits;
use super::shape::Shape;

/// Decodes to `ImageLuma8` or `ImageRgb8`. Alpha is dropped, 16 bits become 8.
pub(super) fn decode(
    bytes: &[u8],
    limits: &Limits,
    place: &Place,
) -> Result<DynamicImage, DataError> {
    let failed = |e| image_error(e, limits, place);
    let mut decoder = open(bytes, limits, place)?;
    // What cannot be read of it is no orientation.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(failed)?;
    image.apply_orientation(orientation);
    Ok(match image.color().has_color() {
        true => DynamicImage::ImageRgb8(image.into_rgb8()),
        false => DynamicImage::ImageLuma8(image.into_luma8()),
    })
}

/// Channels (1 or 3), height and width of what [`decode`] would give, from the header alone.
pub(super) fn shape(bytes: &[u8], limits: &Limits, place: &Place) -> Result<Shape, DataError> {
    let mut decoder = open(bytes, limits, place)?;
    let (mut width, mut height) = decoder.dimensions();
    if turns(decoder.orientation().unwrap_or(Orientation::NoTransforms)) {
        (width, height) = (height, width);
    }
    let channels = if decoder.color_type().has_color() { 3 } else { 1 };
    Ok(Shape { channels, height: height as usize, width: width as usize })
}

/// Whether an orientation swaps height and width.
fn turns(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    )
}

/// A decoder whose header has been read and found within the limits.
fn open<'a>(
    bytes: &'a [u8],
    limits: &Limits,
    place: &Place,
) -> Result<impl ImageDecoder + 'a, DataError> {
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
    let decoder = reader.into_decoder().map_err(|e| image_error(e, limits, place))?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        let what = format!("{height}x{width} pixels");
        return Err(place.error(Fault::Header { what }));
    }
    if u64::from(width) * u64::from(height) > limits.image_pixels {
        return Err(place.error(limits.pixels_fault()));
    }
    Ok(decoder)
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

    /// A JPEG that notes an orientation: an EXIF segment with that one entry after the first marker.
    fn turned(jpeg: &[u8], orientation: u8) -> Vec<u8> {
        let mut segment = b"\xff\xe1\x00\x22Exif\0\0II*\0\x08\0\0\0\x01\0".to_vec();
        segment.extend([0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0]);
        [&jpeg[..2], &segment, &jpeg[2..]].concat()
    }

    #[test]
    fn the_orientation_that_a_camera_noted_is_applied() {
        let place = Place::file("x");
        let jpeg = encoded(40, 30, true, ImageFormat::Jpeg);
        let plain = decode(&jpeg, &Limits::default(), &place).unwrap();
        let upright = Shape { channels: 3, height: 30, width: 40 };
        assert_eq!(shape(&jpeg, &Limits::default(), &place).unwrap(), upright);
        for (orientation, expected) in [
            (1, plain.clone()),
            (3, plain.rotate180()),
            (6, plain.rotate90()),
            (7, plain.rotate270().fliph()),
        ] {
            let bytes = turned(&jpeg, orientation);
            let image = decode(&bytes, &Limits::default(), &place).unwrap();
            assert_eq!(image, expected, "orientation {orientation}");
            let stated = shape(&bytes, &Limits::default(), &place).unwrap();
            let own = (expected.height() as usize, expected.width() as usize);
            assert_eq!((stated.height, stated.width), own, "orientation {orientation}");
        }
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
