//! `cargo xtask studio`: builds the program in release mode and opens its window.

use crate::Outcome;
use crate::process;
use crate::setup;
use std::process::ExitCode;

pub(crate) const HELP: &str = "[ARGS]: open the studio; ARGS go to `sgnas studio`";

const BUILD: &[&str] = &["build", "--release", "--locked", "--package", "sgnas"];
const RUN: &[&str] =
    &["run", "--quiet", "--release", "--locked", "--package", "sgnas", "--", "studio"];

pub(crate) fn run(args: &[String]) -> Outcome {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if !has_display(cfg!(target_os = "linux"), set("WAYLAND_DISPLAY"), set("DISPLAY")) {
        return Err("there is no display: neither WAYLAND_DISPLAY nor DISPLAY is set; `cargo xtask demo` searches without one".to_owned());
    }
    let environment = setup::ensure_adapter()?;
    if !process::run(&mut process::cargo(BUILD))?.success() {
        return Err("the program did not build; see above".to_owned());
    }
    let mut command = process::cargo(RUN);
    command.args(args);
    let status = process::run(environment.apply(&mut command))?;
    if status.success() { Ok(ExitCode::SUCCESS) } else { Ok(process::exit_code(status)) }
}

/// Only Linux has sessions without a display.
fn has_display(linux: bool, wayland: bool, x11: bool) -> bool {
    !linux || wayland || x11
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_display_is_missing_on_linux_alone_and_either_kind_will_do() {
        assert!(!has_display(true, false, false));
        for (linux, wayland, x11) in
            [(false, false, false), (true, true, false), (true, false, true)]
        {
            assert!(has_display(linux, wayland, x11));
        }
    }
}
