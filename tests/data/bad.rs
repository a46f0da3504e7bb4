//! Every kind of bad input is one line that names the place, what is wrong and what to do.

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use super::support::*;
use image::ImageFormat;
use sgnas::data::{DataError, Fault, Limits, OpenOptions, open};

/// The error of a set made of `files`, whose one line must hold all of `words`.
fn refused(files: &[(&str, Vec<u8>)], words: &[&str]) -> DataError {
    told(folder(files).path(), &OpenOptions::default(), words)
}

/// The error of one file.
fn refused_file(bytes: Vec<u8>, words: &[&str]) -> DataError {
    let (_dir, path) = file("source", bytes);
    told(&path, &OpenOptions::default(), words)
}

fn told(path: &Path, options: &OpenOptions, words: &[&str]) -> DataError {
    let error = open(path, options).expect_err("the source should be refused");
    let text = error.to_string();
    assert!(!text.contains('\n'), "{text}");
    // What to do follows what is wrong.
    assert!(text.contains("; "), "{text}");
    for word in words {
        assert!(text.contains(word), "`{word}` is not in: {text}");
    }
    error
}

fn with(index: usize, bytes: Vec<u8>) -> Vec<(&'static str, Vec<u8>)> {
    let mut files = idx_set();
    files[index].1 = bytes;
    files
}

fn limited(limits: Limits) -> OpenOptions {
    OpenOptions { limits, ..OpenOptions::default() }
}

#[test]
fn a_wrong_name_or_path_lists_what_is_accepted() {
    for source in ["fashion-mnist", "no/such/folder", ""] {
        let error = opened(source).unwrap_err();
        assert!(matches!(error.fault, Fault::NotFound), "{error}");
        for word in ["fashion-mnist-12k", "IDX", "CIFAR-10", ".zip", ".tar.gz", "train/CLASS/"] {
            assert!(error.to_string().contains(word), "{error}");
        }
    }
}

#[test]
fn a_file_or_folder_of_anything_else_lists_what_is_accepted() {
    let error = refused(&[("notes.txt", b"x".to_vec())], &["fashion-mnist-12k"]);
    assert!(matches!(error.fault, Fault::UnknownForm));
    assert!(matches!(refused_file(b"hello".to_vec(), &[]).fault, Fault::UnknownForm));
    assert!(matches!(refused_file(gz(b"hello"), &[]).fault, Fault::UnknownForm));
    assert!(matches!(refused_file(zip(&[]), &[]).fault, Fault::UnknownForm));
    assert!(matches!(refused_file(Vec::new(), &["source"]).fault, Fault::Empty { .. }));
}

#[test]
fn one_file_of_a_set_asks_for_the_folder() {
    for bytes in [
        idx_set()[0].1.clone(),
        gz(&idx_set()[1].1),
        grey(2, 2, 0),
        colour(2, 2, 0, ImageFormat::Jpeg),
    ] {
        let error = refused_file(bytes, &["folder"]);
        assert!(matches!(error.fault, Fault::SingleFile { .. }), "{error}");
    }
    let (_dir, path) = file("data_batch_1.bin", cifar(&[&[9]], 1));
    assert!(matches!(opened(path).unwrap_err().fault, Fault::SingleFile { .. }));
}

#[test]
fn two_data_sets_in_one_place_are_ambiguous() {
    let mut files = idx_set();
    files.extend(cifar10_set());
    assert!(matches!(refused(&files, &[]).fault, Fault::Ambiguous { .. }));
    let mut twice = idx_set();
    twice.push(("train-images-idx3-ubyte.gz", gz(&idx_set()[0].1)));
    assert!(matches!(refused(&twice, &["ubyte.gz"]).fault, Fault::Ambiguous { .. }));
    let mut apart = idx_set();
    apart[2].0 = "elsewhere/t10k-images-idx3-ubyte";
    assert!(matches!(refused(&apart, &["elsewhere/"]).fault, Fault::Ambiguous { .. }));
}

