//! The two ends between a run and its face: events one way, commands the other, both bounded, with
//! the run as a task of its own.

use std::future::Future;

use super::RunError;
use crate::platform::task::{self, Task};
use crate::protocol::command::Command;
use crate::protocol::journal::Record;
use async_channel::{Receiver, Sender, bounded};

/// Events that may wait for the face before the run waits for it.
const EVENTS: usize = 4096;
const COMMANDS: usize = 64;

/// The run's end.
pub struct Link {
    events: Sender<Record>,
    commands: Receiver<Command>,
}

impl Link {
    /// Hands an event to the face; a face that has gone is no reason to stop.
    pub(super) async fn send(&self, record: Record) {
        let _ = self.events.send(record).await;
    }

    /// The next command, if one has come.
    pub(super) fn command(&self) -> Option<Command> {
        self.commands.try_recv().ok()
    }

    /// Waits for a command. A face that has gone wants nothing any more but the end.
    pub(super) async fn wait(&self) -> Command {
        self.commands.recv().await.unwrap_or(Command::Stop)
    }
}

/// The face's end.
pub struct Handle<T> {
    /// What happens, in order; it ends with the run.
    pub events: Receiver<Record>,
    /// What the face wants.
    pub commands: Sender<Command>,
    task: Task<Result<T, RunError>>,
}

impl<T> Handle<T> {
    /// Waits for the end of the run.
    pub async fn end(self) -> Result<T, RunError> {
        drop(self.events);
        self.task.end().await.unwrap_or(Err(RunError::Crashed))
    }

    /// The same on a thread that may block.
    pub fn join(self) -> Result<T, RunError> {
        pollster::block_on(self.end())
    }
}

/// Starts `work` as a task named "run".
pub fn start<T: Send + 'static, F: Future<Output = Result<T, RunError>> + 'static>(
    work: impl FnOnce(Link) -> F + Send + 'static,
) -> Result<Handle<T>, RunError> {
    let (event_in, events) = bounded(EVENTS);
    let (commands, command_out) = bounded(COMMANDS);
    let link = Link { events: event_in, commands: command_out };
    let task = task::spawn("run", move || work(link)).map_err(RunError::Thread)?;
    Ok(Handle { events, commands, task })
}
