//! Streams of an image folder: the same numbers whatever the threads do, errors as values, and no
//! thread left behind.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::support::*;
use image::ImageFormat;
use sgnas::data::{
    DataError, Fault, Filter, ImageStream, OpenOptions, Pictures, Selection, Source, View, load,
    measure,
};
use tempfile::TempDir;

/// Side of the images of a batch.
const SIDE: usize = 4;
/// Bytes of an image of a batch.
const BYTES: usize = 3 * SIDE * SIDE;
const CROPS: View = View::crops(0.3);

/// Twelve training images and one test image of three classes and several sizes, coloured but for
/// one; the first channel of an image is its number.
fn images() -> TempDir {
    let picture = |split: &str, i: u8| {
        let class = ["ant", "bee", "cow"][usize::from(i) % 3];
        let (width, height) = (6 + u32::from(i), 9 + u32::from(i % 4));
        let bytes = match i {
            5 => grey(width, height, i),
            _ => colour(width, height, i, ImageFormat::Png),
        };
        (format!("{split}/{class}/{i}.png"), bytes)
    };
    let files: Vec<_> = (0..12).map(|i| picture("train", i)).chain([picture("val", 4)]).collect();
    let files: Vec<(&str, Vec<u8>)> = files.iter().map(|(n, b)| (n.as_str(), b.clone())).collect();
    folder(&files)
}

fn options() -> OpenOptions {
    OpenOptions { size: Some((SIDE, SIDE)), keep_files: true, ..OpenOptions::default() }
}

fn train(root: &Path) -> Arc<Pictures> {
    Source::open(root, &options()).unwrap().train
}

/// Batches of the twelve images in their order, `size` each, of epoch `step`.
fn selections(size: u32, step: u64) -> impl Iterator<Item = Selection> {
    (0..12).step_by(size as usize).map(move |at| Selection {
        numbers: (at..(at + size).min(12)).collect(),
        seed_and_step: (7, step),
    })
}

/// The pixels of an epoch.
fn epoch(set: &Arc<Pictures>, view: View, threads: usize, size: u32, step: u64) -> Vec<u8> {
    let stream = ImageStream::start(set, view, threads, selections(size, step)).unwrap();
    stream.flat_map(|batch| batch.unwrap().pixels).collect()
}

#[test]
fn batches_come_in_the_order_of_their_selections_with_the_images_that_were_asked_for() {
    let dir = images();
    let set = train(dir.path());
    assert_eq!((set.len(), set.shape()), (12, [3, SIDE, SIDE]));
    let wanted = [vec![3, 3, 11], vec![0], vec![9, 8, 7, 6, 5, 4, 2, 1, 10]];
    let ask = wanted.clone().map(|numbers| Selection { numbers, seed_and_step: (1, 2) });
    let stream = ImageStream::start(&set, CROPS, 3, ask.into_iter()).unwrap();
    let batches: Vec<_> = stream.map(Result::unwrap).collect();
    assert_eq!(batches.len(), 3);
    for (batch, wanted) in batches.iter().zip(&wanted) {
        assert_eq!(&batch.selection.numbers, wanted);
        let seen: Vec<u8> = batch.pixels.chunks(BYTES).map(|image| image[0]).collect();
        // Numbers sort as text within a class, and classes are interleaved.
        let names = [0, 1, 11, 3, 10, 2, 6, 4, 5, 9, 7, 8];
        assert_eq!(seen, wanted.iter().map(|&n| names[n as usize]).collect::<Vec<u8>>());
        let label = |&n: &u32| u32::from(names[n as usize]) % 3;
        assert!(wanted.iter().all(|n| set.label(*n as usize) == Some(label(n))));
    }
}

#[test]
fn pixels_do_not_depend_on_the_number_of_threads_nor_on_the_size_of_batches() {
    let dir = images();
    let set = train(dir.path());
    let one = epoch(&set, CROPS, 1, 5, 3);
    for (threads, size) in [(2, 5), (3, 1), (7, 12), (40, 4)] {
        assert_eq!(epoch(&set, CROPS, threads, size, 3), one, "{threads} threads");
    }
}

#[test]
fn windows_are_drawn_anew_at_each_step_and_for_each_seed() {
    let dir = images();
    let set = train(dir.path());
    let first = epoch(&set, CROPS, 2, 5, 0);
    assert_eq!(first, epoch(&set, CROPS, 2, 5, 0));
    assert_ne!(first, epoch(&set, CROPS, 2, 5, 1));
    let other = selections(5, 0).map(|s| Selection { seed_and_step: (8, 0), ..s });
    let other = ImageStream::start(&set, CROPS, 2, other).unwrap();
    assert_ne!(first, other.flat_map(|batch| batch.unwrap().pixels).collect::<Vec<u8>>());
    assert_eq!(epoch(&set, View::WHOLE, 2, 5, 0), epoch(&set, View::WHOLE, 2, 5, 1));
}

#[test]
fn a_grey_image_among_coloured_ones_fills_all_channels() {
    let dir = images();
    let set = train(dir.path());
    let pixels = epoch(&set, View::WHOLE, 2, 12, 0);
    let grey = &pixels[8 * BYTES..9 * BYTES];
    assert!(grey.iter().all(|&byte| byte == 5), "{grey:?}");
}

