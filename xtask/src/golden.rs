//! `cargo xtask golden [DIR]`: the golden checks of the test target `golden`, against a folder of
//! reference values. The checks themselves are the target's affair.

use crate::Outcome;
use crate::process::{self, Stream};
use crate::setup;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

pub(crate) const HELP: &str = "[DIR]: compare with the golden values in DIR (else $SGNAS_GOLDEN, ../shared/golden, tests/golden)";

/// The variable that names the folder to the test target.
pub(crate) const VARIABLE: &str = "SGNAS_GOLDEN";

/// Where golden values are looked for when nobody names a folder, from the repository's root.
const USUAL: &[&str] = &["../shared/golden", "tests/golden"];
const MANIFEST: &str = "ops/manifest.json";

pub(crate) fn run(args: &[String]) -> Outcome {
    let given = match args {
        [] => None,
        [folder] => Some(OsStr::new(folder)),
        [_, more, ..] => return Err(format!("one folder at most, got `{more}` as well")),
    };
    let Some(folder) = folder(given)? else {
        return Err(format!(
            "no golden values: there is no {MANIFEST} below {}; give a folder",
            USUAL.join(" or ")
        ));
    };
    let environment = setup::ensure_adapter()?;
    eprintln!("golden values: {}", folder.display());
    let mut command = process::cargo(&["test", "--release", "--locked", "--test", "golden"]);
    environment.apply(&mut command).env(VARIABLE, &folder);
    // The closing line comes last here too, below whatever cargo has to add.
    let mut closing = None;
    let status = process::run_by_line(&mut command, |stream, line| match stream {
        Stream::Output if line.starts_with("golden: ") => closing = Some(line.to_owned()),
        Stream::Output => println!("{line}"),
        Stream::Error => eprintln!("{line}"),
    })?;
    match (&closing, status.success()) {
        (Some(line), _) => println!("{line}"),
        (None, true) => return Err("the golden checks ended without their closing line".to_owned()),
        (None, false) => {}
    }
    Ok(process::exit_code(status))
}

/// The folder of golden values, absolute: the given one, else the variable's, else the first usual
/// place that has a manifest.
///
/// # Errors
/// If the given one or the variable's holds no manifest.
pub(crate) fn folder(given: Option<&OsStr>) -> Result<Option<PathBuf>, String> {
    let variable = std::env::var_os(VARIABLE).filter(|value| !value.is_empty());
    choose(given, variable.as_deref(), &process::root())
}

fn choose(
    given: Option<&OsStr>,
    variable: Option<&OsStr>,
    root: &Path,
) -> Result<Option<PathBuf>, String> {
    let has_manifest = |folder: &Path| folder.join(MANIFEST).is_file();
    if let Some(named) = given.or(variable) {
        let folder = std::path::absolute(named)
            .map_err(|error| format!("{}: {error}", Path::new(named).display()))?;
        return if has_manifest(&folder) {
            Ok(Some(folder))
        } else {
            Err(format!("{} holds no golden values: no {MANIFEST} in it", folder.display()))
        };
    }
    Ok(USUAL.iter().map(|place| root.join(place)).find(|folder| has_manifest(folder)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn the_argument_goes_before_the_variable_and_both_before_the_usual_places() {
        let scratch = Scratch::new();
        let root = scratch.path().join("project");
        assert_eq!(choose(None, None, &root), Ok(None));
        for folder in ["project/tests/golden", "a", "b"] {
            scratch.write(&format!("{folder}/{MANIFEST}"), "[]");
        }
        let (a, b) = (scratch.path().join("a"), scratch.path().join("b"));
        assert_eq!(choose(None, None, &root), Ok(Some(root.join("tests/golden"))));
        scratch.write(&format!("shared/golden/{MANIFEST}"), "[]");
        assert_eq!(choose(None, None, &root), Ok(Some(root.join("../shared/golden"))));
        assert_eq!(choose(None, Some(a.as_os_str()), &root), Ok(Some(a.clone())));
        assert_eq!(choose(Some(b.as_os_str()), Some(a.as_os_str()), &root), Ok(Some(b)));
    }

    #[test]
    fn a_named_folder_without_values_is_an_error_that_names_it() {
        let scratch = Scratch::new();
        scratch.write("project/tests/golden/ops/manifest.json", "[]");
        let empty = scratch.path().join("empty");
        for (given, variable) in [(Some(empty.as_os_str()), None), (None, Some(empty.as_os_str()))]
        {
            let error = choose(given, variable, &scratch.path().join("project")).err();
            let error = error.unwrap_or_default();
            assert!(error.contains(&*empty.to_string_lossy()), "{error}");
        }
    }
}
