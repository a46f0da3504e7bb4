//! The studio in a browser: the page, which draws, and the worker, which computes and keeps the
//! runs. Both are the same program; they speak the studio's requests and reports.

mod bench;
mod fetched;
mod lost;
mod outline;
mod page;
mod wire;
mod worker;

use wasm_bindgen::JsCast;
use web_sys::{DedicatedWorkerGlobalScope, Window};

/// Does what belongs to the place that the program was started in.
pub fn start() {
    let global = js_sys::global();
    match global.dyn_into::<Window>() {
        Ok(window) => page::open(&window),
        Err(global) => {
            if let Ok(scope) = global.dyn_into::<DedicatedWorkerGlobalScope>() {
                worker::serve(scope);
            }
        }
    }
}
