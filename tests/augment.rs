//! Batches made on the GPU: exactly the twin's, reproducible, and random in the right proportions.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use sgnas::data::{
    Augment, HostBatch, ImageSet, Pictures, ResidentSet, Selection, Statistics, Supply, View,
};
use sgnas::gpu::Gpu;

fn image_set(images: Vec<u8>, labels: Vec<u32>, [channels, height, width]: [usize; 3]) -> ImageSet {
    let classes = (0..10).map(|i| i.to_string()).collect();
    ImageSet { name: "made".into(), images, labels, classes, channels, height, width }
}

fn statistics(mean: &[f64], std: &[f64]) -> Statistics {
    Statistics { mean: mean.to_vec(), std: std.to_vec() }
}

/// Pixels without a pattern, class numbers 0 to 9.
fn noise(n: usize, shape: [usize; 3]) -> (ImageSet, Statistics) {
    let size: usize = shape.iter().product();
    let byte = |i: usize| (i.wrapping_mul(2_654_435_761) >> 13) as u8;
    let labels = (0..n as u32).map(|i| i * 7 % 10).collect();
    let set = image_set((0..n * size).map(byte).collect(), labels, shape);
    (set, statistics(&MEAN[..shape[0]], &DEVIATION[..shape[0]]))
}

const MEAN: [f64; 3] = [0.286, 0.5, 0.447];
const DEVIATION: [f64; 3] = [0.353, 0.25, 0.2];

/// Compares a batch of all images with the twin, bit by bit.
fn equals_twin(gpu: &Gpu, shape: [usize; 3], augment: Augment, piece: Option<usize>) {
    let n = 13;
    let (images, stats) = noise(n, shape);
    let set = match piece {
        Some(bytes) => ResidentSet::upload_in_pieces(gpu, &images, &stats, bytes as u64),
        None => ResidentSet::upload(gpu, &images, &stats),
    };
    let set = set.unwrap();
    let numbers: Vec<u32> = (0..n as u32).rev().chain([3, 3]).collect();
    let (x, t) = set.batch(gpu, &numbers, &augment, (5, 77)).unwrap();
    assert_eq!(x.shape().nchw()[1..], shape);
    let (x, t) = (x.to_vec(gpu).unwrap(), t.to_vec(gpu).unwrap());
    let size: usize = shape.iter().product();
    for (i, &number) in numbers.iter().enumerate() {
        let want = ResidentSet::twin(&images, &stats, number, &augment, (5, 77));
        assert_eq!(x[i * size..][..size], want.unwrap(), "{shape:?} {augment:?} image {number}");
        assert_eq!(t[i], images.labels[number as usize] as f32);
    }
}

#[test]
fn a_batch_is_the_twins_to_the_bit() {
    let gpu = common::gpu();
    let all = [
        Augment::NONE,
        Augment { pad: 4, flip: true, cutout: 0 },
        Augment { pad: 1, flip: false, cutout: 3 },
        Augment { pad: 0, flip: true, cutout: 8 },
    ];
    for augment in all {
        for shape in [[1, 28, 28], [3, 5, 7], [1, 1, 1], [2, 9, 4]] {
            equals_twin(&gpu, shape, augment, None);
        }
    }
}

#[test]
fn a_set_in_several_pieces_gives_the_same_batches() {
    let gpu = common::gpu();
    let augment = Augment { pad: 2, flip: true, cutout: 2 };
    for images_a_piece in [1, 2, 5, 12] {
        equals_twin(&gpu, [3, 5, 7], augment, Some(images_a_piece * 105 + 3));
    }
}

#[test]
fn without_augmentation_an_image_is_its_normalised_bytes() {
    let gpu = common::gpu();
    let images = image_set(vec![0, 128, 255, 64], vec![3], [1, 2, 2]);
    let set = ResidentSet::upload(&gpu, &images, &statistics(&[0.5], &[0.25])).unwrap();
    let (x, t) = set.batch(&gpu, &[0], &Augment::NONE, (0, 0)).unwrap();
    let want = [0.0, 128.0, 255.0, 64.0].map(|b: f64| ((b / 255.0 - 0.5) / 0.25) as f32);
    assert_eq!(x.to_vec(&gpu).unwrap(), want);
    assert_eq!(t.to_vec(&gpu).unwrap(), [3.0]);
}

#[test]
fn padding_is_a_black_pixel_before_normalisation_and_a_cut_is_zero_after_it() {
    let gpu = common::gpu();
    let images = image_set(vec![255; 16], vec![0], [1, 4, 4]);
    let set = ResidentSet::upload(&gpu, &images, &statistics(&[0.5], &[0.5])).unwrap();
    let values = |augment: Augment| {
        let seen = (0..50).flat_map(|step| {
            let batch = set.batch(&gpu, &[0], &augment, (1, step)).unwrap();
            batch.0.to_vec(&gpu).unwrap()
        });
        let mut seen: Vec<f32> = seen.collect();
        seen.sort_by(f32::total_cmp);
        seen.dedup();
        seen
    };
    assert_eq!(values(Augment { pad: 1, ..Augment::NONE }), [-1.0, 1.0]);
    assert_eq!(values(Augment { cutout: 2, ..Augment::NONE }), [0.0, 1.0]);
}

