//! `cargo xtask screenshots RUN`: the pictures of the README, drawn by the test target `studio` from
//! a finished run. How they are drawn is the target's affair.

use crate::Outcome;
use crate::process;
use crate::setup;
use std::path::Path;

pub(crate) const HELP: &str =
    "RUN: draw the README's pictures (assets/screenshots) from the finished run in folder RUN";

/// The variable that names the run to the test target.
const VARIABLE: &str = "SGNAS_RUN";
const DRAW: &[&str] = &["test", "--locked", "--package", "sgnas", "--test", "studio"];
const WHICH: &[&str] = &["--", "--ignored", "readme::"];

pub(crate) fn run(args: &[String]) -> Outcome {
    let [folder] = args else {
        let usage = "`cargo xtask screenshots` needs the folder of a finished run; `cargo xtask demo` makes one";
        return Err(usage.to_owned());
    };
    let folder = std::path::absolute(folder).map_err(|error| format!("{folder}: {error}"))?;
    check(&folder)?;
    let environment = setup::ensure_adapter()?;
    let mut command = process::cargo(DRAW);
    command.args(WHICH).env(VARIABLE, &folder);
    let status = process::run(environment.apply(&mut command))?;
    Ok(process::exit_code(status))
}

/// Only a finished run has a result.
fn check(folder: &Path) -> Result<(), String> {
    if folder.join("result.json").is_file() {
        return Ok(());
    }
    Err(format!("{} holds no finished run: there is no result.json", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn a_folder_without_a_result_is_named() {
        let home = Scratch::new();
        let error = check(home.path()).err().unwrap_or_default();
        assert!(error.contains("no result.json"), "{error}");
        assert!(run(&[]).err().unwrap_or_default().contains("xtask demo"));
    }
}