#[test]
fn a_missing_idx_file_is_named() {
    for missing in 0..4 {
        let mut files = idx_set();
        let (name, _) = files.remove(missing);
        assert!(matches!(refused(&files, &[name]).fault, Fault::Missing { .. }));
    }
}

#[test]
fn a_truncated_idx_file_names_the_offset() {
    let whole = idx_set()[0].1.clone();
    for length in 0..whole.len() {
        let error = refused(&with(0, whole[..length].to_vec()), &[&format!("byte {length}")]);
        let Fault::Truncated { found, expected } = error.fault else { panic!("{error}") };
        assert_eq!((found, expected), (length as u64, if length < 16 { 16 } else { 40 }));
    }
    let labels = idx_set()[3].1.clone();
    refused(&with(3, labels[..9].to_vec()), &["t10k-labels", "byte 9", "9 bytes of 10"]);
    refused(&with(0, gz(&whole[..30])), &["train-images", "30 bytes of 40"]);
}

#[test]
fn an_idx_file_longer_than_its_header_states_is_refused() {
    let mut images = idx_set()[0].1.clone();
    images.push(0);
    assert!(matches!(refused(&with(0, images), &["40"]).fault, Fault::TooLong { .. }));
}

#[test]
fn a_wrong_magic_number_says_what_may_have_happened() {
    let files = idx_set();
    let exchanged = refused(&with(0, files[1].1.clone()), &["0x00000803", "exchanged"]);
    assert!(matches!(exchanged.fault, Fault::Magic { found: 0x0801, .. }));
    let mut floats = files[0].1.clone();
    floats[2] = 0x0d;
    refused(&with(0, floats), &["0x00000d03", "unsigned bytes"]);
    refused(&with(1, b"<!DOCTYPE html>".to_vec()), &["train-labels", "no IDX file"]);
}

#[test]
fn an_idx_header_that_lies_allocates_nothing() {
    let error = refused(&with(0, idx_images(u32::MAX, u32::MAX, u32::MAX, &[])), &["limit"]);
    assert!(matches!(error.fault, Fault::Limit { .. }));
    // Within the limit, the memory still grows only with the bytes that are there.
    let error = refused(&with(0, idx_images(2_000_000, 28, 28, &[0; 100])), &["116 bytes"]);
    assert!(matches!(error.fault, Fault::Truncated { expected: 1_568_000_016, .. }));
}

#[test]
fn an_idx_file_without_pixels_is_refused() {
    for (count, height, width) in [(0, 2, 3), (4, 0, 3), (4, 2, 0)] {
        let error = refused(&with(0, idx_images(count, height, width, &[])), &["byte 4"]);
        assert!(matches!(error.fault, Fault::Header { .. }));
    }
    refused(&with(1, idx_labels(0, &[])), &["train-labels", "no labels"]);
}

#[test]
fn images_and_labels_of_different_number_are_refused() {
    let error = refused(&with(1, idx_labels(3, &[0, 1, 1])), &["3 labels for 4 images"]);
    assert!(matches!(error.fault, Fault::CountMismatch { .. }));
}

#[test]
fn an_idx_label_out_of_range_names_its_byte() {
    let error = refused(&with(3, idx_labels(2, &[1, 7])), &["t10k-labels", "byte 9", "7"]);
    assert!(matches!(error.fault, Fault::Label { label: 7, last: 1 }));
    let error = refused(&with(1, idx_labels(4, &[0, 255, 1, 0])), &["byte 9", "class 2", "255"]);
    assert!(matches!(error.fault, Fault::LabelGap { .. }));
}

#[test]
fn training_and_test_images_of_different_size_are_refused() {
    let error = refused(&with(2, idx_images(2, 3, 2, &[0; 12])), &["3x2", "2x3", "t10k", "train"]);
    assert!(matches!(error.fault, Fault::MixedSizes { .. }));
}

#[test]
fn a_damaged_or_truncated_gzip_file_is_refused() {
    let whole = gz(&idx_set()[0].1);
    let cut = whole[..whole.len() - 5].to_vec();
    assert!(matches!(refused(&with(0, cut), &["train-images"]).fault, Fault::EndsEarly));
    let mut flipped = whole.clone();
    let checksum = flipped.len() - 6;
    flipped[checksum] ^= 1;
    assert!(matches!(refused(&with(0, flipped), &["train-images"]).fault, Fault::Corrupt { .. }));
}

