//! Good sets of every format come out byte for byte, whatever they are packed in.

use super::support::*;
use image::ImageFormat;
use sgnas::data::{Fault, OpenOptions, open};

#[test]
fn idx_files_are_read_plain_and_compressed_from_folders_and_archives() {
    let files = idx_set();
    let zipped: Vec<(String, Vec<u8>)> =
        files.iter().map(|(name, bytes)| (format!("{name}.gz"), gz(bytes))).collect();
    let zipped: Vec<(&str, Vec<u8>)> =
        zipped.iter().map(|(n, b)| (n.as_str(), b.clone())).collect();
    let plain = folder(&files);
    let compressed = folder(&zipped);
    let archives =
        folder(&[("a.zip", zip(&zipped)), ("a.tar", tar(&files)), ("a.tar.gz", gz(&tar(&zipped)))]);
    let mut paths = vec![plain.path().to_owned(), compressed.path().to_owned()];
    paths.extend(["a.zip", "a.tar", "a.tar.gz"].map(|name| archives.path().join(name)));
    for path in paths {
        let set = opened(&path).unwrap();
        assert_eq!(set.train.images, (0..24).collect::<Vec<u8>>(), "{}", path.display());
        assert_eq!((set.train.channels, set.train.height, set.train.width), (1, 2, 3));
        assert_eq!(set.train.labels, [0, 1, 1, 0]);
        assert_eq!(set.train.classes, ["0", "1"]);
        assert_eq!(set.test.labels, [1, 0]);
        assert_eq!(set.test.image(1).unwrap(), (106..112).collect::<Vec<u8>>());
    }
}

#[test]
fn what_a_file_is_depends_on_its_bytes_not_on_its_ending() {
    let files = idx_set();
    let mut odd = files.clone();
    odd[0].1 = gz(&files[0].1);
    let dir = folder(&odd);
    assert_eq!(opened(dir.path()).unwrap().train.len(), 4);
    let (_dir, path) = file("set.jpg", zip(&files));
    assert_eq!(opened(path).unwrap().train.len(), 4);
}

#[test]
fn cifar10_keeps_batch_order_and_channel_order() {
    let (_dir, path) = file("cifar-10-binary.tar.gz", gz(&tar(&cifar10_set())));
    let set = opened(path).unwrap();
    assert_eq!(set.train.name, "cifar-10-binary");
    assert_eq!(set.train.labels, [3, 9, 0]);
    assert_eq!(set.test.labels, [5]);
    assert_eq!((set.train.channels, set.train.height, set.train.width), (3, 32, 32));
    assert_eq!(set.train.images, [&cifar(&[&[], &[]], 1)[..], &cifar(&[&[]], 7)].concat());
    assert_eq!(set.train.classes[3], "cat");
}

#[test]
fn cifar10_takes_the_class_names_beside_it() {
    let names = (0..10).map(|i| format!("class {i}\n")).collect::<String>() + "\n";
    let mut files = cifar10_set();
    files.push(("cifar-10-batches-bin/batches.meta.txt", names.into_bytes()));
    assert_eq!(opened(folder(&files).path()).unwrap().train.classes[9], "class 9");
}

#[test]
fn cifar100_has_the_fine_label() {
    let dir = folder(&[
        ("train.bin", cifar(&[&[19, 99], &[0, 7]], 1)),
        ("test.bin.gz", gz(&cifar(&[&[4, 0]], 2))),
    ]);
    let set = opened(dir.path()).unwrap();
    assert_eq!(set.train.labels, [99, 7]);
    assert_eq!(set.train.classes[99], "worm");
    assert_eq!(set.test.images, cifar(&[&[]], 2));
}

#[test]
fn image_folders_read_the_same_from_folder_zip_and_tar() {
    let files = picture_set();
    let dir = folder(&files);
    let direct = opened(dir.path()).unwrap();
    assert_eq!(direct.train.classes, ["cat", "dog"]);
    assert_eq!(direct.train.labels, [0, 1, 0]);
    assert_eq!((direct.train.channels, direct.train.height, direct.train.width), (3, 3, 4));
    let dog = direct.train.image(1).unwrap();
    assert!(dog[..12].iter().all(|&red| red == 10), "{dog:?}");
    assert_eq!(dog[12..24], [0, 20, 40, 60, 0, 20, 40, 60, 0, 20, 40, 60]);
    assert_eq!(dog[24..], [0, 0, 0, 0, 20, 20, 20, 20, 40, 40, 40, 40]);
    let archives =
        folder(&[("a.zip", zip(&files)), ("a.tar", tar(&files)), ("a.tgz", gz(&tar(&files)))]);
    for name in ["a.zip", "a.tar", "a.tgz"] {
        let packed = opened(archives.path().join(name)).unwrap();
        assert_eq!(packed.train.name, "a");
        assert_eq!(packed.train.images, direct.train.images, "{name}");
        assert_eq!(packed.test, sgnas::data::ImageSet { name: "a".into(), ..direct.test.clone() });
    }
}

