//! Small data sets, written as bytes.

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use image::{DynamicImage, GrayImage, ImageFormat, Luma, Rgb, RgbImage};
use sgnas::data::{DataError, DataSet, OpenOptions, open};
use tempfile::TempDir;

pub(crate) fn opened(path: impl AsRef<Path>) -> Result<DataSet, DataError> {
    open(path, &OpenOptions::default())
}

/// A temporary folder with these files.
pub(crate) fn folder(files: &[(&str, Vec<u8>)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    dir
}

/// A temporary folder with one file, and the file's path.
pub(crate) fn file(name: &str, bytes: Vec<u8>) -> (TempDir, PathBuf) {
    let dir = folder(&[(name, bytes)]);
    let path = dir.path().join(name);
    (dir, path)
}

pub(crate) fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn tar(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, bytes.as_slice()).unwrap();
    }
    builder.into_inner().unwrap()
}

/// A tar entry as raw header and body: names and types that the builder refuses to write.
pub(crate) fn tar_entry(name: &[u8], kind: tar::EntryType, bytes: &[u8]) -> Vec<u8> {
    let mut header = tar::Header::new_gnu();
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.set_entry_type(kind);
    header.set_size(bytes.len() as u64);
    header.set_cksum();
    let mut entry = header.as_bytes().to_vec();
    entry.extend_from_slice(bytes);
    entry.resize(entry.len().next_multiple_of(512), 0);
    entry
}

pub(crate) fn zip(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        let options = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated);
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

pub(crate) fn idx_images(count: u32, height: u32, width: u32, bytes: &[u8]) -> Vec<u8> {
    let mut file = 0x0803u32.to_be_bytes().to_vec();
    for n in [count, height, width] {
        file.extend_from_slice(&n.to_be_bytes());
    }
    file.extend_from_slice(bytes);
    file
}

pub(crate) fn idx_labels(count: u32, labels: &[u8]) -> Vec<u8> {
    let mut file = 0x0801u32.to_be_bytes().to_vec();
    file.extend_from_slice(&count.to_be_bytes());
    file.extend_from_slice(labels);
    file
}

pub(crate) const IDX_NAMES: [&str; 4] = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
];

/// Four training and two test images of 2x3, classes 0 and 1.
pub(crate) fn idx_set() -> Vec<(&'static str, Vec<u8>)> {
    let train: Vec<u8> = (0..24).collect();
    let test: Vec<u8> = (100..112).collect();
    vec![
        (IDX_NAMES[0], idx_images(4, 2, 3, &train)),
        (IDX_NAMES[1], idx_labels(4, &[0, 1, 1, 0])),
        (IDX_NAMES[2], idx_images(2, 2, 3, &test)),
        (IDX_NAMES[3], idx_labels(2, &[1, 0])),
    ]
}

/// CIFAR records: the label bytes, then 3,072 bytes that count up from `first`.
pub(crate) fn cifar(labels: &[&[u8]], first: u8) -> Vec<u8> {
    let mut file = Vec::new();
    for label in labels {
        file.extend_from_slice(label);
        file.extend((0..3072u32).map(|i| first.wrapping_add((i % 251) as u8)));
    }
    file
}

pub(crate) fn cifar10_set() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("cifar-10-batches-bin/data_batch_1.bin", cifar(&[&[3], &[9]], 1)),
        ("cifar-10-batches-bin/data_batch_2.bin", cifar(&[&[0]], 7)),
        ("cifar-10-batches-bin/test_batch.bin", cifar(&[&[5]], 9)),
    ]
}

pub(crate) fn colour(width: u32, height: u32, seed: u8, format: ImageFormat) -> Vec<u8> {
    encoded(
        &DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| {
            Rgb([seed, (x * 20) as u8, (y * 20) as u8])
        })),
        format,
    )
}

pub(crate) fn grey(width: u32, height: u32, value: u8) -> Vec<u8> {
    let image = GrayImage::from_pixel(width, height, Luma([value]));
    encoded(&DynamicImage::ImageLuma8(image), ImageFormat::Png)
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Three training images of two classes and one test image, 4 wide and 3 high.
pub(crate) fn picture_set() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("train/dog/1.png", colour(4, 3, 10, ImageFormat::Png)),
        ("train/cat/1.png", colour(4, 3, 20, ImageFormat::Png)),
        ("train/cat/2.jpg", colour(4, 3, 30, ImageFormat::Jpeg)),
        ("test/dog/9.png", colour(4, 3, 40, ImageFormat::Png)),
    ]
}