#[test]
fn a_gzip_bomb_stops_at_what_its_header_states() {
    let mut bytes = idx_images(4, 2, 3, &[]);
    bytes.resize(50 << 20, 0);
    assert!(matches!(refused(&with(0, gz(&bytes)), &[]).fault, Fault::TooLong { expected: 40 }));
}

#[test]
fn a_cifar_record_cut_short_names_its_offset() {
    let mut files = cifar10_set();
    files[0].1.truncate(3073 + 100);
    let error = refused(&files, &["data_batch_1.bin", "byte 3073", "3173 bytes of 6146"]);
    assert!(matches!(error.fault, Fault::Truncated { .. }));
    files[0].1.clear();
    assert!(matches!(refused(&files, &["no records"]).fault, Fault::Empty { .. }));
}

#[test]
fn a_cifar_label_out_of_range_names_its_byte() {
    let mut files = cifar10_set();
    files[0].1 = cifar(&[&[3], &[10]], 1);
    assert!(matches!(refused(&files, &["byte 3073", "0 to 9"]).fault, Fault::Label { .. }));
    let files =
        [("train.bin", cifar(&[&[0, 0], &[0, 100]], 1)), ("test.bin", cifar(&[&[0, 0]], 1))];
    assert!(matches!(refused(&files, &["byte 3075", "0 to 99"]).fault, Fault::Label { .. }));
}

#[test]
fn a_missing_cifar_batch_is_named() {
    let mut files = cifar10_set();
    files[1].0 = "cifar-10-batches-bin/data_batch_3.bin";
    refused(&files, &["data_batch_2.bin"]);
    refused(&[("test.bin", cifar(&[&[0, 0]], 1))], &["train.bin"]);
    refused(&[("train.bin", cifar(&[&[0, 0]], 1))], &["test.bin", "test_portion"]);
}

#[test]
fn a_list_of_class_names_of_the_wrong_length_is_refused() {
    let mut files = cifar10_set();
    files.push(("cifar-10-batches-bin/batches.meta.txt", b"cat\ndog\n".to_vec()));
    refused(&files, &["batches.meta.txt", "2 classes", "10"]);
    files[3].1 = b"cat\xff\n".to_vec();
    refused(&files, &["batches.meta.txt", "byte 3", "UTF-8"]);
    files[3].1 = vec![b'\n'; 1 << 20];
    refused(&files, &["batches.meta.txt", "64 KiB"]);
}

#[test]
fn images_of_mixed_sizes_name_both() {
    let mut files = picture_set();
    files[1].1 = colour(5, 3, 0, ImageFormat::Png);
    let error = refused(&files, &["3x5", "3x4", ".png", "target size"]);
    assert!(matches!(error.fault, Fault::MixedSizes { .. }));
}

#[test]
fn a_truncated_jpeg_is_named() {
    let mut files = picture_set();
    let length = files[2].1.len();
    files[2].1.truncate(length - 20);
    assert!(matches!(refused(&files, &["train/cat/2.jpg"]).fault, Fault::EndsEarly));
}

#[test]
fn a_damaged_png_or_a_file_that_is_no_image_is_named() {
    let mut files = picture_set();
    let middle = files[0].1.len() / 2;
    files[0].1[middle] ^= 0xff;
    refused(&files, &["train/dog/1.png"]);
    files[0].1 = b"<html>not found</html>".to_vec();
    assert!(matches!(refused(&files, &["train/dog/1.png"]).fault, Fault::NotAnImage));
    files[0].1.clear();
    assert!(matches!(refused(&files, &["train/dog/1.png"]).fault, Fault::Empty { .. }));
    files[0].0 = "train/dog/1.bmp";
    assert!(matches!(refused(&files, &["train/dog/1.bmp"]).fault, Fault::NotAnImage));
}

