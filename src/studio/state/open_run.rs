//! The run in view: its folder, its state folded from events, the space that it searches, and how
//! far it is.

use std::path::PathBuf;

use crate::protocol::RunState;
use crate::protocol::journal::Record;
use crate::protocol::progress::Progress;
use crate::protocol::state::End;
use crate::space::Space;

/// Whether the run is under way here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Live {
    /// It lies in its folder, incomplete.
    Stored,
    /// It lies in its folder, complete.
    Finished,
    /// It computes.
    Running,
    /// It holds between two steps.
    Paused,
    /// It was asked to stop and saves.
    Stopping,
    /// Its journal is shown again.
    Replay,
}

impl Live {
    /// Whether a thread works on it.
    pub fn under_way(self) -> bool {
        matches!(self, Self::Running | Self::Paused | Self::Stopping)
    }
}

/// The run in view.
pub struct OpenRun {
    /// Its folder.
    pub folder: PathBuf,
    /// Everything it has told.
    pub state: RunState,
    /// The space that it searches, for its images; `None` before its first event.
    pub space: Option<Space>,
    /// How far its phase is.
    pub progress: Progress,
    /// Whether it is under way.
    pub live: Live,
    /// Time of the newest record, ms since 1970.
    pub last_record: u64,
    /// Time of the newest checkpoint, ms since 1970.
    pub saved_at: Option<u64>,
    /// Events taken in so far; a drawing made from as many is up to date.
    pub events: u64,
}

impl OpenRun {
    /// A run of which nothing is known yet.
    pub fn new(folder: PathBuf, live: bool) -> Self {
        Self {
            folder,
            state: RunState::default(),
            space: None,
            progress: Progress::default(),
            live: if live { Live::Running } else { Live::Stored },
            last_record: 0,
            saved_at: None,
            events: 0,
        }
    }

    /// Takes in records that came at `now`, in seconds.
    pub fn apply(&mut self, records: &[Record], now: f64) {
        for record in records {
            self.state.apply(&record.event);
            self.progress.apply(&record.event, now);
            self.last_record = record.time;
            if matches!(record.event, crate::protocol::Event::Checkpoint { .. }) {
                self.saved_at = Some(record.time);
            }
        }
        self.events += records.len() as u64;
        if self.space.is_none()
            && let Some(start) = &self.state.start
        {
            let space = start.config.space().ok();
            let (shape, classes) = (start.data.shape, start.data.classes.len());
            self.space = space.and_then(|space| space.for_data(shape, classes).ok());
        }
        if self.live == Live::Stored && matches!(self.state.end, Some(End::Finished(_))) {
            self.live = Live::Finished;
        }
    }

    /// What to call it: the name of its folder.
    pub fn name(&self) -> String {
        let name = self.folder.file_name().unwrap_or(self.folder.as_os_str());
        name.to_string_lossy().into_owned()
    }

    /// The seed, once known.
    pub fn seed(&self) -> Option<u64> {
        self.state.start.as_ref().map(|start| start.config.general.seed)
    }
}