/// Offsets and mirroring of many draws, read off the values of a 3 x 3 centre whose pixels are all
/// different.
fn places(gpu: &Gpu, pad: u32, draws: u64) -> BTreeMap<(usize, usize, bool), usize> {
    let (side, n) = (15, 40);
    let bytes = (0..n * side * side).map(|i| (i % (side * side)) as u8).collect();
    let images = image_set(bytes, vec![0; n], [1, side, side]);
    let set = ResidentSet::upload(gpu, &images, &statistics(&[0.0], &[1.0 / 255.0])).unwrap();
    let numbers: Vec<u32> = (0..n as u32).collect();
    let augment = Augment { pad, flip: true, cutout: 0 };
    let mut seen = BTreeMap::new();
    for step in 0..draws / n as u64 {
        let x = set.batch(gpu, &numbers, &augment, (9, step)).unwrap().0.to_vec(gpu).unwrap();
        for image in x.chunks(side * side) {
            let at = |y: usize, x: usize| image[y * side + x].round() as usize;
            let centre = at(side / 2, side / 2);
            let mirrored = at(side / 2, side / 2 + 1) < centre;
            *seen.entry((centre / side, centre % side, mirrored)).or_default() += 1;
        }
    }
    seen
}

#[test]
fn every_offset_occurs_about_as_often_and_half_of_the_images_are_mirrored() {
    let gpu = common::gpu();
    let (pad, draws) = (2, 4000);
    let seen = places(&gpu, pad, draws);
    let total: usize = seen.values().sum();
    assert_eq!(total as u64, draws);
    let kinds = (2 * pad as usize + 1).pow(2) * 2;
    assert_eq!(seen.len(), kinds, "{seen:?}");
    // 80 of each are expected; five standard deviations are 45.
    let expected = total / kinds;
    assert!(seen.values().all(|&c| c.abs_diff(expected) < 45), "{seen:?}");
    let mirrored: usize = seen.iter().filter(|((.., m), _)| *m).map(|(_, c)| c).sum();
    assert!(mirrored.abs_diff(total / 2) < 5 * 32, "{mirrored} of {total}");
}

#[test]
fn the_same_seed_and_step_give_the_same_batch_and_others_another() {
    let gpu = common::gpu();
    let (images, stats) = noise(6, [3, 8, 8]);
    let set = ResidentSet::upload(&gpu, &images, &stats).unwrap();
    let augment = Augment { pad: 3, flip: true, cutout: 3 };
    let batch = |seed, step| {
        let (x, _) = set.batch(&gpu, &[0, 1, 2, 3, 4, 5], &augment, (seed, step)).unwrap();
        x.to_vec(&gpu).unwrap()
    };
    let first = batch(1, 1);
    assert_eq!(first, batch(1, 1));
    assert_ne!(first, batch(1, 2));
    assert_ne!(first, batch(2, 1));
    assert_ne!(first, batch(1 + (1 << 32), 1));
}

#[test]
fn what_does_not_fit_is_refused_with_its_size() {
    let gpu = common::gpu();
    let good = image_set(vec![0; 8], vec![0, 1], [1, 2, 2]);
    let short = image_set(vec![0; 7], vec![0, 1], [1, 2, 2]);
    let stats = statistics(&[0.0], &[1.0]);
    let refused = |set: &ImageSet, stats: &Statistics, piece: u64, words: &str| {
        let error = ResidentSet::upload_in_pieces(&gpu, set, stats, piece).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    };
    refused(&short, &stats, 1000, "7 bytes are not 2 images of [1, 2, 2]");
    refused(&good, &statistics(&[], &[1.0]), 1000, "1 channels");
    refused(&good, &statistics(&[0.0], &[0.0]), 1000, "deviations above 0");
    refused(&good, &stats, 3, "exceeds a piece of 3");
    let set = ResidentSet::upload(&gpu, &good, &stats).unwrap();
    let refused = |numbers: &[u32], words: &str| {
        let error = set.batch(&gpu, numbers, &Augment::NONE, (0, 0)).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    };
    refused(&[0, 2], "no image 2 among 2");
    refused(&[], "no image");
}

#[test]
fn a_streamed_batch_is_the_resident_one_to_the_bit() {
    let gpu = common::gpu();
    let (images, stats) = noise(9, [3, 7, 5]);
    let resident = Supply::Resident(ResidentSet::upload(&gpu, &images, &stats).unwrap());
    let pictures = Arc::new(Pictures::Memory(images));
    let streamed = Supply::streamed(&gpu, pictures, &stats, 2).unwrap();
    let augment = Augment { pad: 2, flip: true, cutout: 3 };
    let batches = |supply: &Supply| -> Vec<(Vec<f32>, Vec<f32>)> {
        let selections = (0..3u64).map(|step| Selection {
            numbers: vec![8, 2, step as u32, 5, 0],
            seed_and_step: (4, step),
        });
        let value = |range: Range<usize>, batch: &HostBatch| {
            let (x, t) = supply.batch(&gpu, batch, range, &augment).unwrap();
            (x.to_vec(&gpu).unwrap(), t.to_vec(&gpu).unwrap())
        };
        let made = supply.batches(View::WHOLE, selections).unwrap().map(Result::unwrap);
        made.flat_map(|batch| [value(0..2, &batch), value(2..5, &batch)]).collect()
    };
    let made = batches(&streamed);
    assert_eq!(made.len(), 6);
    assert_eq!(made, batches(&resident));
}