#[test]
fn an_image_folder_without_training_or_test_split_says_so() {
    let files = picture_set();
    assert!(matches!(refused(&files[3..], &["train/CLASS"]).fault, Fault::Missing { .. }));
    assert!(matches!(refused(&files[..3], &["val", "0.1"]).fault, Fault::NoTestSplit { .. }));
}

#[test]
fn a_test_image_of_an_unknown_class_is_named() {
    let mut files = picture_set();
    files[3].0 = "test/fish/9.png";
    refused(&files, &["test/fish/9.png", "fish"]);
}

#[test]
fn a_truncated_archive_is_refused() {
    for bytes in [zip(&picture_set()), gz(&tar(&picture_set()))] {
        for length in [bytes.len() / 4, bytes.len() / 2, bytes.len() - 9] {
            refused_file(bytes[..length].to_vec(), &["source"]);
        }
    }
    // Cut inside an entry: the tar reader itself would be silent.
    let bytes = tar(&picture_set());
    let error = refused_file(bytes[..512 + 20].to_vec(), &["source"]);
    assert!(matches!(error.fault, Fault::EndsEarly | Fault::Corrupt { .. }), "{error}");
}

#[test]
fn names_that_leave_the_archive_are_refused() {
    let name = "train/cat/../../../etc/1.png";
    let zipped = refused_file(zip(&[(name, grey(1, 1, 0))]), &["etc/1.png", "`..`"]);
    assert!(matches!(zipped.fault, Fault::Name { .. }));
    let entry = tar_entry(name.as_bytes(), tar::EntryType::Regular, &grey(1, 1, 0));
    assert!(matches!(refused_file(entry, &["`..`"]).fault, Fault::Name { .. }));
}

#[test]
fn names_in_other_encodings_are_refused() {
    let entry = tar_entry(b"train/T\xfcr/1.png", tar::EntryType::Regular, &grey(1, 1, 0));
    assert!(matches!(refused_file(entry, &["UTF-8"]).fault, Fault::Name { .. }));
    let mut zipped = zip(&[("train/Tur/1.png", grey(1, 1, 0))]);
    for at in 0..zipped.len() - 3 {
        if &zipped[at..at + 3] == b"Tur" {
            zipped[at + 1] = 0xfc;
        }
    }
    assert!(matches!(refused_file(zipped, &["UTF-8"]).fault, Fault::Name { .. }));
}

#[cfg(unix)]
#[test]
fn a_file_name_in_another_encoding_is_refused_in_a_folder() {
    use std::os::unix::ffi::OsStrExt;
    let dir = folder(&picture_set());
    let name = std::ffi::OsStr::from_bytes(b"T\xfcr.png");
    fs::write(dir.path().join("train/cat").join(name), grey(4, 3, 0)).unwrap();
    let error = told(dir.path(), &OpenOptions::default(), &["UTF-8"]);
    assert!(matches!(error.fault, Fault::Name { .. }));
}

#[test]
fn links_in_archives_are_refused() {
    let mut link = tar_entry(b"train/cat/1.png", tar::EntryType::Symlink, b"");
    link.extend(tar(&picture_set()));
    assert!(matches!(refused_file(link, &["link"]).fault, Fault::Unsupported { .. }));
}

#[test]
fn a_name_of_endless_length_in_a_tar_header_is_refused() {
    let mut bytes = tar_entry(b"././@LongLink", tar::EntryType::GNULongName, &vec![b'a'; 1 << 20]);
    bytes.extend(tar(&picture_set()));
    assert!(matches!(refused_file(gz(&bytes), &["4096"]).fault, Fault::Name { .. }));
}

#[test]
fn an_entry_that_occurs_twice_is_refused() {
    let mut files = picture_set();
    files.push(files[0].clone());
    let error = refused_file(tar(&files), &["train/dog/1.png", "twice"]);
    assert!(matches!(error.fault, Fault::Duplicate));
}

