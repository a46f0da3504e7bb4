//! Following a run to its end: its events to the display, Ctrl-C to the run.

use std::sync::atomic::{AtomicBool, Ordering};

use async_channel::Sender;

use super::display::Display;
use super::error::CliError;
use super::output;
use crate::protocol::command::Command;
use crate::run::link::Handle;

/// Status of a program that Ctrl-C ended, as shells have it.
pub(super) const INTERRUPTED: u8 = 130;

/// Shows all events of a run and returns how it ended.
pub(super) fn follow<T>(handle: Handle<T>, json: bool) -> Result<T, CliError> {
    stop_on_ctrl_c(handle.commands.clone());
    let mut display = Display::new(json);
    let mut shown = Ok(());
    while let Ok(record) = handle.events.recv_blocking() {
        shown = display.show(&record);
        if shown.is_err() {
            // Nobody reads any more: save, and end.
            let _ = handle.commands.try_send(Command::Stop);
            break;
        }
    }
    display.end();
    let outcome = handle.join()?;
    shown.map(|()| outcome)
}

/// The first Ctrl-C asks the run to save and end; the second ends the program at once.
fn stop_on_ctrl_c(commands: Sender<Command>) {
    let asked = AtomicBool::new(false);
    let installed = ctrlc::set_handler(move || {
        if asked.swap(true, Ordering::SeqCst) {
            at_once();
        }
        output::note(
            "saving; press Ctrl-C again to end at once and lose what came since the last checkpoint",
        );
        // A full queue or a run that has ended: nothing is left to ask.
        let _ = commands.try_send(Command::Stop);
    });
    if let Err(error) = installed {
        output::note(&format!("warning: Ctrl-C ends at once and saves nothing: {error}"));
    }
}

/// Checkpoints are whole at every moment and the system drops the folder's lock, so no destructor
/// is missed.
#[allow(clippy::disallowed_methods)]
fn at_once() {
    std::process::exit(INTERRUPTED.into());
}
