//! Batches decoded ahead of their use, by threads; in a browser, which has none, when they are wanted.
//!
//! Job k goes to thread k modulo T and its result comes back through a channel of that thread, so
//! that the order of results is that of jobs and never depends on timing. Jobs and results under
//! way are bounded, and with them memory.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::crop::View;
use super::error::{DataError, Fault, Place};
use super::pictures::Pictures;
use crate::platform::CAN_BLOCK;
use crate::platform::thread::spawn;

/// Bytes of images that may be decoded ahead.
const AHEAD_BYTES: usize = 128 << 20;
/// Images that may be decoded ahead, however small.
const AHEAD_IMAGES: usize = 4096;
/// Images under way that each thread has at least.
const AHEAD_EACH: usize = 4;

/// A batch that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Its images.
    pub numbers: Vec<u32>,
    /// What their changes are drawn from.
    pub seed_and_step: (u64, u64),
}

/// A batch that is ready for the GPU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostBatch {
    /// What it is.
    pub selection: Selection,
    /// N x C x H x W bytes; empty where the set lies on the GPU.
    pub pixels: Vec<u8>,
}

/// An image to decode.
struct Job {
    number: u32,
    seed_and_step: (u64, u64),
}

/// A thread with what goes to it and what comes back.
struct Lane {
    jobs: SyncSender<Job>,
    done: Receiver<Result<Vec<u8>, DataError>>,
    thread: JoinHandle<()>,
}

/// Batches of an iterator of selections, in its order. After an error it ends. Dropping it stops
/// and joins its threads.
pub struct ImageStream {
    set: Arc<Pictures>,
    selections: Box<dyn Iterator<Item = Selection>>,
    /// Selections that have been drawn and not been handed out; all but the last are asked for
    /// whole, the last up to `cursor`.
    open: VecDeque<Selection>,
    cursor: usize,
    asked: usize,
    taken: usize,
    room: usize,
    /// Empty once the stream has ended, and where it has no threads.
    lanes: Vec<Lane>,
    /// What is seen of an image, where there are no threads and the stream has not ended.
    here: Option<View>,
}

impl fmt::Debug for ImageStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (asked, taken, threads) = (self.asked, self.taken, self.lanes.len());
        write!(f, "ImageStream {{ asked: {asked}, taken: {taken}, threads: {threads} }}")
    }
}

impl ImageStream {
    /// Starts `threads` threads; nothing is decoded before the first batch is asked for.
    ///
    /// # Errors
    /// An argument outside its range, or no thread to be had.
    pub fn start(
        set: &Arc<Pictures>,
        view: View,
        threads: usize,
        selections: impl Iterator<Item = Selection> + 'static,
    ) -> Result<Self, DataError> {
        let place = Place::file(set.name());
        view.check(&place)?;
        if !(1..=256).contains(&threads) {
            return Err(place.error(Fault::Argument {
                name: "the number of decoding threads",
                value: threads.to_string(),
                accepted: "1 to 256",
            }));
        }
        let ahead = (AHEAD_BYTES / set.image_bytes().max(1)).min(AHEAD_IMAGES);
        let room = ahead.max(AHEAD_EACH * threads);
        let mut stream = Self {
            set: Arc::clone(set),
            selections: Box::new(selections.fuse()),
            open: VecDeque::new(),
            cursor: 0,
            asked: 0,
            taken: 0,
            room,
            lanes: Vec::new(),
            here: (!CAN_BLOCK).then_some(view),
        };
        let lanes = if CAN_BLOCK { threads } else { 0 };
        for number in 0..lanes {
            // What is under way is shared out evenly, so neither channel is ever full.
            let capacity = room.div_ceil(threads);
            let (jobs, work) = sync_channel(capacity);
            let (results, done) = sync_channel(capacity);
            let set = Arc::clone(set);
            let thread = spawn(&format!("decode-{number}"), move || {
                decode(&set, view, &work, &results);
            })
            .map_err(|e| place.error(Fault::Thread(e)))?;
            stream.lanes.push(Lane { jobs, done, thread });
        }
        Ok(stream)
    }

    /// Hands out jobs as long as there is room.
    fn fill(&mut self) {
        while self.asked - self.taken < self.room {
            let Some(job) = self.job() else { return };
            let lane = self.lanes.get(self.asked % self.lanes.len().max(1));
            // A thread that has ended shows itself when its result is missing.
            let _ = lane.map(|lane| lane.jobs.send(job));
            self.asked += 1;
        }
    }

    fn job(&mut self) -> Option<Job> {
        loop {
            if let Some(last) = self.open.back()
                && let Some(&number) = last.numbers.get(self.cursor)
            {
                self.cursor += 1;
                return Some(Job { number, seed_and_step: last.seed_and_step });
            }
            self.open.push_back(self.selections.next()?);
            self.cursor = 0;
        }
    }

