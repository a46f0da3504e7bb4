//! What a person may want to read again: the run's events in sentences, and troubles of the studio.
//! Steps are not among them; curves show those.

use crate::protocol::Event;
use crate::protocol::journal::Record;
use crate::protocol::quantity::{duration, grouped};
use crate::protocol::sentence::sentence;

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Bookkeeping, such as checkpoints.
    Detail,
    /// How the run goes.
    Info,
    /// Something a person should know; the run goes on.
    Warning,
    /// Something that ended or did not work.
    Error,
}

impl Level {
    /// All, from the least on.
    pub const ALL: [Self; 4] = [Self::Detail, Self::Info, Self::Warning, Self::Error];

    /// As in a line of the log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Detail => "detail",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Milliseconds since 1970 by the wall clock.
    pub time: u64,
    /// How much it matters.
    pub level: Level,
    /// What happened.
    pub text: String,
}

/// The log.
#[derive(Clone, Debug, Default)]
pub struct Log {
    lines: Vec<Line>,
    start: Option<u64>,
}

impl Log {
    /// Takes in what a run tells.
    pub fn record(&mut self, record: &Record) {
        self.start.get_or_insert(record.time);
        let (level, text) = match &record.event {
            Event::Warning { message } => (Level::Warning, Some(message.clone())),
            Event::Failed { message } => (Level::Error, Some(message.clone())),
            Event::Finished { seconds } => {
                (Level::Info, Some(format!("finished after {} of computing", duration(*seconds))))
            }
            Event::Checkpoint { phase, step } => {
                let text = format!("{} saved at step {}", phase.label(), grouped(*step));
                (Level::Detail, Some(text))
            }
            other => (Level::Info, sentence(other)),
        };
        if let Some(text) = text {
            self.lines.push(Line { time: record.time, level, text });
        }
    }

    /// Notes a trouble of the studio itself.
    pub fn trouble(&mut self, time: u64, text: &str) {
        // A run that failed has said so in its journal already.
        if self.lines.last().is_none_or(|last| last.text != text) {
            self.lines.push(Line { time, level: Level::Error, text: text.to_owned() });
        }
    }

    /// All lines, oldest first.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Seconds from the run's first event to a line; `None` before there was one.
    pub fn since_start(&self, line: &Line) -> Option<f64> {
        let start = self.start.filter(|start| *start <= line.time)?;
        Some((line.time - start) as f64 / 1e3)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::protocol::facts::Phase;

    #[test]
    fn lines_have_levels_and_the_time_since_the_run_began() {
        let mut log = Log::default();
        for (time, event) in [
            (10_000, Event::PhaseStarted { phase: Phase::Supernet }),
            (12_000, Event::Checkpoint { phase: Phase::Supernet, step: 1_250 }),
            (13_500, Event::Warning { message: "the device was lost".to_owned() }),
            (14_000, Event::Failed { message: "the disk is full".to_owned() }),
        ] {
            log.record(&Record::new(event, time));
        }
        log.trouble(14_001, "the disk is full");
        let lines: Vec<(Level, &str)> =
            log.lines().iter().map(|line| (line.level, line.text.as_str())).collect();
        let expected = [
            (Level::Info, "supernet begins"),
            (Level::Detail, "supernet saved at step 1,250"),
            (Level::Warning, "the device was lost"),
            (Level::Error, "the disk is full"),
        ];
        assert_eq!(lines, expected);
        assert_eq!(log.since_start(&log.lines()[2]), Some(3.5));
    }
}
