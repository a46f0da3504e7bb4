//! Named threads. A browser has none: there the caller is a worker already.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle};

/// Whether threads that begin give way to those that are there.
static BEHIND: AtomicBool = AtomicBool::new(false);

/// From now on [`spawn`]'s threads, and what they start, as a software driver's, have a processor only where
/// others leave it to them: a window then paints at once beside work that would fill all processors.
/// Linux alone; elsewhere nothing changes.
pub fn spawn_behind_from_now_on() {
    BEHIND.store(true, Ordering::Relaxed);
}

/// Lowers the priority of this thread. Where the system refuses, it stays what it was.
fn give_way() {
    #[cfg(all(target_os = "linux", feature = "studio"))]
    let _ = rustix::process::nice(NICENESS);
}

/// A thirtieth of what others get: a software driver computes in several threads at once. Not the least,
/// which other programs would starve.
#[cfg(all(target_os = "linux", feature = "studio"))]
const NICENESS: i32 = 15;

/// Starts a thread named `name` (seen in debuggers and panics).
///
/// # Errors
/// When the system refuses a thread, as it always does on wasm32.
pub fn spawn<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    let behind = BEHIND.load(Ordering::Relaxed);
    Builder::new().name(name.to_owned()).spawn(move || {
        if behind {
            give_way();
        }
        work()
    })
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

    #[cfg(all(target_os = "linux", feature = "studio"))]
    #[test]
    fn a_thread_that_gives_way_has_a_lower_priority_and_so_have_those_it_starts() {
        use rustix::process::getpriority_process;
        let own = || getpriority_process(None).unwrap();
        let before = own();
        let both = spawn("working", move || {
            give_way();
            (own(), spawn("driving", own).unwrap().join().unwrap())
        });
        let lower = (before + NICENESS).min(19);
        assert_eq!(both.unwrap().join().unwrap(), (lower, lower));
        assert_eq!(own(), before);
    }
}
