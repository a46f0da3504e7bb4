//! The page's own graphics device lost, as after a reset of the driver: nothing can be drawn any more,
//! so the page is opened anew, and the run that was under way goes on by itself.

use std::path::{Path, PathBuf};

use js_sys::Date;
use web_sys::{Document, Storage, Window};

/// Where the tab notes the run that is to go on, and when the device was lost.
const RUN: &str = "sgnas-run";
const WHEN: &str = "sgnas-lost";
/// A device that is lost again so soon will be lost once more, milliseconds.
const SOON: f64 = 20_000.0;
/// What the page shows where opening it anew is no help.
const AGAIN: &str = "This browser keeps taking the graphics device away. Reload the page once that has passed: a run continues from its last checkpoint.";

/// Opens the page anew, where `run` is to go on, if one was under way.
pub(super) fn open_anew(window: &Window, document: &Document, run: Option<&Path>) {
    let (notes, now) = (notes(window), Date::now());
    let last = notes.as_ref().and_then(|notes| notes.get_item(WHEN).ok().flatten());
    let last = last.and_then(|text| text.parse::<f64>().ok());
    // Without notes it might be opened anew for ever.
    let noted = notes.is_some_and(|notes| {
        let run = run.is_none_or(|run| notes.set_item(RUN, &run.to_string_lossy()).is_ok());
        run && notes.set_item(WHEN, &now.to_string()).is_ok()
    });
    if noted && last.is_none_or(|last| now - last > SOON) {
        let _ = window.location().reload();
    } else if let Some(body) = document.body() {
        body.set_text_content(Some(AGAIN));
    }
}

/// The run that is to go on after a loss; told once.
pub(super) fn take_run(window: &Window) -> Option<PathBuf> {
    let notes = notes(window)?;
    let run = notes.get_item(RUN).ok().flatten()?;
    let _ = notes.remove_item(RUN);
    Some(PathBuf::from(run))
}

fn notes(window: &Window) -> Option<Storage> {
    window.session_storage().ok().flatten()
}
