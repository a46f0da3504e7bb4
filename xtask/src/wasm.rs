//! The compiler for the browser's build: one with the wasm32 target. Where rustup cannot bring it, as
//! where its downloads are out of reach, Debian's packages can. What is built with it is the tasks'
//! affair.

use crate::process;
use crate::setup::Apt;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The target of browsers.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// The program for browsers, page and worker.
pub(crate) const NAME: &str = "sgnas-web";

/// What unpacks Debian's compiler and builds the standard library for it.
const RECIPE: &str = include_str!("wasm_debian.sh");
/// Debian's packages of a compiler that is new enough for browsers, and of its library's source; the
/// library itself has a version in its name.
const PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "libstd-rust-web-dev"];
const LIBRARY: &str = "libstd-rust-web-";
const LLVM: &str = "libllvm";

/// A compiler that can build for browsers.
pub(crate) enum Toolchain {
    /// The one that runs this task.
    Own,
    /// Debian's, unpacked here.
    Unpacked(PathBuf),
}

impl Toolchain {
    /// A cargo command in the root.
    pub(crate) fn cargo<S: AsRef<OsStr>>(&self, words: &[S]) -> Command {
        match self {
            Self::Own => process::cargo(words),
            Self::Unpacked(folder) => {
                let root = folder.join("usr");
                let mut command = Command::new(root.join("bin/cargo"));
                command.args(words).current_dir(process::root());
                command.env("RUSTC", root.join("bin/rustc")).env_remove("RUSTC_WRAPPER");
                command.env("LD_LIBRARY_PATH", root.join("lib"));
                command
            }
        }
    }

    /// Whether cargo has the subcommand, after asking rustup for its component where it lacks.
    pub(crate) fn has_component(&self, component: &str, subcommand: &str) -> bool {
        let there = || process::works(&mut self.cargo(&[subcommand, "--version"]));
        let add = || process::works(Command::new("rustup").args(["component", "add", component]));
        // Lints of another version would be found for an unpacked one, if any.
        matches!(self, Self::Own) && (there() || (add() && there()))
    }
}

/// Sees to it that there is a compiler that can build for browsers.
///
/// # Errors
/// One line that says what is missing and what to type.
pub(crate) fn ensure() -> Result<Toolchain, String> {
    let own = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    if has_target(&mut Command::new(&own)) {
        return Ok(Toolchain::Own);
    }
    let folder = process::root().join("target").join("wasm-toolchain");
    if is_whole(&folder) {
        return Ok(Toolchain::Unpacked(folder));
    }
    eprintln!("the compiler has no standard library for {TARGET}: asking rustup for it");
    let added = process::run(Command::new("rustup").args(["target", "add", TARGET]));
    if added.is_ok_and(|status| status.success()) && has_target(&mut Command::new(&own)) {
        return Ok(Toolchain::Own);
    }
    eprintln!(
        "rustup could not add it: unpacking Debian's compiler for browsers, and building its standard library"
    );
    unpack(&folder)?;
    Ok(Toolchain::Unpacked(folder))
}

/// Unpacks Debian's compiler into a folder, with the standard library for browsers.
fn unpack(folder: &Path) -> Result<(), String> {
    let manual = format!(
        "rustup could not add the target {TARGET}, and Debian's packages {} could not be had; install a Rust toolchain that has it, and call cargo of that one",
        PACKAGES.join(", ")
    );
    let apt = Apt::refreshed(&manual)?;
    let direct = dependencies(&PACKAGES)?;
    let library = direct.iter().find(|name| is_library(name)).ok_or(&manual)?;
    let all: Vec<String> = dependencies(&[library])?.into_iter().chain(direct.clone()).collect();
    let llvm = all.iter().find_map(|name| name.strip_prefix(LLVM)).ok_or(&manual)?;
    let linker = format!("lld-{llvm}");
    let shared = all.iter().filter(|name| is_shared_library(name)).map(String::as_str);
    let needed: Vec<&str> = shared.chain([linker.as_str()]).collect();
    apt.install(&needed, manual.clone())?;
    let mut recipe = Command::new("sh");
    recipe.args(["-c", RECIPE, "wasm_debian.sh"]).arg(folder).arg(llvm);
    recipe.args(PACKAGES).arg(library);
    // The script is longer than what one wants to read of a command.
    eprintln!("> sh xtask/src/wasm_debian.sh {} {llvm} …", folder.display());
    let done = recipe.status().map_err(|error| format!("cannot run `sh`: {error}"))?;
    if done.success() && is_whole(folder) { Ok(()) } else { Err(manual) }
}

/// What packages depend on right away.
fn dependencies(packages: &[&str]) -> Result<Vec<String>, String> {
    let output = Command::new("apt-cache").arg("depends").args(packages).output();
    let output = output.map_err(|error| format!("cannot run `apt-cache`: {error}"))?;
    Ok(named(&String::from_utf8_lossy(&output.stdout)))
}

/// The packages that `apt-cache depends` names, without those that are one of several.
fn named(text: &str) -> Vec<String> {
    let names = text.lines().filter_map(|line| line.trim_start().strip_prefix("Depends: "));
    names.filter(|name| !name.starts_with('<')).map(str::to_owned).collect()
}

/// Whether a package is the standard library by its version.
fn is_library(name: &str) -> bool {
    name.starts_with(LIBRARY) && !name.ends_with("-dev")
}

/// Whether a package is a library that the unpacked programs load.
fn is_shared_library(name: &str) -> bool {
    name.starts_with("lib") && !name.starts_with(LIBRARY) && !name.ends_with("-dev")
}

/// Whether an unpacked compiler can be used.
fn is_whole(folder: &Path) -> bool {
    let root = folder.join("usr");
    has_target(Command::new(root.join("bin/rustc")).env("LD_LIBRARY_PATH", root.join("lib")))
}

fn has_target(rustc: &mut Command) -> bool {
    let output = rustc
        .args(["--print", "target-libdir", "--target", TARGET])
        .current_dir(process::root())
        .output();
    output.is_ok_and(|output| {
        let folder = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        output.status.success() && std::fs::read_dir(folder).is_ok_and(|mut d| d.next().is_some())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_unpacked_compiler_loads_is_read_from_the_package_lists() {
        let text = "cargo-web\n  Depends: libc6\n  Depends: libgit2-1.5\n |Depends: gcc\n  \
            Depends: <c-compiler>\n    clang-22\n  Depends: libstd-rust-web-dev\n  Conflicts: cargo\n\
            libstd-rust-web-dev\n  Depends: libstd-rust-web-1.96\n";
        let names = named(text);
        assert_eq!(names, ["libc6", "libgit2-1.5", "libstd-rust-web-dev", "libstd-rust-web-1.96"]);
        let library: Vec<_> = names.iter().filter(|name| is_library(name)).collect();
        assert_eq!(library, ["libstd-rust-web-1.96"]);
        let shared: Vec<_> = names.iter().filter(|name| is_shared_library(name)).collect();
        assert_eq!(shared, ["libc6", "libgit2-1.5"]);
    }

    #[test]
    fn an_unpacked_compiler_is_called_with_its_own_libraries() {
        let command = Toolchain::Unpacked("/a".into()).cargo(&["build"]);
        assert_eq!(command.get_program(), "/a/usr/bin/cargo");
        let set = |name: &str, value: &str| {
            command.get_envs().any(|(n, v)| n == name && v == Some(OsStr::new(value)))
        };
        assert!(set("RUSTC", "/a/usr/bin/rustc") && set("LD_LIBRARY_PATH", "/a/usr/lib"));
        assert!(!is_whole(Path::new("/nowhere")));
    }
}
