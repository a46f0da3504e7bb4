//! Mutated files of every format: a set or an error, never a panic, and never a set that breaks
//! its own promises.

use super::support::*;
use proptest::prelude::*;
use sgnas::data::{DataSet, ImageSet};

/// Changes to a file: overwritten bytes, a cut, bytes put in.
#[derive(Debug, Clone)]
struct Mutation {
    overwritten: Vec<(prop::sample::Index, u8)>,
    cut: Option<prop::sample::Index>,
    inserted: Option<(prop::sample::Index, Vec<u8>)>,
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let index = any::<prop::sample::Index>;
    (
        prop::collection::vec((index(), any::<u8>()), 0..6),
        prop::option::weighted(0.3, index()),
        prop::option::weighted(0.3, (index(), prop::collection::vec(any::<u8>(), 0..600))),
    )
        .prop_map(|(overwritten, cut, inserted)| Mutation { overwritten, cut, inserted })
}

impl Mutation {
    fn apply(&self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for (index, value) in &self.overwritten {
            let at = index.index(bytes.len());
            bytes[at] = *value;
        }
        if let Some((index, new)) = &self.inserted {
            let at = index.index(bytes.len());
            bytes.splice(at..at, new.iter().copied());
        }
        if let Some(index) = &self.cut {
            bytes.truncate(index.index(bytes.len()));
        }
        bytes
    }
}

fn consistent(set: &ImageSet) {
    assert!(!set.is_empty());
    assert!(matches!(set.channels, 1 | 3));
    assert_eq!(set.images.len(), set.len() * set.channels * set.height * set.width);
    assert!(set.labels.iter().all(|&label| (label as usize) < set.classes.len()));
}

fn check(result: Result<DataSet, sgnas::data::DataError>) {
    match result {
        Ok(set) => {
            consistent(&set.train);
            consistent(&set.test);
            assert_eq!(set.train.classes, set.test.classes);
            assert_eq!(set.train.image_bytes(), set.test.image_bytes());
        }
        Err(error) => assert!(!error.to_string().contains('\n'), "{error}"),
    }
}

fn mutated_file(bytes: &[u8], mutation: &Mutation) {
    let (_dir, path) = file("source", mutation.apply(bytes));
    check(opened(path));
}

fn mutated_folder(mut files: Vec<(&'static str, Vec<u8>)>, which: usize, mutation: &Mutation) {
    let which = which % files.len();
    files[which].1 = mutation.apply(&files[which].1);
    check(opened(folder(&files).path()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_idx_files_never_panic(which in 0usize..4, m in mutation()) {
        mutated_folder(idx_set(), which, &m);
    }

    #[test]
    fn mutated_compressed_idx_files_never_panic(which in 0usize..4, m in mutation()) {
        let files = idx_set().into_iter().map(|(n, b)| (n, gz(&b))).collect();
        mutated_folder(files, which, &m);
    }

    #[test]
    fn mutated_cifar_files_never_panic(which in 0usize..3, m in mutation()) {
        mutated_folder(cifar10_set(), which, &m);
    }

    #[test]
    fn mutated_images_never_panic(which in 0usize..4, m in mutation()) {
        mutated_folder(picture_set(), which, &m);
    }

    #[test]
    fn mutated_zip_archives_never_panic(m in mutation()) {
        mutated_file(&zip(&picture_set()), &m);
    }

    #[test]
    fn mutated_tar_archives_never_panic(m in mutation()) {
        mutated_file(&tar(&picture_set()), &m);
    }

    #[test]
    fn mutated_compressed_archives_never_panic(m in mutation()) {
        mutated_file(&gz(&tar(&idx_set())), &m);
    }

    #[test]
    fn archives_around_mutated_archives_never_panic(m in mutation()) {
        mutated_file(&gz(&m.apply(&tar(&picture_set()))), &Mutation {
            overwritten: Vec::new(), cut: None, inserted: None,
        });
    }

    #[test]
    fn files_of_random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let (_dir, path) = file("source", bytes);
        check(opened(path));
    }
}
