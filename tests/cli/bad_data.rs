//! Images that cannot be used: named before a run folder exists.

use std::fs;
use std::path::Path;

use crate::common::small_images;
use crate::support::{TINY, file, refused, text};

/// A small set with one file changed, refused by search and train alike.
#[track_caller]
fn broken(name: &str, change: impl Fn(&mut Vec<u8>), names: &[&str]) {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    small_images(&data, 60);
    let path = data.join(name);
    let mut bytes = fs::read(&path).unwrap();
    change(&mut bytes);
    fs::write(&path, bytes).unwrap();
    let names: Vec<&str> = [&[name], names].concat();
    no_run(&data, &names);
}

#[track_caller]
fn no_run(data: &Path, names: &[&str]) {
    let (folder, arch) = file("arch.json", TINY);
    let out = folder.path().join("run");
    let arguments = ["--data", &text(data), "--out", &text(&out)];
    refused(1, &[&["search"], &arguments[..]].concat(), names);
    refused(1, &[&["train", &arch], &arguments[..]].concat(), names);
    assert!(!out.exists(), "{}", out.display());
}

#[test]
fn damaged_idx_files_are_named_with_what_is_wrong() {
    broken("train-images-idx3-ubyte", |bytes| bytes.truncate(4_000), &["truncated"]);
    broken("train-images-idx3-ubyte", |bytes| bytes.push(0), &["goes on"]);
    broken("train-labels-idx1-ubyte", |bytes| bytes[2] = 9, &["starts with"]);
    broken("train-images-idx3-ubyte", |bytes| bytes[4] = 0xFF, &["exceeds the limit"]);
    broken("t10k-labels-idx1-ubyte", |bytes| bytes[8] = 200, &["class"]);
    broken("t10k-labels-idx1-ubyte", Vec::clear, &["truncated"]);
}

#[test]
fn sources_that_hold_no_data_set_are_named() {
    let home = tempfile::tempdir().unwrap();
    no_run(&home.path().join("nowhere"), &["nowhere", "fashion-mnist-12k"]);
    no_run(home.path(), &["holds no data set"]);
    let notes = home.path().join("notes.txt");
    fs::write(&notes, "no images").unwrap();
    no_run(&notes, &["notes.txt"]);
    let archive = home.path().join("set.zip");
    fs::write(&archive, b"PK\x03\x04 and then nothing").unwrap();
    no_run(&archive, &["set.zip"]);
    let odd = home.path().join("two\nlines");
    no_run(&odd, &["two"]);
}

#[test]
fn a_set_without_its_test_images_says_what_is_missing() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    small_images(&data, 60);
    fs::remove_file(data.join("t10k-images-idx3-ubyte")).unwrap();
    no_run(&data, &["data", "has no"]);
}

#[test]
fn pictures_of_different_sizes_and_files_that_are_none_are_named() {
    let home = tempfile::tempdir().unwrap();
    for split in ["train", "test"] {
        for class in ["cat", "dog"] {
            let folder = home.path().join(split).join(class);
            fs::create_dir_all(&folder).unwrap();
            image::GrayImage::new(12, 12).save(folder.join("a.png")).unwrap();
        }
    }
    let odd = home.path().join("train/dog/b.png");
    image::GrayImage::new(13, 12).save(&odd).unwrap();
    no_run(home.path(), &["b.png", "12x13", "12x12"]);
    fs::write(&odd, "no picture").unwrap();
    no_run(home.path(), &["b.png", "neither a JPEG nor a PNG"]);
}
