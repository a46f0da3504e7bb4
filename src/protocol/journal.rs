//! The journal as text: one event a line, in JSON with a version and the time. Reading tolerates
//! a last line that a kill cut off, and nothing else. Files are `run`'s business.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::event::Event;

/// The version of events and records; raised when an older program could not read them.
pub const VERSION: u32 = 1;

/// One line of a journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// [`VERSION`] of the program that wrote it.
    pub version: u32,
    /// Milliseconds since 1970 by the wall clock.
    pub time: u64,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// Why a journal could not be read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum JournalError {
    /// A whole line that is no record.
    #[error("line {line}: {reason}; cut the file before that line to keep what precedes it")]
    BadLine {
        /// Counted from 1.
        line: usize,
        /// In one line.
        reason: String,
    },
    /// Written by a later program.
    #[error("line {line}: version {found}, this program reads up to {VERSION}: use a newer one")]
    Newer {
        /// Counted from 1.
        line: usize,
        /// Its version.
        found: u64,
    },
}

/// What a journal's bytes hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Journal {
    /// All whole lines.
    pub records: Vec<Record>,
    /// Length of the whole lines in bytes; beyond it lies a line that was cut off, if any.
    pub whole_bytes: usize,
}

impl Journal {
    /// Reads the bytes of a journal. A last line without its end is left out: the writer was
    /// killed in the midst of it.
    ///
    /// # Errors
    /// Names the line that is no record, or was written by a later version.
    pub fn parse(bytes: &[u8]) -> Result<Self, JournalError> {
        let whole_bytes = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        let whole = bytes.get(..whole_bytes).unwrap_or_default();
        let lines = whole.split_inclusive(|&byte| byte == b'\n').enumerate();
        let records = lines.map(|(index, line)| parse_line(line, index + 1));
        Ok(Self { records: records.collect::<Result<_, _>>()?, whole_bytes })
    }
}

impl Record {
    /// The record of an event at a time, of this program's version.
    pub fn new(event: Event, time: u64) -> Self {
        Self { version: VERSION, time, event }
    }

    /// The line that [`Journal::parse`] reads, with its end.
    ///
    /// # Errors
    /// When a value has no JSON form; no event of ours lacks one.
    pub fn to_line(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self).map(|line| line + "\n")
    }
}

fn parse_line(bytes: &[u8], line: usize) -> Result<Record, JournalError> {
    // The version first: what a later program wrote may well be unreadable otherwise.
    #[derive(Deserialize)]
    struct Versioned {
        version: u64,
    }
    match serde_json::from_slice::<Versioned>(bytes) {
        Ok(Versioned { version }) if version > u64::from(VERSION) => {
            return Err(JournalError::Newer { line, found: version });
        }
        _ => {}
    }
    serde_json::from_slice(bytes).map_err(|error| JournalError::BadLine {
        line,
        reason: error.to_string().replace(char::is_control, " "),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::protocol::facts::Phase;

    fn lines() -> Vec<String> {
        let events = [
            Event::PhaseStarted { phase: Phase::Supernet },
            Event::Warning { message: "a \"quoted\"\nmessage: ü".to_owned() },
            Event::PhaseEnded { phase: Phase::Supernet, seconds: 0.1 },
        ];
        let record = |(time, event)| Record::new(event, time);
        (0..).zip(events).map(record).map(|record| record.to_line().unwrap()).collect()
    }

    #[test]
    fn a_journal_cut_at_any_byte_of_its_last_line_keeps_the_lines_before() {
        let lines = lines();
        let whole = lines.concat().into_bytes();
        let kept = lines[0].len() + lines[1].len();
        for end in kept..whole.len() {
            let journal = Journal::parse(&whole[..end]).unwrap();
            assert_eq!((journal.records.len(), journal.whole_bytes), (2, kept), "cut at {end}");
        }
        assert_eq!(Journal::parse(&whole).unwrap().records.len(), 3);
        assert_eq!(Journal::parse(b"").unwrap().whole_bytes, 0);
    }

    #[test]
    fn a_damaged_line_in_the_middle_is_an_error_with_its_number() {
        let mut lines = lines();
        for damage in ["{}\n", "\n", "{\"version\":1,\"time\":0,\"event\":\"unheard_of\"}\n"] {
            lines[1] = damage.to_owned();
            match Journal::parse(lines.concat().as_bytes()) {
                Err(JournalError::BadLine { line: 2, reason }) => assert!(!reason.contains('\n')),
                other => panic!("{other:?}"),
            }
        }
        lines[1] = "\u{0}\u{0}\n".to_owned();
        assert!(matches!(
            Journal::parse(lines.concat().as_bytes()),
            Err(JournalError::BadLine { line: 2, .. })
        ));
    }

    #[test]
    fn a_line_of_a_later_version_says_so() {
        let text = "{\"version\":9,\"what\":[]}\n";
        assert_eq!(Journal::parse(text.as_bytes()), Err(JournalError::Newer { line: 1, found: 9 }));
    }
}
