//! The page: the studio's window in a canvas, and its outside, which is a worker.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use async_channel::bounded;
use eframe::egui::DroppedFileHandle;
use eframe::egui_wgpu::RenderState;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Blob, Document, Event, File, HtmlAnchorElement, HtmlCanvasElement, HtmlInputElement,
    MessageEvent, Url, Window, Worker, WorkerOptions, WorkerType,
};

use super::lost::Cause;
use super::wire::{ToPage, ToWorker, pack, unpack, words};
use super::{lost, outline};
use crate::protocol::Command;
use crate::studio::backend::{Report, Request, Wake};
use crate::studio::{App, Backend};

/// The element that the studio is drawn in, and the one that is shown until then.
const CANVAS: &str = "studio";
const LOADING: &str = "loading";
/// What an address asks by, behind `?`, for the run that was trained beforehand.
const DEMO: &str = "demo";
/// Where a person's files go among those of the worker; parts of a set lie together.
const FILES: &str = "dropped";
const PARTS: &str = "dropped/parts";
/// What is told where the worker has failed and opening the page anew is no help.
const FAILED: &str =
    "the worker of this page has failed: reload the page; a run continues from its last checkpoint";

/// Opens the studio in the page.
pub(super) fn open(window: &Window) {
    let Some(document) = window.document() else { return };
    let loading = document.get_element_by_id(LOADING);
    let canvas = document.get_element_by_id(CANVAS);
    let Some(Ok(canvas)) = canvas.map(|canvas| canvas.dyn_into::<HtmlCanvasElement>()) else {
        return;
    };
    spawn_local(async move {
        let make: eframe::AppCreator<'static> = Box::new(move |context| {
            outline::offer(&document, &context.egui_ctx);
            let remote = Remote::start(document)?;
            if let Some(state) = &context.wgpu_render_state {
                remote.watch(state);
            }
            let (address, run, demo) = (remote.address(), remote.lost_run(), remote.shows_demo());
            let app = App::new(&context.egui_ctx, context.storage, Box::new(remote), None);
            let app = app.at(address);
            let app = if demo { app.expecting_run() } else { app };
            Ok(Box::new(match run {
                Some((run, why)) => app.resuming(Some(run), &why),
                None => app,
            }))
        });
        let runner = eframe::WebRunner::new();
        let started = runner.start(canvas, eframe::WebOptions::default(), make).await;
        match (started, loading) {
            (Ok(()), Some(loading)) => loading.remove(),
            (Err(error), Some(loading)) => {
                let why = words(&error);
                loading.set_text_content(Some(&format!("The studio could not be opened: {why}")));
            }
            (_, None) => {}
        }
    });
}

/// The worker as the studio's outside.
struct Remote {
    worker: Worker,
    document: Document,
    shared: Rc<RefCell<Shared>>,
}

#[derive(Default)]
struct Shared {
    reports: Vec<Report>,
    wake: Option<Wake>,
    /// The folder of the run that is under way.
    live: Option<PathBuf>,
    /// What waits for the worker to listen; `None` once it does.
    waiting: Option<Vec<JsValue>>,
}

impl Shared {
    fn push(&mut self, reports: impl IntoIterator<Item = Report>) {
        for report in reports {
            match &report {
                Report::Opened { folder, live, .. } => self.live = live.then(|| folder.clone()),
                Report::Ended(_) => self.live = None,
                _ => {
                    self.reports.push(report);
                    continue;
                }
            }
            lost::note_live(self.live.as_deref());
            self.reports.push(report);
        }
        if let Some(wake) = &self.wake {
            wake();
        }
    }
}

