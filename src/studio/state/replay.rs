//! A run shown again from its journal: which of its records are due at a place in time.

use crate::protocol::journal::Record;

/// Longer gaps between two records, as when a run lay stopped overnight, are shortened to this,
/// seconds.
const LONGEST_GAP: f64 = 10.0;

/// How a replay is steered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Seek {
    /// Hold, or go on.
    Play(bool),
    /// So many times as fast as it was.
    Speed(f64),
    /// To this share of the whole, 0 to 1.
    To(f64),
}

/// Records and the place among them.
#[derive(Clone, Debug)]
pub struct Replay {
    records: Vec<Record>,
    /// When each record is due, seconds from the first.
    due: Vec<f64>,
    /// How many were handed out.
    next: usize,
    position: f64,
    /// Whether time goes on.
    pub playing: bool,
    /// How many times as fast as it was.
    pub speed: f64,
}

impl Replay {
    /// From the first record on, ten times as fast as it was.
    pub fn new(records: Vec<Record>) -> Self {
        let mut due = Vec::with_capacity(records.len());
        let (mut at, mut last) = (0.0, None);
        for record in &records {
            let gap = last.map_or(0.0, |last| record.time.saturating_sub(last) as f64 / 1e3);
            at += gap.min(LONGEST_GAP);
            last = Some(record.time);
            due.push(at);
        }
        Self { records, due, next: 0, position: 0.0, playing: true, speed: 10.0 }
    }

    /// Seconds from the first record.
    pub fn position(&self) -> f64 {
        self.position
    }

    /// Seconds from the first record to the last.
    pub fn length(&self) -> f64 {
        self.due.last().copied().unwrap_or(0.0)
    }

    /// Lets so many seconds pass; the records that have become due.
    pub(super) fn advance(&mut self, seconds: f64) -> &[Record] {
        if self.playing {
            self.position = (self.position + seconds * self.speed).min(self.length());
            self.playing = self.position < self.length();
        }
        let from = self.next;
        self.next = self.due.partition_point(|due| *due <= self.position).max(from);
        self.records.get(from..self.next).unwrap_or_default()
    }

    /// Steers it; true where everything begins again from the first record.
    pub(super) fn seek(&mut self, seek: Seek) -> bool {
        match seek {
            Seek::Play(playing) => {
                self.playing = playing;
                let again = playing && self.position >= self.length();
                if again {
                    (self.position, self.next) = (0.0, 0);
                }
                again
            }
            Seek::Speed(speed) => {
                self.speed = speed;
                false
            }
            Seek::To(share) => {
                (self.position, self.next) = (share.clamp(0.0, 1.0) * self.length(), 0);
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Event;
    use crate::protocol::facts::Phase;

    fn replay() -> Replay {
        let record = |time| Record::new(Event::PhaseStarted { phase: Phase::Supernet }, time);
        // A night lies before the last one.
        Replay::new([1_000, 2_000, 4_000, 40_000_000].map(record).to_vec())
    }

    #[test]
    fn records_come_when_they_are_due_and_a_night_is_ten_seconds() {
        let mut replay = replay();
        assert_eq!(replay.length(), 13.0);
        assert_eq!(replay.advance(0.0).len(), 1);
        assert_eq!(replay.advance(0.05).len(), 0);
        assert_eq!(replay.advance(0.25).len(), 2);
        replay.seek(Seek::Play(false));
        assert_eq!(replay.advance(10.0).len(), 0);
        replay.seek(Seek::Play(true));
        replay.seek(Seek::Speed(100.0));
        assert_eq!(replay.advance(1.0).len(), 1);
        assert!(!replay.playing, "at the end it holds");
    }

    #[test]
    fn it_can_be_set_to_any_place_and_begins_again_at_the_end() {
        let mut replay = replay();
        assert!(replay.seek(Seek::To(0.5)));
        assert_eq!(replay.advance(0.0).len(), 3);
        assert!(replay.seek(Seek::To(1.0)));
        assert_eq!(replay.advance(0.0).len(), 4);
        assert!(replay.seek(Seek::Play(true)));
        assert_eq!(replay.advance(0.0).len(), 1);
    }
}
