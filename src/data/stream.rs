//! Sets too large for memory: an image folder on disk, decoded by threads while it is used.
//!
//! Thread t of T decodes the images t, t + T, t + 2 T, ... of the epoch into a bounded channel of
//! its own, and the reader takes from the channels in turn. So the order never depends on timing,
//! and T x (prefetch + 1) decoded images are in memory at most.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

use rand::RngExt;
use rand::seq::SliceRandom;

use super::crop;
use super::decode::decode;
use super::error::{DataError, Fault, Place};
use super::listing::ListedImage;
use super::resample::render;
use super::rng;
use super::set::Shape;
use super::stream_options::{Order, StreamOptions, View};

/// Images of one size with their labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// N x C x H x W bytes.
    pub images: Vec<u8>,
    /// N class numbers.
    pub labels: Vec<u32>,
}

type Decoded = Result<(Vec<u8>, u32), DataError>;

/// One epoch of batches. After an error it ends. Dropping it stops and joins its threads.
#[derive(Debug)]
pub struct ImageStream {
    /// In order of the first image that each brings; empty once the stream has ended.
    channels: Vec<Receiver<Decoded>>,
    threads: Vec<JoinHandle<()>>,
    work: Arc<Work>,
    next: usize,
}

/// What all threads of a stream know.
#[derive(Debug)]
struct Work {
    root: PathBuf,
    images: Arc<[ListedImage]>,
    /// Indices into `images` in the order of the epoch.
    order: Vec<usize>,
    epoch: u64,
    options: StreamOptions,
}

impl ImageStream {
    /// Starts to decode the images `range` of `images`, which lie below `root`.
    ///
    /// # Errors
    /// An argument outside its range, or no thread to be had.
    pub fn start(
        root: &Path,
        images: &Arc<[ListedImage]>,
        range: Range<usize>,
        epoch: u64,
        options: &StreamOptions,
    ) -> Result<Self, DataError> {
        let place = Place::file(root.display());
        options.check(&place)?;
        if range.start >= range.end || range.end > images.len() {
            return Err(place.error(Fault::Argument {
                name: "the range of images to stream",
                value: format!("{}..{}", range.start, range.end),
                accepted: "a range of at least one image inside the set",
            }));
        }
        let mut order: Vec<usize> = range.collect();
        if options.order == Order::Shuffled {
            order.shuffle(&mut rng::stream(options.seed, epoch, u64::MAX));
        }
        let count = options.threads.min(order.len());
        let work = Arc::new(Work {
            root: root.to_owned(),
            images: Arc::clone(images),
            order,
            epoch,
            options: options.clone(),
        });
        let mut stream =
            Self { channels: Vec::new(), threads: Vec::new(), work: Arc::clone(&work), next: 0 };
        for first in 0..count {
            let (sender, receiver) = sync_channel(options.prefetch);
            let work = Arc::clone(&work);
            let thread = Builder::new()
                .name(format!("decode-{first}"))
                .spawn(move || work.decode_every(first, count, &sender))
                .map_err(|e| place.error(Fault::Thread(e)))?;
            stream.channels.push(receiver);
            stream.threads.push(thread);
        }
        Ok(stream)
    }

    fn batch(&mut self) -> Result<Option<Batch>, DataError> {
        let options = &self.work.options;
        let end = (self.next + options.batch).min(self.work.order.len());
        if self.channels.is_empty() || self.next == end {
            return Ok(None);
        }
        let count = end - self.next;
        let mut images = Vec::with_capacity(count * options.image_bytes());
        let mut labels = Vec::with_capacity(count);
        while self.next < end {
            let channel = self.channels.get(self.next % self.channels.len());
            let decoded = channel.and_then(|c| c.recv().ok());
            let (pixels, label) = decoded.unwrap_or_else(|| Err(self.work.lost(self.next)))?;
            images.extend_from_slice(&pixels);
            labels.push(label);
            self.next += 1;
        }
        Ok(Some(Batch { images, labels }))
    }

    /// Closes the channels, which ends the threads at their next image, and waits for them.
    fn stop(&mut self) {
        self.channels.clear();
        for thread in self.threads.drain(..) {
            // A thread that panicked has shown itself as a lost image already.
            let _ = thread.join();
        }
    }
}

impl Iterator for ImageStream {
    type Item = Result<Batch, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.batch().transpose();
        if !matches!(batch, Some(Ok(_))) {
            self.stop();
        }
        batch
    }
}

impl Drop for ImageStream {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Work {
    /// Decodes the images `first`, `first + step`, ... of the epoch until an error or until
    /// nobody listens.
    fn decode_every(&self, first: usize, step: usize, sender: &SyncSender<Decoded>) {
        for &index in self.order.iter().skip(first).step_by(step) {
            let Some(image) = self.images.get(index) else { return };
            let decoded = self.decode_one(index as u64, image).map(|pixels| (pixels, image.label));
            let failed = decoded.is_err();
            if sender.send(decoded).is_err() || failed {
                return;
            }
        }
    }

    fn decode_one(&self, index: u64, image: &ListedImage) -> Result<Vec<u8>, DataError> {
        let StreamOptions { limits, view, channels, height, width, seed, .. } = &self.options;
        let path = self.root.join(&image.name);
        let place = Place::file(path.display());
        let mut file = std::fs::File::open(&path).map_err(|e| place.error(Fault::Read(e)))?;
        let decoded = decode(&limits.read_file(&mut file, &place)?, limits, &place)?;
        let mut rng = rng::stream(*seed, self.epoch, index);
        let (w, h) = (decoded.width(), decoded.height());
        let (window, mirror) = match view {
            View::Centre { fraction } => {
                (crop::centre(w, h, *width as f64 / *height as f64, *fraction), false)
            }
            View::Random { scale, ratio, flip } => {
                let window = crop::random(w, h, scale, ratio, &mut rng);
                (window, rng.random_bool(*flip))
            }
        };
        let mut pixels = vec![0; self.options.image_bytes()];
        let to = Shape { channels: *channels, height: *height, width: *width };
        render(decoded, window, mirror, to, &mut pixels);
        Ok(pixels)
    }

    fn lost(&self, position: usize) -> DataError {
        let image = self.order.get(position).and_then(|&index| self.images.get(index));
        let path = image.map_or(self.root.clone(), |image| self.root.join(&image.name));
        Place::file(path.display()).error(Fault::ThreadLost)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::limits::Limits;
    use super::*;

    #[test]
    fn a_thread_that_ends_without_a_result_is_an_error_that_names_its_image() {
        let options = StreamOptions {
            seed: 0,
            order: Order::Listed,
            view: View::Centre { fraction: 1.0 },
            batch: 1,
            channels: 1,
            height: 1,
            width: 1,
            threads: 1,
            prefetch: 1,
            limits: Limits::default(),
        };
        let image = ListedImage { name: "train/a/1.png".into(), label: 0 };
        let root = PathBuf::from("set");
        let work = Work { root, images: [image].into(), order: vec![0], epoch: 0, options };
        let (sender, receiver) = sync_channel(1);
        drop(sender);
        let mut stream = ImageStream {
            channels: vec![receiver],
            threads: Vec::new(),
            work: Arc::new(work),
            next: 0,
        };
        let error = stream.next().unwrap().unwrap_err();
        assert!(matches!(error.fault, Fault::ThreadLost), "{error}");
        assert!(error.to_string().contains("1.png"), "{error}");
        assert!(stream.next().is_none());
    }
}
