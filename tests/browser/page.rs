//! The studio's page in a browser: what it is asked, clicked and watched through. What must hold is
//! the tests' affair.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::chromium::Chromium;

/// Nothing here takes so long on the software adapter.
const PATIENCE: Duration = Duration::from_secs(360);

/// Runs in the page before its own scripts: keeps what worker and page send each other, and the
/// tasks that held the page up. A run's files are kept after its events are told: `kept` says
/// whether the newest checkpoint told of is there, all of it.
const WATCH: &str = "
window.watched = { reports: [], requests: [], long: [] };
window.Worker = class extends Worker {
  constructor(...words) {
    super(...words);
    this.addEventListener('message', (event) => {
      const message = JSON.parse(event.data[0]);
      if (message.Reports) watched.reports.push(...message.Reports);
    });
  }
  postMessage(message, ...more) {
    watched.requests.push(JSON.parse(message[0]));
    return super.postMessage(message, ...more);
  }
};
new PerformanceObserver((list) => {
  for (const task of list.getEntries()) watched.long.push([task.startTime, task.duration]);
}).observe({ type: 'longtask', buffered: true });
new MutationObserver((_, observer) => {
  if (document.getElementById('loading')) watched.loading = true;
  else if (watched.loading) {
    watched.drawn = performance.now();
    observer.disconnect();
  }
}).observe(document, { childList: true, subtree: true });
window.records = () => watched.reports.flatMap((report) => report.Events ?? report.Opened?.records ?? []);
window.named = (name, role) => [...document.querySelectorAll('#outline > *')].filter((one) =>
  (one.getAttribute('aria-label') ?? '').startsWith(name) && (!role || one.getAttribute('role') === role));
window.newest = async (run) => {
  const root = await navigator.storage.getDirectory();
  const folder = await (await root.getDirectoryHandle('runs')).getDirectoryHandle(run);
  const all = await folder.getDirectoryHandle('checkpoints');
  const names = (await Array.fromAsync(all.keys())).sort();
  const newest = await all.getDirectoryHandle(names.at(-1));
  return async (name) => (await newest.getFileHandle(name)).getFile();
};
window.kept = async (run) => {
  const told = records().findLast((one) => one.event === 'checkpoint');
  const file = await newest(run);
  const { position } = JSON.parse(await (await file('state.json')).text());
  const size = (await file('tensors.safetensors')).size;
  return position.phase === told.phase && position.step === told.step
    && (await (await file('checksums')).text()).includes(` ${size} tensors.safetensors`);
};
window.digest = async (run) => {
  const bytes = await (await (await newest(run))('tensors.safetensors')).arrayBuffer();
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return [bytes.byteLength, new Uint8Array(digest).toHex()];
};
";

/// A page, and all that it has said.
pub(crate) struct Page {
    chromium: Chromium,
    session: String,
    /// Those of its workers, in the order in which they began.
    workers: Vec<String>,
    /// The places that requests went to.
    pub(crate) requests: Vec<String>,
    /// Warnings and errors of page and worker.
    pub(crate) complaints: Vec<String>,
    pictures: PathBuf,
}