impl Remote {
    fn start(document: Document) -> Result<Self, String> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options("worker.js", &options).map_err(|e| words(&e))?;
        let waiting = Some(Vec::new());
        let shared = Rc::new(RefCell::new(Shared { waiting, ..Shared::default() }));
        let remote = Self { worker, document, shared };
        remote.listen();
        remote.follow_links();
        remote.save_when_hidden();
        if remote.shows_demo() {
            remote.send(&ToWorker::Demo, None);
        }
        Ok(remote)
    }

    /// Whether the address asks for the run that was trained beforehand.
    fn shows_demo(&self) -> bool {
        self.query().split('&').any(|word| word == DEMO)
    }

    /// The run that was under way when the page could not go on, and why; told once.
    fn lost_run(&self) -> Option<(PathBuf, String)> {
        lost::take_run(&self.document.default_view()?, &self.document)
    }

    /// Opens the page anew once its device is lost.
    fn watch(&self, state: &RenderState) {
        let (ring, rung) = bounded(1);
        state.device.set_device_lost_callback(move |_, _| {
            // Nobody listens any more where a page is closed.
            let _ = ring.try_send(());
        });
        let remote = self.another();
        spawn_local(async move {
            if let (Ok(()), Some(window)) = (rung.recv().await, remote.document.default_view()) {
                let run = remote.shared.borrow().live.clone();
                if !lost::open_anew(&window, run.as_deref(), Cause::Device) {
                    lost::give_up(&remote.document);
                }
            }
        });
    }

    /// Has the run save when the page is hidden: a tab that is closed is hidden before.
    fn save_when_hidden(&self) {
        let remote = self.another();
        let changed = Closure::<dyn FnMut()>::new(move || {
            if remote.document.hidden() {
                remote.send(&ToWorker::Ask(Request::Command(Command::Save)), None);
            }
        });
        let call = changed.as_ref().unchecked_ref();
        // Documents always have this event.
        let _ = self.document.add_event_listener_with_callback("visibilitychange", call);
        changed.forget();
    }

    /// Asks the browser to keep this site's files when space gets short; it may decline.
    fn ask_to_persist(&self) {
        if let Some(window) = self.document.default_view()
            && let Ok(asked) = window.navigator().storage().persist()
        {
            spawn_local(async move { drop(JsFuture::from(asked).await) });
        }
    }

    /// The page's address alone.
    fn address(&self) -> String {
        let whole = self.document.url().unwrap_or_default();
        whole.split(['?', '#']).next().unwrap_or_default().to_owned()
    }

    /// What stands behind the address.
    fn query(&self) -> String {
        let whole = self.document.url().unwrap_or_default();
        let query = whole.split('#').next().and_then(|whole| whole.split_once('?'));
        query.map(|(_, query)| query.to_owned()).unwrap_or_default()
    }

    /// Tells of the link that the page is opened by, and of those that it is left for later.
    fn follow_links(&self) {
        let remote = self.another();
        let follow = Closure::<dyn FnMut()>::new(move || {
            let whole = remote.document.url().unwrap_or_default();
            if let Some((_, fragment)) = whole.split_once('#') {
                remote.shared.borrow_mut().push([Report::Linked(fragment.to_owned())]);
            }
        });
        let call: &js_sys::Function = follow.as_ref().unchecked_ref();
        // Neither fails in a page.
        let _ = call.call0(&JsValue::NULL);
        if let Some(window) = self.document.default_view() {
            let _ = window.add_event_listener_with_callback("hashchange", call);
        }
        follow.forget();
    }

    /// Takes in what the worker sends.
    fn listen(&self) {
        let remote = self.another();
        let heard =
            Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
                match unpack(&event.data()) {
                    Ok((ToPage::Ready, _)) => {
                        let waiting = remote.shared.borrow_mut().waiting.take();
                        waiting.into_iter().flatten().for_each(|message| remote.post(&message));
                    }
                    Ok((ToPage::Reports(reports), _)) => remote.shared.borrow_mut().push(reports),
                    Ok((ToPage::Download(name), bytes)) => {
                        if let Err(error) = download(&remote.document, &name, &bytes) {
                            remote
                                .trouble(&format!("{name} could not be saved: {}", words(&error)));
                        }
                    }
                    Err(why) => remote.trouble(&why),
                }
            });
        self.worker.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        heard.forget();
        let remote = self.another();
        let failed = Closure::<dyn FnMut(Event)>::new(move |_: Event| {
            let (run, window) =
                (remote.shared.borrow().live.clone(), remote.document.default_view());
            let anew = run
                .zip(window)
                .is_some_and(|(run, window)| lost::open_anew(&window, Some(&run), Cause::Worker));
            if !anew {
                remote.trouble(FAILED);
            }
        });
        self.worker.set_onerror(Some(failed.as_ref().unchecked_ref()));
        failed.forget();
    }

    /// The same worker, for a closure or a task.
    fn another(&self) -> Self {
        Self {
            worker: self.worker.clone(),
            document: self.document.clone(),
            shared: self.shared.clone(),
        }
    }

    fn trouble(&self, what: &str) {
        self.shared.borrow_mut().push([Report::Trouble(what.to_owned())]);
    }

    fn send(&self, message: &ToWorker, bytes: Option<&[u8]>) {
        match pack(message, bytes) {
            Err(why) => self.trouble(&why),
            Ok(packed) => {
                if let Some(waiting) = &mut self.shared.borrow_mut().waiting {
                    waiting.push(packed);
                    return;
                }
                self.post(&packed);
            }
        }
    }

    fn post(&self, message: &JsValue) {
        if let Err(error) = self.worker.post_message(message) {
            self.trouble(&words(&error));
        }
    }

    /// Gives the worker a file of a person's, and has it taken.
    fn take(&self, name: &Path, bytes: &[u8]) {
        let path = place(name);
        self.send(&ToWorker::File(path.clone()), Some(bytes));
        self.send(&ToWorker::Ask(Request::Take(path)), None);
    }

    /// Lets a person choose files.
    fn browse(&self) -> Result<(), JsValue> {
        let input: HtmlInputElement = self.document.create_element("input")?.unchecked_into();
        input.set_type("file");
        input.set_multiple(true);
        let (remote, chosen) = (self.another(), input.clone());
        let changed = Closure::once_into_js(move || {
            let Some(list) = chosen.files() else { return };
            let files: Vec<File> = (0..list.length()).filter_map(|at| list.get(at)).collect();
            spawn_local(async move {
                for file in files {
                    let name = file.name();
                    match JsFuture::from(file.array_buffer()).await {
                        Ok(buffer) => {
                            remote.take(Path::new(&name), &Uint8Array::new(&buffer).to_vec());
                        }
                        Err(error) => remote.trouble(&format!("{name}: {}", words(&error))),
                    }
                }
            });
        });
        input.set_onchange(Some(changed.unchecked_ref()));
        input.click();
        Ok(())
    }
}