#[test]
fn long_names_in_tar_archives_are_whole() {
    let class = "c".repeat(120);
    let (train, test) = (format!("train/{class}/1.png"), format!("test/{class}/1.png"));
    let (_dir, path) = file("a.tar", tar(&[(&train, grey(2, 2, 1)), (&test, grey(2, 2, 2))]));
    assert_eq!(opened(path).unwrap().train.classes, [class]);
}

#[test]
fn files_that_systems_leave_behind_are_passed_over() {
    let mut files = picture_set();
    files.push(("__MACOSX/train/cat/._1.png", b"x".to_vec()));
    files.push(("train/.DS_Store", b"x".to_vec()));
    files.push(("train/cat/.hidden/1.png", b"x".to_vec()));
    files.push(("README.txt", b"x".to_vec()));
    let (_dir, path) = file("a.zip", zip(&files));
    assert_eq!(opened(path).unwrap().train.len(), 3);
    assert_eq!(opened(folder(&files).path()).unwrap().train.len(), 3);
}

#[test]
fn a_grey_folder_has_one_channel_and_one_colour_image_makes_it_three() {
    let mut files = vec![
        ("train/a/1.png", grey(2, 2, 5)),
        ("train/a/2.png", grey(2, 2, 6)),
        ("test/a/1.png", grey(2, 2, 7)),
    ];
    let set = opened(folder(&files).path()).unwrap();
    assert_eq!((set.train.channels, &set.train.images[..]), (1, &[5, 5, 5, 5, 6, 6, 6, 6][..]));
    files[1].1 = colour(2, 2, 9, ImageFormat::Png);
    let set = opened(folder(&files).path()).unwrap();
    assert_eq!(set.train.channels, 3);
    assert_eq!(set.train.image(0).unwrap(), [5; 12]);
    assert_eq!(set.train.image(1).unwrap(), [9, 9, 9, 9, 0, 20, 0, 20, 0, 0, 20, 20]);
    assert_eq!(set.test.images, [7; 12]);
}

#[test]
fn with_a_target_size_images_are_cropped_at_the_centre_and_resized() {
    let wide = colour(12, 3, 50, ImageFormat::Png);
    let mut files = picture_set();
    files.push(("train/dog/2.png", wide));
    let dir = folder(&files);
    let options = OpenOptions { size: Some((3, 3)), ..OpenOptions::default() };
    let set = open(dir.path(), &options).unwrap();
    assert_eq!((set.train.height, set.train.width), (3, 3));
    // Columns 4 to 6 of 12 of the wide image, whose second channel is 20 a column.
    let wide = (0..4).map(|i| set.train.image(i).unwrap()).find(|image| image[0] == 50).unwrap();
    assert_eq!(wide[9..12], [80, 100, 120]);
}

#[test]
fn a_set_without_test_images_can_hold_out_its_last_part() {
    let files = idx_set();
    let dir = folder(&files[..2]);
    let error = opened(dir.path()).unwrap_err();
    assert!(matches!(error.fault, Fault::NoTestSplit { .. }), "{error}");
    let options = OpenOptions { test_portion: Some(0.25), ..OpenOptions::default() };
    let set = open(dir.path(), &options).unwrap();
    assert_eq!((set.train.len(), set.test.len()), (3, 1));
    assert_eq!(set.test.images, [18, 19, 20, 21, 22, 23]);
    assert_eq!(set.test.labels, [0]);
    let options = OpenOptions { test_portion: Some(1.0), ..OpenOptions::default() };
    assert!(matches!(open(dir.path(), &options).unwrap_err().fault, Fault::Argument { .. }));
}

#[test]
fn the_embedded_set_opens_by_name() {
    let set = opened("fashion-mnist-12k").unwrap();
    assert_eq!((set.train.len(), set.test.len()), (10_000, 2_000));
}
