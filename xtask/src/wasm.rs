//! The compiler for the browser's build: one with the wasm32 target. What is built with it is the
//! tasks' affair.

use crate::process;
use std::process::Command;

/// The target of browsers.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// The program for browsers, page and worker.
pub(crate) const NAME: &str = "sgnas-web";

/// Sees to it that the compiler at hand can build for browsers.
///
/// # Errors
/// One line that says what is missing and what to type.
pub(crate) fn ensure_target() -> Result<(), String> {
    if has_target() {
        return Ok(());
    }
    eprintln!("the compiler has no standard library for {TARGET}: asking rustup for it");
    let added = process::run(Command::new("rustup").args(["target", "add", TARGET]));
    if added.is_ok_and(|status| status.success()) && has_target() {
        return Ok(());
    }
    Err(format!(
        "rustup could not add the target {TARGET}; install a Rust toolchain that has it (on Debian 13 the package rustc-web), and call cargo of that one"
    ))
}

fn has_target() -> bool {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc)
        .args(["--print", "target-libdir", "--target", TARGET])
        .current_dir(process::root())
        .output();
    output.is_ok_and(|output| {
        let folder = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        output.status.success() && std::fs::read_dir(folder).is_ok_and(|mut d| d.next().is_some())
    })
}
