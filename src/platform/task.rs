//! Tasks: work that goes on beside its caller. On a desktop each has a thread of its own, which may
//! block; in a browser all of a worker's tasks share its thread and take turns where they wait.

use std::future::Future;
use std::io;

#[cfg(not(target_arch = "wasm32"))]
use std::thread::JoinHandle;

/// A task under way, or ended. Dropping it lets the task go on.
#[derive(Debug)]
pub struct Task<T> {
    #[cfg(not(target_arch = "wasm32"))]
    thread: JoinHandle<T>,
    #[cfg(target_arch = "wasm32")]
    result: async_channel::Receiver<T>,
}

/// Starts a task; `name` is seen in debuggers and panics. What it works on stays where it runs.
///
/// # Errors
/// When the system refuses a thread.
#[cfg(not(target_arch = "wasm32"))]
pub fn spawn<T: Send + 'static, F: Future<Output = T> + 'static>(
    name: &str,
    work: impl FnOnce() -> F + Send + 'static,
) -> io::Result<Task<T>> {
    let thread = super::thread::spawn(name, move || pollster::block_on(work()))?;
    Ok(Task { thread })
}

/// Starts a task; a browser shows no names.
///
/// # Errors
/// None here.
#[cfg(target_arch = "wasm32")]
pub fn spawn<T: Send + 'static, F: Future<Output = T> + 'static>(
    _: &str,
    work: impl FnOnce() -> F + Send + 'static,
) -> io::Result<Task<T>> {
    let (done, result) = async_channel::bounded(1);
    wasm_bindgen_futures::spawn_local(async move {
        // Nobody may be interested any more.
        let _ = done.try_send(work().await);
    });
    Ok(Task { result })
}

impl<T> Task<T> {
    /// Whether it has ended.
    pub fn is_finished(&self) -> bool {
        #[cfg(not(target_arch = "wasm32"))]
        return self.thread.is_finished();
        #[cfg(target_arch = "wasm32")]
        return self.result.is_closed();
    }

    /// Its result, once it has ended; `None` where it panicked. Where a thread may block, this does.
    pub async fn end(self) -> Option<T> {
        #[cfg(not(target_arch = "wasm32"))]
        return self.thread.join().ok();
        #[cfg(target_arch = "wasm32")]
        return self.result.recv().await.ok();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_task_hands_its_result_back_and_a_panic_none() {
        let task = spawn("counting", || async { 6 * 7 }).unwrap();
        assert_eq!(pollster::block_on(task.end()), Some(42));
        let task: Task<u32> = spawn("failing", || async { panic!("on purpose") }).unwrap();
        assert_eq!(pollster::block_on(task.end()), None);
    }
}