#[test]
fn a_small_folder_is_the_same_set_in_memory_and_as_files() {
    let dir = images();
    let files = Source::open(dir.path(), &options()).unwrap();
    let memory = OpenOptions { keep_files: false, ..options() };
    let memory = Source::open(dir.path(), &memory).unwrap();
    for (files, memory) in [(&files.train, &memory.train), (&files.test, &memory.test)] {
        assert!(matches!(**files, Pictures::Files(_)));
        let Pictures::Memory(set) = &**memory else { panic!("not in memory") };
        assert_eq!(&load(files, View::WHOLE, 2).unwrap(), set);
        let measured = measure(files, 0..set.len(), View::WHOLE, 2).unwrap();
        assert_eq!(measured, set.statistics(0..set.len()).unwrap());
    }
    assert_eq!(files.train.parts(0.8).unwrap(), memory.train.parts(0.8).unwrap());
}

#[test]
fn a_folder_that_memory_would_not_hold_is_streamed_and_must_have_a_size() {
    let dir = images();
    let mut options = OpenOptions { keep_files: false, ..options() };
    options.limits.resident_bytes = 13 * BYTES as u64;
    let source = Source::open(dir.path(), &options).unwrap();
    assert!(matches!(*source.train, Pictures::Memory(_)));
    options.limits.resident_bytes -= 1;
    let source = Source::open(dir.path(), &options).unwrap();
    assert!(matches!(*source.train, Pictures::Files(_)));
    options.size = None;
    let error = Source::open(dir.path(), &options).unwrap_err();
    assert!(matches!(error.fault, Fault::NoSize { images: 13, .. }), "{error}");
    assert!(error.to_string().contains("--set images.size="), "{error}");
}

#[test]
fn test_images_are_held_out_of_streamed_files_where_that_is_wanted() {
    let dir = images();
    fs::remove_dir_all(dir.path().join("val")).unwrap();
    let error = Source::open(dir.path(), &options()).unwrap_err();
    assert!(matches!(error.fault, Fault::NoTestSplit { .. }), "{error}");
    let source =
        Source::open(dir.path(), &OpenOptions { test_portion: Some(0.25), ..options() }).unwrap();
    assert_eq!((source.train.len(), source.test.len()), (9, 3));
    let labels: Vec<Option<u32>> = (0..3).map(|i| source.test.label(i)).collect();
    assert_eq!(labels, [Some(0), Some(1), Some(2)]);
}

#[test]
fn a_broken_image_is_an_error_in_its_place_and_ends_the_stream() {
    let dir = images();
    fs::write(dir.path().join("train/bee/7.png"), b"\x89PNG nothing").unwrap();
    let set = train(dir.path());
    let results: Vec<_> = ImageStream::start(&set, CROPS, 3, selections(1, 0)).unwrap().collect();
    let error = results.last().unwrap().as_ref().unwrap_err();
    assert!(error.to_string().contains("train/bee/7.png"), "{error}");
    assert!(results[..results.len() - 1].iter().all(Result::is_ok));
    // The names of class bee sort as 1, 10, 4, 7, so 7 is its last and the second last of all.
    assert_eq!(results.len(), 11);
}

#[test]
fn an_image_that_vanished_is_an_error() {
    let dir = images();
    let set = train(dir.path());
    fs::remove_file(dir.path().join("train/ant/0.png")).unwrap();
    let mut stream = ImageStream::start(&set, CROPS, 3, selections(5, 0)).unwrap();
    let error = stream.find_map(Result::err).unwrap();
    assert!(matches!(error.fault, Fault::Read(_)), "{error}");
    assert!(error.to_string().contains("0.png"), "{error}");
}

#[test]
fn dropping_a_stream_stops_its_threads() {
    let dir = images();
    let set = train(dir.path());
    let mut stream = ImageStream::start(&set, CROPS, 3, selections(1, 0)).unwrap();
    stream.next().unwrap().unwrap();
    assert!(Arc::strong_count(&set) > 1);
    drop(stream);
    assert_eq!(Arc::strong_count(&set), 1);
}

#[test]
fn an_ended_stream_stays_ended() {
    let dir = images();
    let mut stream = ImageStream::start(&train(dir.path()), CROPS, 3, selections(5, 0)).unwrap();
    assert_eq!(stream.by_ref().count(), 3);
    assert!(stream.next().is_none());
}

#[test]
fn arguments_outside_their_range_are_named() {
    let dir = images();
    let set = train(dir.path());
    let refused = |view, threads| {
        let error: DataError =
            ImageStream::start(&set, view, threads, selections(5, 0)).unwrap_err();
        assert!(matches!(error.fault, Fault::Argument { .. }), "{error}");
    };
    for bad in [0.0, -1.0, 1.5, f64::NAN] {
        refused(View::Centre { fraction: bad, filter: Filter::Linear }, 1);
        refused(View::crops(bad), 1);
    }
    for jitter in [-0.1, 1.1, f64::NAN] {
        refused(View::Random { min_area: 0.3, filters: true, jitter }, 1);
    }
    refused(CROPS, 0);
    refused(CROPS, 257);
}

#[test]
fn an_archive_is_not_streamed_and_says_so() {
    let (_dir, path) = file("a.zip", zip(&picture_set()));
    let error = Source::open(&path, &options()).unwrap_err();
    assert!(error.to_string().contains("unpack it"), "{error}");
    let memory = OpenOptions { keep_files: false, ..options() };
    assert!(Source::open(&path, &memory).is_ok());
}
