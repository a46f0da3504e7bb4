//! What a page cannot go on after: its graphics device lost, as after a reset of the driver, or its
//! worker failed, as where memory ran out. The page is opened anew, and the run that was under way goes
//! on by itself; so it does where the browser had put the whole tab to sleep and thrown it away.

use std::path::{Path, PathBuf};

use js_sys::{Date, Reflect};
use web_sys::{Document, Storage, Window};

/// Where the tab notes the run under way, the one that is to go on, why, and when that happened; the
/// page's script reads the last (web/main.js).
const LIVE: &str = "sgnas-live";
const RUN: &str = "sgnas-run";
const WHY: &str = "sgnas-why";
const WHEN: &str = "sgnas-lost";
/// What happens again so soon will happen once more, milliseconds.
const SOON: f64 = 20_000.0;
/// What the page shows where opening it anew is no help.
const AGAIN: &str = "This browser keeps taking the graphics device away. Reload the page once that has passed: a run continues from its last checkpoint.";
/// What is told of a tab that was thrown away.
const SLEPT: &str =
    "the browser had put this tab to sleep; the run goes on from its last checkpoint";

/// Why a page is opened anew.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cause {
    Device,
    Worker,
}

impl Cause {
    /// What is told once the page was opened anew.
    fn told(self) -> &'static str {
        match self {
            Self::Device => {
                "the browser took this page's graphics device away; the page was opened anew, and the run goes on from its last checkpoint"
            }
            Self::Worker => {
                "the worker of this page had failed; the page was opened anew, and the run goes on from its last checkpoint"
            }
        }
    }
}

/// Opens the page anew, where `run` is to go on, if one was under way; false where that was done just
/// before, or might be done for ever.
pub(super) fn open_anew(window: &Window, run: Option<&Path>, cause: Cause) -> bool {
    let (notes, now) = (notes(window), Date::now());
    let last = notes.as_ref().and_then(|notes| notes.get_item(WHEN).ok().flatten());
    let last = last.and_then(|text| text.parse::<f64>().ok());
    let noted = notes.is_some_and(|notes| {
        let note = |key: &str, text: &str| notes.set_item(key, text).is_ok();
        let run = run.is_none_or(|run| note(RUN, &run.to_string_lossy()));
        run && note(WHY, cause.told()) && note(WHEN, &now.to_string())
    });
    noted && last.is_none_or(|last| now - last > SOON) && window.location().reload().is_ok()
}

/// Says in the place of the studio that opening the page anew is no help.
pub(super) fn give_up(document: &Document) {
    if let Some(body) = document.body() {
        body.set_text_content(Some(AGAIN));
    }
}

/// Notes the run under way, for a tab that the browser throws away.
pub(super) fn note_live(run: Option<&Path>) {
    let Some(notes) = web_sys::window().as_ref().and_then(notes) else { return };
    // Without notes the start page offers the run.
    let _ = match run {
        Some(run) => notes.set_item(LIVE, &run.to_string_lossy()),
        None => notes.remove_item(LIVE),
    };
}

/// The run that is to go on, and why; told once.
pub(super) fn take_run(window: &Window, document: &Document) -> Option<(PathBuf, String)> {
    let notes = notes(window)?;
    let take = |key: &str| {
        let text = notes.get_item(key).ok().flatten()?;
        notes.remove_item(key).ok().map(|()| text)
    };
    let (live, run, why) = (take(LIVE), take(RUN), take(WHY));
    let discarded = Reflect::get(document, &"wasDiscarded".into());
    let slept = live.filter(|_| discarded.is_ok_and(|discarded| discarded.is_truthy()));
    let slept = slept.map(|live| (live, SLEPT.to_owned()));
    let (run, why) = run.zip(why).or(slept)?;
    Some((PathBuf::from(run), why))
}

fn notes(window: &Window) -> Option<Storage> {
    window.session_storage().ok().flatten()
}
