//! The journal's file: appending events, and cutting it back to a checkpoint on resume. Its lines
//! are `protocol::journal`'s.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::RunError;
use crate::platform::clock;
use crate::platform::files::{self, Appender};
use crate::protocol::Event;
use crate::protocol::journal::{Journal, Record};

/// An open journal, at its end.
#[derive(Debug)]
pub struct JournalFile {
    path: PathBuf,
    file: Appender,
}

impl JournalFile {
    /// Opens a journal to go on from a checkpoint's position (0 for a run that starts or has no
    /// checkpoint yet): what was written after it is cut off, since the run will write it again.
    /// Returns the records before. A journal that does not exist is an empty one.
    ///
    /// # Errors
    /// [`RunError::JournalCut`] where the journal does not reach or end a line at the position,
    /// [`RunError::Journal`] for a damaged line before it.
    pub fn open_at(path: &Path, position: u64) -> Result<(Self, Vec<Record>), RunError> {
        let bytes = read_bytes(path)?;
        let cut = || RunError::JournalCut {
            path: path.to_owned(),
            found: bytes.len() as u64,
            expected: position,
        };
        let kept = usize::try_from(position).ok().and_then(|end| bytes.get(..end));
        let journal = parse(path, kept.ok_or_else(cut)?)?;
        if journal.whole_bytes as u64 != position {
            return Err(cut());
        }
        let file = Appender::open(path, position).map_err(RunError::io(path, "open"))?;
        Ok((Self { path: path.to_owned(), file }, journal.records))
    }

    /// Appends an event, stamped with the present time, and hands it to the system.
    ///
    /// # Errors
    /// A failure of the file system; the journal then ends with the event before.
    pub fn append(&mut self, event: &Event) -> Result<Record, RunError> {
        let record = Record::new(event.clone(), clock::unix_milliseconds());
        let line =
            record.to_line().map_err(|error| RunError::damaged(&self.path, error.to_string()))?;
        self.file.append(line.as_bytes()).map_err(RunError::io(&self.path, "append"))?;
        Ok(record)
    }

    /// Waits until all events have reached the disk and returns the position behind them, for a
    /// checkpoint to rely on.
    ///
    /// # Errors
    /// A failure of the file system.
    pub fn sync(&self) -> Result<u64, RunError> {
        self.file.sync().map_err(RunError::io(&self.path, "sync"))?;
        Ok(self.file.length())
    }
}

/// Reads all whole lines of a journal, which may be in use; none where it does not exist.
///
/// # Errors
/// Names the file and the line that is damaged.
pub fn read(path: &Path) -> Result<Vec<Record>, RunError> {
    Ok(parse(path, &read_bytes(path)?)?.records)
}

/// Reads the whole lines among the first `length` bytes of a journal.
///
/// # Errors
/// As [`read`].
pub(super) fn read_to(path: &Path, length: u64) -> Result<Vec<Record>, RunError> {
    let bytes = read_bytes(path)?;
    let end = usize::try_from(length).map_or(bytes.len(), |end| end.min(bytes.len()));
    Ok(parse(path, &bytes[..end])?.records)
}

/// A run that was killed before its first event has no journal yet.
fn read_bytes(path: &Path) -> Result<Vec<u8>, RunError> {
    match files::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        read => read.map_err(RunError::io(path, "read")),
    }
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Journal, RunError> {
    Journal::parse(bytes).map_err(|source| RunError::Journal { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::protocol::facts::{Phase, SupernetStep};
    use std::fs;

    fn step(step: u64) -> Event {
        let loss = 1.0 / (step + 3) as f64;
        Event::SupernetStep(SupernetStep {
            step,
            epoch: 0,
            loss,
            accuracy: 0.1,
            lr: 0.05,
            images_per_s: 100.0,
            seconds: None,
        })
    }

    fn events(path: &Path) -> Vec<Event> {
        read(path).unwrap().into_iter().map(|record| record.event).collect()
    }

    #[test]
    fn a_run_killed_at_any_byte_of_its_last_event_resumes_to_the_undisturbed_journal() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.jsonl");
        let mut journal = JournalFile::open_at(&path, 0).unwrap().0;
        journal.append(&Event::PhaseStarted { phase: Phase::Supernet }).unwrap();
        (0..3).for_each(|i| drop(journal.append(&step(i)).unwrap()));
        let position = journal.sync().unwrap();
        (3..5).for_each(|i| drop(journal.append(&step(i)).unwrap()));
        let before_last = journal.sync().unwrap();
        journal.append(&step(5)).unwrap();
        drop(journal);
        let undisturbed = events(&path);
        let whole = fs::read(&path).unwrap();

        for end in usize::try_from(before_last).unwrap()..=whole.len() {
            fs::write(&path, &whole[..end]).unwrap();
            assert_eq!(events(&path).len(), if end == whole.len() { 7 } else { 6 });
            let (mut journal, records) = JournalFile::open_at(&path, position).unwrap();
            assert_eq!(records.len(), 4);
            (3..6).for_each(|i| drop(journal.append(&step(i)).unwrap()));
            assert_eq!(events(&path), undisturbed, "killed at byte {end}");
        }
    }

    #[test]
    fn damage_after_the_checkpoint_is_cut_off_and_before_it_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.jsonl");
        let mut journal = JournalFile::open_at(&path, 0).unwrap().0;
        (0..2).for_each(|i| drop(journal.append(&step(i)).unwrap()));
        let position = journal.sync().unwrap();
        drop(journal);

        let good = fs::read(&path).unwrap();
        fs::write(&path, [&good[..], &[0_u8; 40], b"\n"].concat()).unwrap();
        let error = read(&path).unwrap_err().to_string();
        assert!(error.contains("journal.jsonl: line 3: "), "{error}");
        assert_eq!(JournalFile::open_at(&path, position).unwrap().1.len(), 2);
        assert_eq!(fs::read(&path).unwrap(), good);

        let mut bad = good.clone();
        bad[3] ^= 1;
        fs::write(&path, &bad).unwrap();
        let error = JournalFile::open_at(&path, position).unwrap_err().to_string();
        assert!(error.contains("journal.jsonl: line 1: "), "{error}");
    }

    #[test]
    fn a_journal_shorter_than_the_checkpoint_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.jsonl");
        let mut journal = JournalFile::open_at(&path, 0).unwrap().0;
        journal.append(&step(0)).unwrap();
        let position = journal.sync().unwrap();
        for wrong in [position - 1, position + 1, u64::MAX] {
            let error = JournalFile::open_at(&path, wrong).unwrap_err();
            assert!(matches!(error, RunError::JournalCut { .. }), "{error}");
        }
    }
}
