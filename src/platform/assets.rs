//! Files that come with the program: built into it on a desktop, and fetched apart in a browser,
//! which shows its page before they have arrived.

use std::borrow::Cow;
use std::io;

/// The image files of the embedded data set, by name: training images and labels, test images and
/// labels.
pub const IMAGES: [&str; 4] = [
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
];

/// The file at a place of [`IMAGES`].
///
/// # Errors
/// In a browser, where it has not been fetched.
#[cfg(not(target_arch = "wasm32"))]
pub fn images(place: usize) -> io::Result<Cow<'static, [u8]>> {
    const FILES: [&[u8]; 4] = [
        include_bytes!("../../assets/fashion-mnist-12k/train-images-idx3-ubyte.gz"),
        include_bytes!("../../assets/fashion-mnist-12k/train-labels-idx1-ubyte.gz"),
        include_bytes!("../../assets/fashion-mnist-12k/t10k-images-idx3-ubyte.gz"),
        include_bytes!("../../assets/fashion-mnist-12k/t10k-labels-idx1-ubyte.gz"),
    ];
    FILES.get(place).map(|bytes| Cow::Borrowed(*bytes)).ok_or(io::ErrorKind::NotFound.into())
}

#[cfg(target_arch = "wasm32")]
mod fetched {
    use super::{Cow, io};
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    thread_local! {
        static FILES: RefCell<BTreeMap<usize, Vec<u8>>> = RefCell::default();
    }

    /// The file at a place of [`IMAGES`](super::IMAGES).
    ///
    /// # Errors
    /// Where it has not been fetched.
    pub fn images(place: usize) -> io::Result<Cow<'static, [u8]>> {
        let found = FILES.with(|files| files.borrow().get(&place).cloned());
        found.map(Cow::Owned).ok_or_else(|| io::Error::other("they have not been fetched"))
    }

    /// Hands over a file that has been fetched.
    pub fn provide(place: usize, bytes: Vec<u8>) {
        FILES.with(|files| files.borrow_mut().insert(place, bytes));
    }
}
#[cfg(target_arch = "wasm32")]
pub use fetched::{images, provide};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_there_and_no_other() {
        assert!((0..IMAGES.len()).all(|place| images(place).is_ok_and(|bytes| bytes.len() > 1000)));
        assert!(images(IMAGES.len()).is_err());
    }
}
