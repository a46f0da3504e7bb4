//! `cargo xtask web`: the studio for browsers, built into target/site and served on this machine.

use crate::Outcome;
use crate::process;
use crate::serve::serve;
use crate::wasm::{self, NAME, Toolchain};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

pub(crate) const HELP: &str =
    "[--port N | --build-only]: build the studio for browsers and serve it on localhost";

const PORT: u16 = 8080;
/// The most that the program may weigh, compressed as a server would send it, bytes.
const BUDGET: u64 = 6_000_000;
/// The crate that does what wasm-bindgen's program does.
const BIND: &[&str] =
    &["run", "--quiet", "--locked", "--profile", "tools", "--package", "xtask-bindgen", "--"];
/// Fetched by the page rather than built in: the images, and the run that it shows at `?demo`.
const DATA: [&str; 2] = ["assets/fashion-mnist-12k", "assets/demo"];

pub(crate) fn run(args: &[String]) -> Outcome {
    let port = parse(args)?;
    let folder = build()?;
    if let Some(port) = port {
        serve(&folder, "", port, |address| {
            println!("The studio is at {address} (Ctrl-C ends it).")
        })?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Builds into target/site and returns that folder.
///
/// # Errors
/// One line that says what could not be done.
pub(crate) fn build() -> Result<PathBuf, String> {
    build_with(&wasm::ensure()?)
}

/// The same with a compiler that can.
///
/// # Errors
/// As [`build`].
pub(crate) fn build_with(toolchain: &Toolchain) -> Result<PathBuf, String> {
    let root = process::root();
    let mut cargo = toolchain.cargo(&["build", "--locked", "--profile", "web", "--target"]);
    cargo.args([wasm::TARGET, "--no-default-features", "--features", "web", "--bin", NAME]);
    // Wherever this machine's builds go, what is read below lies here.
    let target = root.join("target");
    cargo.arg("--target-dir").arg(&target);
    if !process::run(&mut cargo)?.success() {
        return Err("the program did not build for the browser; see above".to_owned());
    }
    let folder = target.join("site");
    fresh(&folder)?;
    copy(&root.join("web"), &folder)?;
    for data in DATA {
        copy(&root.join(data), &folder.join("data"))?;
    }
    let built = target.join(wasm::TARGET).join("web").join(NAME).with_extension("wasm");
    let mut bind = process::cargo(BIND);
    bind.arg(built).arg(&folder);
    if !process::run(&mut bind)?.success() {
        return Err("the program could not be bound to JavaScript; see above".to_owned());
    }
    let program = folder.join(format!("{NAME}_bg.wasm"));
    shrink(&program)?;
    weigh(&program)?;
    Ok(folder)
}

/// Lets wasm-opt make the program smaller, where there is one.
fn shrink(program: &Path) -> Result<(), String> {
    if !process::works(Command::new("wasm-opt").arg("--version")) {
        return Ok(());
    }
    let mut command = Command::new("wasm-opt");
    command.args(["-O2", "--all-features", "-o"]).arg(program).arg(program);
    if process::run(&mut command)?.success() { Ok(()) } else { Err("wasm-opt failed".to_owned()) }
}

/// Holds the program to its budget.
fn weigh(program: &Path) -> Result<(), String> {
    let output = Command::new("gzip").arg("-9c").arg(program).stderr(Stdio::inherit()).output();
    let Ok(output) = output else {
        eprintln!("there is no gzip: the size of the program is not checked");
        return Ok(());
    };
    let (size, mb) = (output.stdout.len() as u64, |bytes: u64| bytes as f64 / 1e6);
    eprintln!(
        "{}: {:.2} MB compressed, of {:.0} that it may weigh",
        program.display(),
        mb(size),
        mb(BUDGET)
    );
    if size > BUDGET {
        return Err("that is over its budget".to_owned());
    }
    Ok(())
}

fn fresh(folder: &Path) -> Result<(), String> {
    let gone = if folder.exists() { fs::remove_dir_all(folder) } else { Ok(()) };
    gone.and_then(|()| fs::create_dir_all(folder))
        .map_err(|error| format!("{}: {error}", folder.display()))
}

/// Copies the files right inside a folder.
fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let copied = fs::create_dir_all(to).and_then(|()| {
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                fs::copy(entry.path(), to.join(entry.file_name()))?;
            }
        }
        Ok(())
    });
    copied.map_err(|error| format!("{} to {}: {error}", from.display(), to.display()))
}

/// The port to serve at; none where only a build is wanted.
fn parse(args: &[String]) -> Result<Option<u16>, String> {
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words[..] {
        [] => Ok(Some(PORT)),
        ["--build-only"] => Ok(None),
        ["--port", port] => match port.parse() {
            Ok(port) => Ok(Some(port)),
            Err(_) => Err(format!("`--port` wants a number up to 65535; got `{port}`")),
        },
        _ => Err(format!(
            "`cargo xtask web` knows `--port N` and `--build-only`; got `{}`",
            words.join(" ")
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_understood_or_named() {
        let parse =
            |line: &str| parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(parse(""), Ok(Some(PORT)));
        assert_eq!(parse("--build-only"), Ok(None));
        assert_eq!(parse("--port 9"), Ok(Some(9)));
        assert!(parse("--port x").is_err_and(|e| e.contains("`x`")));
        assert!(parse("--prot 9").is_err_and(|e| e.contains("--prot")));
    }
}