#[test]
fn an_archive_bomb_stops_at_the_limit() {
    let mut files = picture_set();
    files.push(("train/cat/bomb.png", vec![0; 20 << 20]));
    let limits = Limits { archive_bytes: 1 << 20, ..Limits::default() };
    for bytes in [zip(&files), gz(&tar(&files))] {
        let (_dir, path) = file("bomb", bytes);
        let error = told(&path, &limited(limits.clone()), &["1048576", "limits.archive_bytes"]);
        assert!(matches!(error.fault, Fault::Limit { .. }));
    }
    let limits = Limits { file_bytes: 1 << 20, ..Limits::default() };
    for bytes in [zip(&files), gz(&tar(&files))] {
        let (_dir, path) = file("bomb", bytes);
        let error = told(&path, &limited(limits.clone()), &["bomb.png", "limits.file_bytes"]);
        assert!(matches!(error.fault, Fault::Limit { .. }));
    }
}

#[test]
fn more_entries_than_the_limit_are_refused() {
    let limits = Limits { entries: 3, ..Limits::default() };
    let dir = folder(&picture_set());
    told(dir.path(), &limited(limits.clone()), &["3 entries"]);
    for bytes in [zip(&picture_set()), tar(&picture_set())] {
        let (_dir, path) = file("many", bytes);
        told(&path, &limited(limits.clone()), &["3 entries", "limits.entries"]);
    }
}

#[test]
fn a_zip_directory_that_claims_millions_of_entries_is_refused() {
    let mut bytes = zip(&picture_set());
    let end = bytes.len() - 22;
    bytes[end + 8..end + 12].fill(0xfe);
    refused_file(bytes, &["source"]);
}

#[test]
fn decoded_images_beyond_the_memory_limit_are_refused() {
    let limits = Limits { resident_bytes: 100, ..Limits::default() };
    let dir = folder(&picture_set());
    told(dir.path(), &limited(limits.clone()), &["100 bytes", "images.resident_mib"]);
    let dir = folder(&cifar10_set());
    told(dir.path(), &limited(limits), &["images.resident_mib"]);
    let dir = folder(&idx_set());
    let limits = Limits { resident_bytes: 39, ..Limits::default() };
    told(dir.path(), &limited(limits), &["images.resident_mib"]);
}

#[test]
fn a_small_png_of_a_huge_image_is_refused_before_it_is_decoded() {
    let mut files = picture_set();
    files[0].1 = grey(9000, 9000, 0);
    refused(&files, &["train/dog/1.png", "limits.image_pixels"]);
    files[0].1 = grey(20_000, 1, 0);
    refused(&files, &["train/dog/1.png", "limits.image_side"]);
}

#[test]
fn a_target_size_out_of_range_is_refused() {
    for size in [(0, 5), (5, 0), (5000, 5), (5, usize::MAX)] {
        let options = OpenOptions { size: Some(size), ..OpenOptions::default() };
        let error = open("fashion-mnist-12k", &options).unwrap_err();
        assert!(matches!(error.fault, Fault::Argument { .. }), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read_and_a_pipe_are_refused() {
    let dir = folder(&picture_set());
    std::os::unix::fs::symlink("nowhere", dir.path().join("train/cat/3.png")).unwrap();
    let error = told(dir.path(), &OpenOptions::default(), &["train/cat/3.png"]);
    assert!(matches!(error.fault, Fault::Read(_)));
    assert!(matches!(opened("/dev/null").unwrap_err().fault, Fault::UnknownForm));
}

#[test]
fn a_sparse_file_of_many_gigabytes_is_not_read_whole() {
    let dir = folder(&idx_set()[1..]);
    let mut images = fs::File::create(dir.path().join(IDX_NAMES[0])).unwrap();
    images.write_all(&idx_images(4, 2, 3, &[0; 24])).unwrap();
    images.seek(SeekFrom::Start(64 << 30)).unwrap();
    if images.write_all(&[0]).is_err() {
        eprintln!("SKIPPED: this file system has no sparse files of 64 GiB");
        return;
    }
    let error = told(dir.path(), &OpenOptions::default(), &[]);
    assert!(matches!(error.fault, Fault::TooLong { .. }));
}