impl Page {
    /// An empty page of 1280 x 800 points.
    pub(crate) fn new(mut chromium: Chromium, pictures: &Path) -> Self {
        let targets = chromium.call("", "Target.getTargets", json!({}));
        let all = targets["targetInfos"].as_array().unwrap();
        let target =
            all.iter().find(|one| one["type"] == "page").expect("a page")["targetId"].clone();
        let attach = json!({ "targetId": target, "flatten": true });
        let attached = chromium.call("", "Target.attachToTarget", attach);
        let session = attached["sessionId"].as_str().unwrap().to_owned();
        let mut page = Self {
            chromium,
            session,
            workers: Vec::new(),
            requests: Vec::new(),
            complaints: Vec::new(),
            pictures: pictures.to_owned(),
        };
        for domain in ["Page", "Runtime", "Log", "Network"] {
            page.call(&format!("{domain}.enable"), json!({}));
        }
        let attach = json!({ "autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true });
        page.call("Target.setAutoAttach", attach);
        page.call("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH }));
        page.resize(1280, 800);
        page
    }

    /// Another size of the window, points.
    pub(crate) fn resize(&mut self, width: u32, height: u32) {
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", size);
    }

    /// The window of a phone, which has fingers for a mouse.
    pub(crate) fn hold_upright(&mut self) {
        let size = json!({ "width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": true });
        self.call("Emulation.setDeviceMetricsOverride", size);
        let touch = json!({ "enabled": true, "maxTouchPoints": 2 });
        self.call("Emulation.setTouchEmulationEnabled", touch);
    }

    #[track_caller]
    fn call(&mut self, method: &str, params: Value) -> Value {
        let result = self.chromium.call(&self.session, method, params);
        self.note();
        result
    }

    /// Takes in what was told meanwhile.
    fn note(&mut self) {
        loop {
            let told = self.chromium.take_told();
            if told.is_empty() {
                return;
            }
            for one in told {
                let params = &one.params;
                match one.method.as_str() {
                    "Target.attachedToTarget" => {
                        let worker = params["sessionId"].as_str().unwrap().to_owned();
                        for method in
                            ["Runtime.enable", "Network.enable", "Runtime.runIfWaitingForDebugger"]
                        {
                            // One that has ended already is not asked.
                            self.chromium.try_call(&worker, method, json!({}));
                        }
                        self.workers.push(worker);
                    }
                    "Network.requestWillBeSent" => {
                        self.requests.push(params["request"]["url"].as_str().unwrap().to_owned());
                    }
                    "Runtime.exceptionThrown" => {
                        self.complaints.push(params["exceptionDetails"].to_string());
                    }
                    "Log.entryAdded"
                        if ["warning", "error"].iter().any(|l| params["entry"]["level"] == *l) =>
                    {
                        self.complaints.push(params["entry"].to_string());
                    }
                    "Runtime.consoleAPICalled"
                        if ["warning", "error", "assert"].iter().any(|t| params["type"] == *t) =>
                    {
                        self.complaints.push(format!("{}: {}", one.session, params["args"]));
                    }
                    _ => {}
                }
            }
        }
    }

    /// Opens an address and waits until it is loaded.
    #[track_caller]
    pub(crate) fn open(&mut self, address: &str) {
        let result = self.call("Page.navigate", json!({ "url": address }));
        assert!(result.get("errorText").is_none(), "{address}: {}", result["errorText"]);
    }

    /// Loads the page anew.
    pub(crate) fn reload(&mut self) {
        self.call("Page.reload", json!({}));
    }

    /// The value of an expression; of a promise, what it gives.
    #[track_caller]
    pub(crate) fn ask(&mut self, expression: &str) -> Value {
        let params =
            json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let mut result = self.call("Runtime.evaluate", params);
        assert!(
            result.get("exceptionDetails").is_none(),
            "{expression}: {}",
            result["exceptionDetails"]
        );
        result["result"]["value"].take()
    }

    /// The same in a page that may be on its way to another; null then.
    fn try_ask(&mut self, expression: &str) -> Value {
        let params =
            json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let mut answer = self.chromium.try_call(&self.session, "Runtime.evaluate", params);
        self.note();
        answer["result"]["result"]["value"].take()
    }

    /// Waits until an expression is true.
    #[track_caller]
    pub(crate) fn until(&mut self, what: &str, expression: &str) {
        let start = Instant::now();
        // A page that is being loaded has no answer.
        let guarded = format!(
            "(async () => {{ try {{ return Boolean(await ({expression})) }} catch {{ return false }} }})()"
        );
        while self.try_ask(&guarded) != true {
            if start.elapsed() > PATIENCE {
                self.picture("late");
                let troubles =
                    self.ask("JSON.stringify(watched.reports.filter((one) => one.Trouble))");
                panic!(
                    "waited too long for {what}; troubles: {troubles}, complaints: {:?}",
                    self.complaints
                );
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Waits until the studio is drawn, and has its widgets told.
    #[track_caller]
    pub(crate) fn until_drawn(&mut self) {
        self.until("the studio", "document.readyState === 'complete' && location.protocol === 'http:' && !document.getElementById('loading')");
        self.ask("document.getElementById('aloud').click()");
        self.until("its widgets", "document.querySelectorAll('#outline > *').length > 5");
    }

    /// The middle of the widget whose name begins so, once it is there.
    #[track_caller]
    pub(crate) fn place(&mut self, name: &str, role: &str) -> [f64; 4] {
        let one = format!("named({}, {})[0]", json!(name), json!(role));
        self.until(name, &format!("{one} && {one}.getAttribute('aria-disabled') !== 'true'"));
        let sides = self.ask(&format!(
            "(({{ x, y, width, height }}) => [x, y, width, height])({one}.getBoundingClientRect())"
        ));
        serde_json::from_value(sides).unwrap()
    }

    /// Clicks the widget whose name begins so, with the mouse, once it stands still.
    #[track_caller]
    pub(crate) fn click(&mut self, name: &str, role: &str) {
        let mut place = self.place(name, role);
        let [x, y, width, height] = loop {
            std::thread::sleep(Duration::from_millis(300));
            let before = std::mem::replace(&mut place, self.place(name, role));
            if before == place {
                break place;
            }
        };
        let at = [x + 0.5 * width, y + 0.5 * height];
        self.mouse("mouseMoved", at, 0);
        self.mouse("mousePressed", at, 1);
        self.mouse("mouseReleased", at, 0);
    }

    /// One thing that the mouse does.
    pub(crate) fn mouse(&mut self, what: &str, [x, y]: [f64; 2], buttons: u32) {
        let button = if what == "mouseMoved" && buttons == 0 { "none" } else { "left" };
        let params = json!({ "type": what, "x": x, "y": y, "button": button, "buttons": buttons, "clickCount": 1 });
        self.call("Input.dispatchMouseEvent", params);
    }

    /// One thing that a finger does; a place where it is on the screen.
    pub(crate) fn touch(&mut self, what: &str, place: Option<[f64; 2]>) {
        let points: Vec<Value> = place.iter().map(|[x, y]| json!({ "x": x, "y": y })).collect();
        let params = json!({ "type": what, "touchPoints": points });
        self.call("Input.dispatchTouchEvent", params);
    }

    /// Presses a key that moves something.
    pub(crate) fn key(&mut self, key: &str) {
        let number = ["End", "Home", "ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown"];
        let number = number.iter().position(|name| *name == key).map(|place| place + 35);
        for what in ["keyDown", "keyUp"] {
            let params =
                json!({ "type": what, "key": key, "code": key, "windowsVirtualKeyCode": number });
            self.call("Input.dispatchKeyEvent", params);
        }
    }

    /// Has the page drawn for dark or light surroundings.
    pub(crate) fn prefer(&mut self, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.call("Emulation.setEmulatedMedia", json!({ "features": features }));
    }

    /// Opens another tab before this one; its number.
    pub(crate) fn cover(&mut self) -> Value {
        let tab = self.chromium.call("", "Target.createTarget", json!({ "url": "about:blank" }));
        self.until("being hidden", "document.visibilityState === 'hidden'");
        tab["targetId"].clone()
    }

    /// Closes the tab before this one.
    pub(crate) fn uncover(&mut self, tab: Value) {
        self.chromium.call("", "Target.closeTarget", json!({ "targetId": tab }));
        self.until("being seen", "document.visibilityState === 'visible'");
    }

    /// Has the browser's GPU process crash, and with it all devices.
    pub(crate) fn crash_gpu_process(&mut self) {
        self.chromium.call("", "Browser.crashGpuProcess", json!({}));
    }

    /// Loads the page anew as a browser does that had thrown the tab away.
    pub(crate) fn reload_discarded(&mut self) {
        let source = "Object.defineProperty(document, 'wasDiscarded', { get: () => true })";
        let add = "Page.addScriptToEvaluateOnNewDocument";
        let script = self.call(add, json!({ "source": source }))["identifier"].take();
        self.reload();
        self.until("a new page", "window.old === undefined && document.wasDiscarded");
        let remove = "Page.removeScriptToEvaluateOnNewDocument";
        self.call(remove, json!({ "identifier": script }));
    }

    /// Has the newest worker evaluate something; its value.
    pub(crate) fn ask_worker(&mut self, expression: &str) -> Value {
        let worker = self.workers.last().expect("a worker").clone();
        let params = json!({ "expression": expression, "returnByValue": true });
        let mut result = self.chromium.call(&worker, "Runtime.evaluate", params);
        self.note();
        result["result"]["value"].take()
    }

    /// Takes the GPU devices of the newest worker away; how many it had.
    #[track_caller]
    pub(crate) fn lose_devices_of_worker(&mut self) -> u64 {
        let worker = self.workers.last().expect("a worker").clone();
        self.lose_devices(&worker)
    }

    /// Takes the page's own GPU device away; how many it had.
    #[track_caller]
    pub(crate) fn lose_own_device(&mut self) -> u64 {
        let session = self.session.clone();
        self.lose_devices(&session)
    }

    #[track_caller]
    fn lose_devices(&mut self, session: &str) -> u64 {
        let kind = json!({ "expression": "GPUDevice.prototype" });
        let kind = self.chromium.call(session, "Runtime.evaluate", kind);
        let kind = json!({ "prototypeObjectId": kind["result"]["objectId"] });
        let all = self.chromium.call(session, "Runtime.queryObjects", kind);
        let destroy = "function () { for (const one of this) one.destroy(); return this.length; }";
        let destroy = json!({
            "objectId": all["objects"]["objectId"],
            "functionDeclaration": destroy,
            "returnByValue": true,
        });
        let result = self.chromium.call(session, "Runtime.callFunctionOn", destroy);
        self.note();
        result["result"]["value"].as_u64().unwrap()
    }

    /// Drops files onto the studio.
    #[track_caller]
    pub(crate) fn drop_files(&mut self, files: &[(&str, &[u8])]) {
        let files = json!(files);
        self.ask(&format!(
            "{{ const data = new DataTransfer();
                for (const [name, bytes] of {files}) data.items.add(new File([new Uint8Array(bytes)], name));
                const drop = new DragEvent('drop', {{ dataTransfer: data, bubbles: true, cancelable: true }});
                document.getElementById('studio').dispatchEvent(drop); }}"
        ));
    }

    /// Keeps a picture of the page as target/browser/NAME.png.
    pub(crate) fn picture(&mut self, name: &str) {
        let shot = self.call("Page.captureScreenshot", json!({ "format": "png" }));
        std::fs::create_dir_all(&self.pictures).unwrap();
        let path = self.pictures.join(name).with_extension("png");
        std::fs::write(path, base64(shot["data"].as_str().unwrap())).unwrap();
    }
}

/// The bytes of a text in base64.
fn base64(text: &str) -> Vec<u8> {
    let value = |letter: u8| match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let letters: Vec<u8> = text.bytes().filter(|&letter| letter != b'=').map(value).collect();
    let part = |four: &[u8]| {
        let bits = four.iter().fold(0_u32, |bits, &six| bits << 6 | u32::from(six));
        let bytes = (bits << (6 * (4 - four.len()))).to_be_bytes();
        bytes[1..four.len()].to_vec()
    };
    letters.chunks(4).flat_map(part).collect()
}