impl Backend for Remote {
    fn connect(&mut self, wake: Wake) {
        self.shared.borrow_mut().wake = Some(wake);
    }

    fn ask(&mut self, request: Request) {
        let done = match request {
            Request::Browse(_) => self.browse(),
            Request::Save { name, bytes, .. } | Request::SaveAs { name, bytes, .. } => {
                download(&self.document, &name, &bytes)
                    .map(|()| self.shared.borrow_mut().push([Report::Saved(PathBuf::from(name))]))
            }
            request => {
                if matches!(request, Request::Start(_)) {
                    self.ask_to_persist();
                }
                self.send(&ToWorker::Ask(request), None);
                Ok(())
            }
        };
        if let Err(error) = done {
            self.trouble(&words(&error));
        }
    }

    fn reports(&mut self) -> Vec<Report> {
        std::mem::take(&mut self.shared.borrow_mut().reports)
    }

    fn take_file(&mut self, file: DroppedFileHandle) {
        let remote = self.another();
        spawn_local(async move {
            match file.bytes_async().await {
                Ok(bytes) => remote.take(file.path(), &bytes),
                Err(why) => remote.trouble(&format!("{}: {why}", file.path().display())),
            }
        });
    }
}

/// Where a person's file of this name goes.
fn place(name: &Path) -> PathBuf {
    let end = name.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let whole = ["zip", "tar", "tgz", "json"].contains(&end.as_str())
        || name.to_string_lossy().to_lowercase().ends_with(".tar.gz");
    Path::new(if whole { FILES } else { PARTS }).join(name)
}

/// Hands a file to the person, as browsers do.
fn download(document: &Document, name: &str, bytes: &[u8]) -> Result<(), JsValue> {
    let blob = Blob::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(bytes)))?;
    let address = Url::create_object_url_with_blob(&blob)?;
    let link: HtmlAnchorElement = document.create_element("a")?.unchecked_into();
    link.set_href(&address);
    link.set_download(name);
    link.click();
    Url::revoke_object_url(&address)
}
