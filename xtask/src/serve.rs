//! A folder over HTTP on this machine alone, for trying the browser's build. Not a server for
//! anything else.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

/// The longest request head that is read, bytes.
const LONGEST_HEAD: u64 = 64 << 10;
const PATIENCE: Duration = Duration::from_secs(10);

/// Serves a folder below a path, "" or "some/where/", until the program ends; `started` gets the
/// address.
///
/// # Errors
/// One line where the port is taken.
pub(crate) fn serve(
    folder: &Path,
    below: &'static str,
    port: u16,
    started: impl FnOnce(&str),
) -> Result<(), String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .map_err(|error| format!("port {port}: {error}; choose another with --port"))?;
    let port = listener.local_addr().map_or(port, |address| address.port());
    started(&format!("http://localhost:{port}/{below}"));
    for stream in listener.incoming().flatten() {
        let folder = folder.to_owned();
        let answering = move || {
            // A browser that closes its connection early has what it wanted.
            let _ = answer(&folder, below, &stream);
        };
        // Without a thread this browser gets no answer, and asks again.
        let _ = std::thread::Builder::new().name("answer".to_owned()).spawn(answering);
    }
    Ok(())
}

/// Serves a folder below a path at a free port beside whatever this program does, as long as it runs; its address.
///
/// # Errors
/// One line where that cannot be.
pub(crate) fn serve_aside(folder: PathBuf, below: &'static str) -> Result<String, String> {
    let (sender, address) = sync_channel(1);
    let work = move || {
        // Whoever asked has gone, or hears of the error.
        let other = sender.clone();
        if let Err(why) = serve(&folder, below, 0, |at| drop(sender.send(Ok(at.to_owned())))) {
            let _ = other.send(Err(why));
        }
    };
    let thread = std::thread::Builder::new().name("server".to_owned()).spawn(work);
    thread.map_err(|error| format!("the server has no thread: {error}"))?;
    address.recv().unwrap_or_else(|_| Err("the server has ended".to_owned()))
}

fn answer(folder: &Path, below: &str, stream: &TcpStream) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut lines = BufReader::new(stream.take(LONGEST_HEAD)).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    // The head is read to its end, or closing would cut the answer off.
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let mut words = request.split(' ');
    let (method, target) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let found = match method {
        "GET" | "HEAD" => {
            file(folder, below, target).and_then(|path| Some((fs::read(&path).ok()?, path)))
        }
        _ => None,
    };
    let (status, kind, body) = match &found {
        Some((bytes, path)) => ("200 OK", kind(path), &bytes[..]),
        None => ("404 Not Found", "text/plain; charset=utf-8", &b"not found"[..]),
    };
    let mut stream = stream;
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\ncache-control: no-cache\r\nconnection: close\r\n\r\n",
        body.len()
    )?;
    if method != "HEAD" {
        stream.write_all(body)?;
    }
    stream.flush()
}

/// The file that a request's target means, never one outside the folder.
fn file(folder: &Path, below: &str, target: &str) -> Option<PathBuf> {
    let path = target.split(['?', '#']).next()?.strip_prefix('/')?.strip_prefix(below)?;
    let path = Path::new(if path.is_empty() { "index.html" } else { path });
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    plain.then(|| folder.join(path)).filter(|path| path.is_file())
}

/// The content type that a browser insists on.
fn kind(path: &Path) -> &'static str {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("json" | "webmanifest") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::scratch::Scratch;

    fn get(address: &str, target: &str) -> String {
        let host = address.trim_start_matches("http://").trim_end_matches('/');
        let mut stream = TcpStream::connect(host).unwrap();
        write!(stream, "GET {target} HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn files_of_the_folder_are_served_and_no_others() {
        let scratch = Scratch::new();
        scratch.write("site/index.html", "hello");
        scratch.write("site/a.wasm", "x");
        scratch.write("secret", "s");
        let address = serve_aside(scratch.path().join("site"), "").unwrap();
        let page = get(&address, "/?demo");
        assert!(page.starts_with("HTTP/1.1 200") && page.ends_with("hello"), "{page}");
        assert!(get(&address, "/a.wasm").contains("application/wasm"));
        for target in ["/../secret", "/none", "/%2e%2e/secret", "secret", ""] {
            assert!(get(&address, target).starts_with("HTTP/1.1 404"), "{target}");
        }
        let below = serve_aside(scratch.path().join("site"), "some/where/").unwrap();
        let below = below.strip_suffix("some/where/").unwrap();
        assert!(get(below, "/some/where/").ends_with("hello"));
        assert!(get(below, "/some/where/a.wasm").starts_with("HTTP/1.1 200"));
        for target in ["/", "/a.wasm", "/some/where/../a.wasm", "/some/where/some/where/"] {
            assert!(get(below, target).starts_with("HTTP/1.1 404"), "{target}");
        }
    }
}
