//! Streams of an image folder: the same numbers whatever the threads do, errors as values, and no
//! thread left behind.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::support::*;
use image::ImageFormat;
use sgnas::data::{
    Batch, DataError, Fault, ImageFolder, ImageStream, Limits, Order, StreamOptions, View,
};
use tempfile::TempDir;

/// Twelve images of three classes and several sizes; the first channel of an image is its number.
fn images() -> TempDir {
    let files: Vec<(String, Vec<u8>)> = (0..12u8)
        .map(|i| {
            let class = ["ant", "bee", "cow"][usize::from(i) % 3];
            let (width, height) = (6 + u32::from(i), 9 + u32::from(i % 4));
            (format!("train/{class}/{i}.png"), colour(width, height, i, ImageFormat::Png))
        })
        .collect();
    let files: Vec<(&str, Vec<u8>)> = files.iter().map(|(n, b)| (n.as_str(), b.clone())).collect();
    folder(&files)
}

fn options() -> StreamOptions {
    StreamOptions {
        seed: 7,
        order: Order::Shuffled,
        view: View::Random { scale: 0.3..=1.0, ratio: 0.75..=1.3333, flip: 0.5 },
        batch: 5,
        channels: 3,
        height: 4,
        width: 5,
        threads: 3,
        prefetch: 2,
        limits: Limits::default(),
    }
}

fn start(root: &Path, epoch: u64, options: &StreamOptions) -> Result<ImageStream, DataError> {
    let folder = ImageFolder::scan(root, &Limits::default())?;
    ImageStream::start(root, &folder.train, 0..folder.train.len(), epoch, options)
}

fn epoch(root: &Path, epoch: u64, options: &StreamOptions) -> Vec<Batch> {
    start(root, epoch, options).unwrap().map(Result::unwrap).collect()
}

/// The number of each image, by its constant first channel.
fn numbers(batches: &[Batch]) -> Vec<u8> {
    batches.iter().flat_map(|batch| batch.images.chunks(60).map(|image| image[0])).collect()
}

#[test]
fn an_epoch_holds_every_image_once_in_batches_of_the_stated_size() {
    let dir = images();
    let batches = epoch(dir.path(), 0, &options());
    assert_eq!(batches.iter().map(|b| b.labels.len()).collect::<Vec<_>>(), [5, 5, 2]);
    assert!(batches.iter().all(|b| b.images.len() == b.labels.len() * 60));
    let labels: Vec<u32> = batches.iter().flat_map(|b| b.labels.clone()).collect();
    let mut seen = numbers(&batches);
    assert!(seen.iter().zip(&labels).all(|(&number, &label)| u32::from(number) % 3 == label));
    seen.sort_unstable();
    assert_eq!(seen, (0..12).collect::<Vec<u8>>());
}

#[test]
fn order_and_windows_do_not_depend_on_the_number_of_threads() {
    let dir = images();
    let one = epoch(dir.path(), 3, &StreamOptions { threads: 1, ..options() });
    for threads in [2, 3, 7, 40] {
        assert_eq!(epoch(dir.path(), 3, &StreamOptions { threads, ..options() }), one);
    }
}

#[test]
fn windows_do_not_depend_on_the_order() {
    let dir = images();
    let shuffled = epoch(dir.path(), 3, &options());
    let listed = epoch(dir.path(), 3, &StreamOptions { order: Order::Listed, ..options() });
    let sorted = |batches: &[Batch]| {
        let mut images: Vec<Vec<u8>> =
            batches.iter().flat_map(|b| b.images.chunks(60).map(<[u8]>::to_vec)).collect();
        images.sort();
        images
    };
    assert_ne!(numbers(&shuffled), numbers(&listed));
    assert_eq!(sorted(&shuffled), sorted(&listed));
}

#[test]
fn another_epoch_or_seed_has_another_order_and_other_windows() {
    let dir = images();
    let first = epoch(dir.path(), 0, &options());
    let second = epoch(dir.path(), 1, &options());
    let other = epoch(dir.path(), 0, &StreamOptions { seed: 8, ..options() });
    assert_ne!(numbers(&first), numbers(&second));
    assert_ne!(numbers(&first), numbers(&other));
    let listed = StreamOptions { order: Order::Listed, ..options() };
    let (first, second) = (epoch(dir.path(), 0, &listed), epoch(dir.path(), 1, &listed));
    assert_eq!(numbers(&first), numbers(&second));
    assert_ne!(first, second);
}

#[test]
fn mirroring_happens_as_often_as_asked() {
    let dir = images();
    let view = |flip| View::Random { scale: 1.0..=1.0, ratio: 1.25..=1.25, flip };
    // The second channel grows to the right in every image.
    let rising = |flip| {
        let batches = epoch(dir.path(), 0, &StreamOptions { view: view(flip), ..options() });
        let images = batches.iter().flat_map(|b| b.images.chunks(60));
        images.filter(|image| image[20] < image[24]).count()
    };
    assert_eq!(rising(0.0), 12);
    assert_eq!(rising(1.0), 0);
    let half = rising(0.5);
    assert!((1..12).contains(&half), "{half}");
}

