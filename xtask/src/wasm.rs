//! Tools for the browser's build: a compiler with the wasm32 target and the wasm-bindgen program of
//! the version that the lock file names. What is built with them is the tasks' affair.

use crate::process;
use std::path::PathBuf;
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

/// The wasm-bindgen program, built once into target/tools where it is missing.
///
/// # Errors
/// One line that says why there is none.
pub(crate) fn ensure_bindgen() -> Result<PathBuf, String> {
    let version = locked_version(&lock_file()?, "wasm-bindgen")
        .ok_or("Cargo.lock names no version of wasm-bindgen")?;
    let tools = process::root().join("target").join("tools");
    let program = tools.join("bin").join(format!("wasm-bindgen{}", std::env::consts::EXE_SUFFIX));
    let is_it = |program: &PathBuf| {
        let output = Command::new(program).arg("--version").output();
        output.is_ok_and(|output| {
            String::from_utf8_lossy(&output.stdout).split_whitespace().nth(1) == Some(&version)
        })
    };
    if is_it(&program) {
        return Ok(program);
    }
    let arguments = ["install", "wasm-bindgen-cli", "--no-default-features", "--force"];
    let mut install = process::cargo(&arguments);
    install.args(["--version", &version, "--root"]).arg(&tools);
    if process::run(&mut install)?.success() && is_it(&program) {
        return Ok(program);
    }
    Err(format!("wasm-bindgen {version} could not be built; see above"))
}

fn lock_file() -> Result<String, String> {
    let path = process::root().join("Cargo.lock");
    std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
}

/// The version of a package in a lock file.
fn locked_version(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let line = lock.lines().skip_while(|line| *line != name).nth(1)?;
    Some(line.strip_prefix("version = \"")?.strip_suffix('"')?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_the_lock_file() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(locked_version(lock, "other"), None);
    }
}
