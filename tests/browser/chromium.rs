//! A headless Chromium with its software WebGPU adapter, steered through the pipe of its DevTools
//! protocol. What a page is asked lies in `page`.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// With fewer of them there is an adapter, but drawing to a canvas kills its device.
const SOFTWARE_GPU: [&str; 4] = [
    "--enable-unsafe-webgpu",
    "--enable-features=Vulkan",
    "--use-vulkan=swiftshader",
    "--use-angle=swiftshader",
];

const QUIET: [&str; 9] = [
    "--headless",
    // Containers rarely let it have one; the only page is ours.
    "--no-sandbox",
    "--no-first-run",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,800",
    "--remote-debugging-pipe",
];

/// The descriptors 3 and 4 are where Chromium speaks; a shell makes them of its input and output.
const PIPES: &str = r#"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null"#;

/// How long an answer of the protocol may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// What was said without being asked: the session that it comes from, its name, what it holds.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) session: String,
    pub(crate) method: String,
    pub(crate) params: Value,
}

/// A browser under way; it ends with this value.
pub(crate) struct Chromium {
    process: Child,
    to: Option<ChildStdin>,
    from: Receiver<Value>,
    asked: u64,
    told: Vec<Told>,
}

impl Chromium {
    /// Starts the browser with a profile of its own, with WebGPU or without.
    pub(crate) fn start(program: &str, profile: &Path, with_gpu: bool) -> Self {
        let gpu: &[&str] = if with_gpu { &SOFTWARE_GPU } else { &["--disable-gpu"] };
        let mut process = Command::new("sh")
            .args(["-c", PIPES, program])
            .args(QUIET)
            .args(gpu)
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell");
        let pipe = process.stdout.take().unwrap();
        // What a page tells while nobody listens must not hold the browser up.
        let (sender, from) = sync_channel(1 << 16);
        let listen = move || {
            for message in BufReader::new(pipe).split(0).map_while(Result::ok) {
                let message = serde_json::from_slice(&message).expect("JSON from the browser");
                if sender.send(message).is_err() {
                    return;
                }
            }
        };
        std::thread::Builder::new().name("browser".to_owned()).spawn(listen).unwrap();
        let to = process.stdin.take();
        Self { process, to, from, asked: 0, told: Vec::new() }
    }

    /// Lets pages hand files over, into this folder.
    pub(crate) fn keep_downloads(&mut self, folder: &Path) {
        std::fs::create_dir_all(folder).unwrap();
        let allow = json!({ "behavior": "allow", "downloadPath": folder });
        self.call("", "Browser.setDownloadBehavior", allow);
    }

    /// Calls a method, in a session or (with an empty one) of the browser, and waits for its result.
    #[track_caller]
    pub(crate) fn call(&mut self, session: &str, method: &str, params: Value) -> Value {
        let mut result = self.try_call(session, method, params);
        assert!(result.get("error").is_none(), "{method}: {}", result["error"]);
        result["result"].take()
    }

    /// The same, with the whole answer, which may be an error.
    #[track_caller]
    pub(crate) fn try_call(&mut self, session: &str, method: &str, params: Value) -> Value {
        self.asked += 1;
        let id = self.asked;
        let mut message = json!({ "id": id, "method": method, "params": params });
        if !session.is_empty() {
            message["sessionId"] = session.into();
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        let to = self.to.as_mut().unwrap();
        to.write_all(&bytes).and_then(|()| to.flush()).expect("the browser has ended");
        let start = Instant::now();
        loop {
            match self.hear(PATIENCE.saturating_sub(start.elapsed())) {
                Some(answer) if answer["id"] == id => return answer,
                Some(_) => {}
                None => panic!("{method} was not answered within {PATIENCE:?}"),
            }
        }
    }

    /// The next message that is an answer; what is told before it is kept. None once time is up.
    #[track_caller]
    fn hear(&mut self, patience: Duration) -> Option<Value> {
        let end = Instant::now() + patience;
        loop {
            let message =
                match self.from.recv_timeout(end.saturating_duration_since(Instant::now())) {
                    Ok(message) => message,
                    Err(RecvTimeoutError::Timeout) => return None,
                    Err(RecvTimeoutError::Disconnected) => panic!("the browser has ended"),
                };
            if message.get("id").is_some() {
                return Some(message);
            }
            let text = |key: &str| message[key].as_str().unwrap_or_default().to_owned();
            let (session, method) = (text("sessionId"), text("method"));
            self.told.push(Told { session, method, params: message["params"].clone() });
        }
    }

    /// What was told since the last call.
    pub(crate) fn take_told(&mut self) -> Vec<Told> {
        std::mem::take(&mut self.told)
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // Closing its pipe ends it; a browser that hangs is not waited for.
        self.to = None;
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(5) {
            if self.process.try_wait().is_ok_and(|ended| ended.is_some()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