#[test]
fn evaluation_sees_the_centre_in_listed_order() {
    let dir = images();
    let view = View::Centre { fraction: 1.0 };
    let options = StreamOptions { order: Order::Listed, view, channels: 1, ..options() };
    let batches = epoch(dir.path(), 0, &options);
    let labels: Vec<u32> = batches.iter().flat_map(|b| b.labels.clone()).collect();
    assert_eq!(labels, [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
    assert_eq!(batches, epoch(dir.path(), 9, &options));
}

#[test]
fn a_range_streams_a_part_of_the_set() {
    let dir = images();
    let folder = ImageFolder::scan(dir.path(), &Limits::default()).unwrap();
    let batches: Vec<Batch> = ImageStream::start(dir.path(), &folder.train, 9..12, 0, &options())
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let mut labels = batches[0].labels.clone();
    labels.sort_unstable();
    assert_eq!((batches.len(), labels), (1, vec![0, 1, 2]));
    for range in [12..13, 5..5, 0..13] {
        let error = ImageStream::start(dir.path(), &folder.train, range, 0, &options());
        assert!(matches!(error.unwrap_err().fault, Fault::Argument { .. }));
    }
}

#[test]
fn a_broken_image_is_an_error_in_its_place_and_ends_the_stream() {
    let dir = images();
    fs::write(dir.path().join("train/bee/7.png"), b"\x89PNG nothing").unwrap();
    let listed = StreamOptions { order: Order::Listed, batch: 1, ..options() };
    let results: Vec<_> = start(dir.path(), 0, &listed).unwrap().collect();
    let error = results.last().unwrap().as_ref().unwrap_err();
    assert!(error.to_string().contains("train/bee/7.png"), "{error}");
    assert!(results[..results.len() - 1].iter().all(Result::is_ok));
    // The names of class bee sort as 1, 10, 4, 7, so 7 is its last and the second last of all.
    assert_eq!(results.len(), 11);
}

#[test]
fn an_image_that_vanished_is_an_error() {
    let dir = images();
    let folder = ImageFolder::scan(dir.path(), &Limits::default()).unwrap();
    fs::remove_file(dir.path().join("train/ant/0.png")).unwrap();
    let mut stream = ImageStream::start(dir.path(), &folder.train, 0..12, 0, &options()).unwrap();
    let error = stream.find_map(Result::err).unwrap();
    assert!(matches!(error.fault, Fault::Read(_)), "{error}");
    assert!(error.to_string().contains("0.png"), "{error}");
}

#[test]
fn dropping_a_stream_stops_its_threads() {
    let dir = images();
    let folder = ImageFolder::scan(dir.path(), &Limits::default()).unwrap();
    let options = StreamOptions { prefetch: 1, batch: 1, ..options() };
    let mut stream = ImageStream::start(dir.path(), &folder.train, 0..12, 0, &options).unwrap();
    stream.next().unwrap().unwrap();
    assert!(Arc::strong_count(&folder.train) > 1);
    drop(stream);
    assert_eq!(Arc::strong_count(&folder.train), 1);
}

#[test]
fn an_ended_stream_stays_ended() {
    let dir = images();
    let mut stream = start(dir.path(), 0, &options()).unwrap();
    assert_eq!(stream.by_ref().count(), 3);
    assert!(stream.next().is_none());
}

#[test]
fn arguments_outside_their_range_are_named() {
    let dir = images();
    let random = |scale, ratio, flip| View::Random { scale, ratio, flip };
    let bad = [
        StreamOptions { batch: 0, ..options() },
        StreamOptions { channels: 2, ..options() },
        StreamOptions { height: 0, ..options() },
        StreamOptions { width: 5000, ..options() },
        StreamOptions { threads: 0, ..options() },
        StreamOptions { prefetch: 0, ..options() },
        StreamOptions { view: View::Centre { fraction: 0.0 }, ..options() },
        StreamOptions { view: View::Centre { fraction: f64::NAN }, ..options() },
        StreamOptions { view: random(0.0..=1.0, 1.0..=1.0, 0.5), ..options() },
        StreamOptions { view: random(0.5..=0.2, 1.0..=1.0, 0.5), ..options() },
        StreamOptions { view: random(0.5..=1.0, -1.0..=1.0, 0.5), ..options() },
        StreamOptions { view: random(0.5..=1.0, 1.0..=f64::INFINITY, 0.5), ..options() },
        StreamOptions { view: random(0.5..=1.0, 1.0..=1.0, 1.5), ..options() },
    ];
    for options in bad {
        let error = start(dir.path(), 0, &options).unwrap_err();
        assert!(matches!(error.fault, Fault::Argument { .. }), "{error}");
    }
}

#[test]
fn an_archive_is_not_streamed() {
    let (_dir, path) = file("a.zip", zip(&picture_set()));
    let error = ImageFolder::scan(path, &Limits::default()).unwrap_err();
    assert!(matches!(error.fault, Fault::Unsupported { .. }), "{error}");
}
