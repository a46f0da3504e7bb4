//! The two ends between a run and its face: events one way, commands the other, both bounded, with
//! the run on a thread of its own.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::RunError;
use crate::platform::thread;
use crate::protocol::command::Command;
use crate::protocol::journal::Record;

/// Events that may wait for the face before the run waits for it.
const EVENTS: usize = 4096;
const COMMANDS: usize = 64;

/// The run's end.
pub struct Link {
    events: SyncSender<Record>,
    commands: Receiver<Command>,
}

impl Link {
    /// Hands an event to the face; a face that has gone is no reason to stop.
    pub(super) fn send(&self, record: Record) {
        let _ = self.events.send(record);
    }

    /// The next command, if one has come.
    pub(super) fn command(&self) -> Option<Command> {
        self.commands.try_recv().ok()
    }

    /// Waits for a command. A face that has gone wants nothing any more but the end.
    pub(super) fn wait(&self) -> Command {
        self.commands.recv().unwrap_or(Command::Stop)
    }
}

/// The face's end.
pub struct Handle<T> {
    /// What happens, in order; it ends with the run.
    pub events: Receiver<Record>,
    /// What the face wants.
    pub commands: SyncSender<Command>,
    thread: JoinHandle<Result<T, RunError>>,
}

impl<T> Handle<T> {
    /// Waits for the end of the run.
    pub fn join(self) -> Result<T, RunError> {
        drop(self.events);
        self.thread.join().unwrap_or(Err(RunError::Crashed))
    }
}

/// Starts `work` on a thread named "run".
pub fn start<T: Send + 'static>(
    work: impl FnOnce(Link) -> Result<T, RunError> + Send + 'static,
) -> Result<Handle<T>, RunError> {
    let (event_in, events) = sync_channel(EVENTS);
    let (commands, command_out) = sync_channel(COMMANDS);
    let link = Link { events: event_in, commands: command_out };
    let thread = thread::spawn("run", move || work(link)).map_err(RunError::Thread)?;
    Ok(Handle { events, commands, thread })
}
