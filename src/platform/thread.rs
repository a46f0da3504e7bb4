//! Named threads. A browser has none: there the caller is a worker already.

use std::io;
use std::thread::{Builder, JoinHandle};

/// Starts a thread named `name` (seen in debuggers and panics).
///
/// # Errors
/// When the system refuses a thread, as it always does on wasm32.
pub fn spawn<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    Builder::new().name(name.to_owned()).spawn(work)
}

/// Processors that this program may use; 1 where the system does not tell.
pub fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The number by which people know this process; 0 in a browser, which has none.
pub fn process_id() -> u32 {
    if cfg!(target_arch = "wasm32") { 0 } else { std::process::id() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_thread_carries_its_name() {
        let name = spawn("painter", || std::thread::current().name().map(str::to_owned));
        assert_eq!(name.unwrap().join().unwrap().as_deref(), Some("painter"));
    }
}