    fn batch(&mut self) -> Result<Option<HostBatch>, DataError> {
        if let Some(view) = self.here {
            return self
                .selections
                .next()
                .map(|selection| render(&self.set, view, selection))
                .transpose();
        }
        if self.lanes.is_empty() {
            return Ok(None);
        }
        self.fill();
        let count = self.open.front().map_or(0, |selection| selection.numbers.len());
        let mut pixels = Vec::with_capacity(count * self.set.image_bytes());
        for at in 0..count {
            let lane = self.lanes.get(self.taken % self.lanes.len());
            let image = lane.and_then(|lane| lane.done.recv().ok());
            pixels.extend_from_slice(&image.unwrap_or_else(|| Err(self.lost(at)))?);
            self.taken += 1;
            self.fill();
        }
        Ok(self.open.pop_front().map(|selection| HostBatch { selection, pixels }))
    }

    /// The error of the first open selection's image at place `at`.
    fn lost(&self, at: usize) -> DataError {
        let number = self.open.front().and_then(|selection| selection.numbers.get(at));
        self.set.place(number.copied().unwrap_or(u32::MAX)).error(Fault::ThreadLost)
    }

    /// Ends the threads after the image that each is at, and waits for them.
    fn stop(&mut self) {
        self.here = None;
        let threads: Vec<JoinHandle<()>> = self.lanes.drain(..).map(|lane| lane.thread).collect();
        for thread in threads {
            // A thread that panicked has shown itself as a lost image already.
            let _ = thread.join();
        }
    }
}

impl Iterator for ImageStream {
    type Item = Result<HostBatch, DataError>;

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

/// A batch decoded at once.
fn render(set: &Pictures, view: View, selection: Selection) -> Result<HostBatch, DataError> {
    let mut pixels = Vec::with_capacity(selection.numbers.len() * set.image_bytes());
    for &number in &selection.numbers {
        pixels.extend_from_slice(&set.render(number, view, selection.seed_and_step)?);
    }
    Ok(HostBatch { selection, pixels })
}

/// A thread's work: it ends when nobody asks or listens any more.
fn decode(
    set: &Pictures,
    view: View,
    jobs: &Receiver<Job>,
    results: &SyncSender<Result<Vec<u8>, DataError>>,
) {
    for Job { number, seed_and_step } in jobs {
        if results.send(set.render(number, view, seed_and_step)).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::set::ImageSet;
    use super::*;

    #[test]
    fn a_thread_that_ends_without_a_result_is_an_error_that_names_its_image() {
        let set = ImageSet {
            name: "tiny".into(),
            images: vec![0; 4],
            labels: vec![0; 4],
            classes: vec!["a".into()],
            channels: 1,
            height: 1,
            width: 1,
        };
        let set = Arc::new(Pictures::Memory(set));
        let selection = Selection { numbers: vec![2], seed_and_step: (0, 0) };
        let selections = std::iter::once(selection);
        let mut stream = ImageStream::start(&set, View::WHOLE, 1, selections).unwrap();
        let (_, done) = sync_channel(1);
        stream.lanes[0].done = done;
        let error = stream.next().unwrap().unwrap_err();
        assert!(matches!(error.fault, Fault::ThreadLost), "{error}");
        assert!(error.to_string().contains("tiny"), "{error}");
        assert!(stream.next().is_none());
    }

    #[test]
    fn without_threads_batches_are_the_same() {
        let set = ImageSet {
            name: "tiny".into(),
            images: (0..48).collect(),
            labels: vec![0; 3],
            classes: vec!["a".into()],
            channels: 1,
            height: 4,
            width: 4,
        };
        let set = Arc::new(Pictures::Memory(set));
        let view = View::Random { min_area: 0.3, filters: true, jitter: 0.4 };
        let batches = |here: bool| -> Vec<HostBatch> {
            let selections =
                (0..4).map(|step| Selection { numbers: vec![2, 0], seed_and_step: (5, step) });
            let mut stream = ImageStream::start(&set, view, 2, selections).unwrap();
            if here {
                stream.stop();
                stream.here = Some(view);
            }
            stream.map(Result::unwrap).collect()
        };
        let threaded = batches(false);
        assert_eq!(threaded.len(), 4);
        assert_eq!(batches(true), threaded);
    }

    #[test]
    fn what_is_decoded_ahead_is_bounded() {
        let set = ImageSet {
            name: "tiny".into(),
            images: vec![7; 3 << 20],
            labels: vec![0; 3],
            classes: vec!["a".into()],
            channels: 1,
            height: 1024,
            width: 1024,
        };
        let set = Arc::new(Pictures::Memory(set));
        let endless =
            std::iter::repeat(Selection { numbers: vec![0, 1, 2], seed_and_step: (0, 0) });
        let mut stream = ImageStream::start(&set, View::WHOLE, 2, endless).unwrap();
        for batch in 1..4 {
            assert_eq!(stream.next().unwrap().unwrap().pixels.len(), 3 << 20);
            assert_eq!(stream.asked, 3 * batch + 128);
        }
    }
}
