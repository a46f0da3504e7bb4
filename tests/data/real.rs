//! Published files, where this machine has them: `SGNAS_DATA`, else `../shared/data` beside or
//! above the package.

use std::path::PathBuf;

use super::support::opened;
use sgnas::data::ImageSet;

/// The path of a file below the data folder, or `None`, said aloud.
fn real(name: &str) -> Option<PathBuf> {
    let package = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let root = match std::env::var_os("SGNAS_DATA") {
        Some(root) => PathBuf::from(root),
        None => ["../shared/data", "../../shared/data"]
            .iter()
            .map(|path| package.join(path))
            .find(|path| path.is_dir())
            .unwrap_or_else(|| package.join("../shared/data")),
    };
    let path = root.join(name);
    if !path.exists() {
        eprintln!("SKIPPED: {} is not there; set SGNAS_DATA to the data folder", path.display());
        return None;
    }
    Some(path)
}

fn counts(set: &ImageSet) -> Vec<usize> {
    (0..set.classes.len())
        .map(|class| set.labels.iter().filter(|&&label| label as usize == class).count())
        .collect()
}

#[test]
fn fashion_mnist_is_read_whole() {
    let Some(path) = real("fashion-mnist-70k") else { return };
    let set = opened(path).unwrap();
    assert_eq!((set.train.channels, set.train.height, set.train.width), (1, 28, 28));
    assert_eq!(counts(&set.train), [6000; 10]);
    assert_eq!(counts(&set.test), [1000; 10]);
}

#[test]
fn cifar10_binary_files_are_read() {
    let Some(path) = real("cifar10") else { return };
    let set = opened(path).unwrap();
    assert_eq!((set.train.len(), set.test.len()), (4000, 1000));
    // The first images of CIFAR-10: a frog, two trucks, a deer, two automobiles.
    assert_eq!(set.train.labels[..6], [6, 9, 9, 4, 1, 1]);
    let measured = set.train.statistics(0..4000).unwrap();
    for (mean, published) in measured.mean.iter().zip([0.4914, 0.4822, 0.4465]) {
        assert!((mean - published).abs() < 0.01, "{measured:?}");
    }
}

#[test]
fn the_cifar10_image_folder_in_its_archive_is_read() {
    let Some(path) = real("cifar10/cifar10-imagefolder.tar.gz") else { return };
    let set = opened(path).unwrap();
    assert_eq!(counts(&set.train), [5000; 10]);
    assert_eq!(counts(&set.test), [1000; 10]);
    assert_eq!((set.train.channels, set.train.height, set.train.width), (3, 32, 32));
    assert_eq!(set.train.classes[0], "airplane");
    let parts = set.train.parts(0.8).unwrap();
    let mut weight = set.train.clone();
    weight.labels.truncate(parts.weight.end);
    assert_eq!(counts(&weight), [4000; 10]);
    let measured = set.train.statistics(parts.weight).unwrap();
    for (mean, published) in measured.mean.iter().zip([0.4914, 0.4822, 0.4465]) {
        assert!((mean - published).abs() < 0.005, "{measured:?}");
    }
}
