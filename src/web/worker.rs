//! The worker: the desk that answers the studio, on the files of this site, which outlive the tab.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use async_channel::{Receiver, Sender, bounded, unbounded};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use super::fetched::{fetch_images, fetch_run};
use super::wire::{ToPage, ToWorker, pack, unpack, words};
use crate::desk::Desk;
use crate::gpu::AdapterChoice;
use crate::platform::{files, storage};
use crate::protocol::Event;
use crate::protocol::journal::Record;
use crate::studio::Backend;
use crate::studio::backend::{Report, Request};

/// Where runs lie among the files of the site.
const RUNS: &str = "runs";
/// The run that was trained beforehand: its file, and the folder that it is unpacked into.
const DEMO: &str = "demo.run.tar";
const DEMO_FOLDER: &str = "demo-1";

/// Serves the page until the tab is closed.
pub(super) fn serve(scope: DedicatedWorkerGlobalScope) {
    std::panic::set_hook(Box::new(|panic| {
        web_sys::console::error_1(&panic.to_string().into());
    }));
    spawn_local(async move {
        let page = Page(scope);
        if let Err(why) = work(page.clone()).await {
            page.trouble(why);
        }
    });
}

/// The way to the page.
#[derive(Clone)]
struct Page(DedicatedWorkerGlobalScope);

impl Page {
    fn send(&self, message: &ToPage, bytes: Option<&[u8]>) {
        let sent = pack(message, bytes)
            .and_then(|packed| self.0.post_message(&packed).map_err(|error| words(&error)));
        if let Err(why) = sent {
            web_sys::console::error_1(&why.into());
        }
    }

    fn tell(&self, report: Report) {
        self.send(&ToPage::Reports(vec![report]), None);
    }

    fn trouble(&self, what: String) {
        self.tell(Report::Trouble(what));
    }
}

async fn work(page: Page) -> Result<(), String> {
    let messages = listen(&page);
    if let Err(error) = storage::restore().await {
        page.trouble(format!(
            "this browser keeps no files for this page ({error}): runs last as long as the tab"
        ));
    }
    let mut desk =
        Desk::new(AdapterChoice::Best, Path::new(RUNS)).map_err(|error| error.to_string())?;
    let (ring, rung) = bounded(1);
    desk.connect(Arc::new(move || {
        // A bell that has not been heard yet need not be rung again.
        let _ = ring.try_send(());
    }));
    let desk = Rc::new(RefCell::new(desk));
    let keep = keeper(&page);
    page.send(&ToPage::Ready, None);
    spawn_local(carry(page.clone(), desk.clone(), rung, keep.clone()));

    let (fetched, arrived) = bounded::<()>(1);
    let to = page.clone();
    spawn_local(async move {
        let progress = |done, of| to.tell(Report::Fetched { done, of });
        if let Err(why) = fetch_images(&to.0, progress).await {
            to.trouble(format!(
                "the images could not be fetched: {why}; reload the page to try again"
            ));
        }
        drop(fetched);
    });
    while let Ok((message, bytes)) = messages.recv().await {
        match message {
            ToWorker::File(path) => {
                let folder = path.parent().unwrap_or(Path::new(""));
                let put =
                    files::create_folders(folder).and_then(|()| files::write_synced(&path, &bytes));
                if let Err(error) = put {
                    page.trouble(format!("{}: {error}", path.display()));
                }
                let _ = keep.try_send(());
            }
            ToWorker::Demo => {
                let _ = arrived.recv().await;
                match demo(&page).await {
                    Ok(path) => desk.borrow_mut().ask(Request::Take(path)),
                    Err(why) => page.trouble(format!(
                        "the demonstration could not be opened: {why}; start a search of your own"
                    )),
                }
            }
            ToWorker::Ask(request) => {
                if !matches!(request, Request::ListAdapters | Request::ListRuns) {
                    // Nothing is ever sent: the channel closes when the images are there.
                    let _ = arrived.recv().await;
                }
                desk.borrow_mut().ask(request);
            }
        }
    }
    Ok(())
}

/// The folder of the run that was trained beforehand, or its file where there is no folder yet.
async fn demo(page: &Page) -> Result<PathBuf, String> {
    let folder = Path::new(RUNS).join(DEMO_FOLDER);
    if files::exists(&folder) {
        return Ok(folder);
    }
    let bytes = fetch_run(&page.0, DEMO).await?;
    let file = PathBuf::from(DEMO);
    files::write_synced(&file, &bytes).map_err(|error| error.to_string())?;
    Ok(file)
}

/// What the page sends, from now on.
fn listen(page: &Page) -> Receiver<(ToWorker, Vec<u8>)> {
    let (sender, messages) = unbounded();
    let to = page.clone();
    let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        match unpack(&event.data()) {
            // The receiver lives as long as the worker.
            Ok(message) => drop(sender.try_send(message)),
            Err(why) => to.trouble(why),
        }
    });
    page.0.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    heard.forget();
    messages
}

/// Hands the desk's reports to the page.
async fn carry(page: Page, desk: Rc<RefCell<Desk>>, rung: Receiver<()>, keep: Sender<()>) {
    while rung.recv().await.is_ok() {
        let reports = desk.borrow_mut().reports();
        for report in &reports {
            match report {
                Report::Saved(path) => hand_over(&page, path),
                // What it held lies in a folder now.
                Report::Unpacked { file, .. } => drop(files::remove_file(file)),
                _ => {}
            }
        }
        if reports.iter().any(is_worth_keeping) {
            let _ = keep.try_send(());
        }
        page.send(&ToPage::Reports(reports), None);
    }
}

/// Gives the person a file. Those outside a run's folder are theirs alone from then on.
fn hand_over(page: &Page, path: &Path) {
    let Ok(bytes) = files::read(path) else { return };
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    page.send(&ToPage::Download(name), Some(&bytes));
    if path.parent() == Some(Path::new(RUNS)) {
        let _ = files::remove_file(path);
    }
}

/// Whether files changed that should outlive the tab.
fn is_worth_keeping(report: &Report) -> bool {
    let saved = |record: &Record| matches!(record.event, Event::Checkpoint { .. });
    match report {
        Report::Events(records) | Report::TrainingEvents { records, .. } => {
            records.iter().any(saved)
        }
        Report::Ended(_)
        | Report::TrainingEnded { .. }
        | Report::Deleted(_)
        | Report::Drawn { .. }
        | Report::BlocksTimed(_)
        | Report::Unpacked { .. }
        | Report::Saved(_) => true,
        _ => false,
    }
}

/// Keeps changed files whenever it is asked to, one time after the other.
fn keeper(page: &Page) -> Sender<()> {
    let (keep, asked) = bounded(1);
    let page = page.clone();
    spawn_local(async move {
        while asked.recv().await.is_ok() {
            if let Err(error) = storage::keep().await {
                page.trouble(format!("the browser could not keep the run: {error}; free space for this site, or download what you need"));
            }
        }
    });
    keep
}
