//! Which variants of the kernels a command runs: named ones, or those that were measured.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{accepted, command, refused};

/// What the first line of the adapter's ceilings says of its kernels, and standard error.
fn ceilings(kernels: &str, home: &Path) -> (Value, String) {
    let mut command = command(&["bench", "ceilings", "--json", "--kernels", kernels]);
    let output = in_home(&mut command, home).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{error}");
    let lines = String::from_utf8(output.stdout).unwrap();
    (serde_json::from_str(lines.lines().next().unwrap()).unwrap(), error)
}

/// Whatever the system, the user's caches lie below `home`.
fn in_home<'a>(
    command: &'a mut std::process::Command,
    home: &Path,
) -> &'a mut std::process::Command {
    command.envs(["HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"].map(|name| (name, home)))
}

/// The files named `kernels.json` below a folder.
fn kept(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let all = entries.flat_map(|path| if path.is_dir() { kept(&path) } else { vec![path] });
    all.filter(|path| path.ends_with("sgnas/kernels.json")).collect()
}

#[test]
fn the_kernels_that_are_named_run_and_those_that_cannot_are_an_error() {
    let home = tempfile::tempdir().unwrap();
    let (line, error) = ceilings("registers", home.path());
    assert_eq!((line["kernels"].as_str(), error.as_str()), (Some("registers"), ""));
    assert!(kept(home.path()).is_empty(), "what is named needs no measurement");
    let devices: Value = serde_json::from_str(&accepted(&["devices", "--json"])).unwrap();
    let able = devices[0]["kernels"]["variants"].as_array().unwrap();
    for style in ["registers", "subgroups", "tiles"] {
        if !able.contains(&Value::from(style)) {
            let args = ["bench", "ceilings", "--kernels", style];
            refused(1, &args, &[style, "it runs registers"]);
        }
    }
}

#[test]
fn kernels_are_measured_once_and_kept_in_the_users_cache() {
    let home = tempfile::tempdir().unwrap();
    let (first, error) = ceilings("measured", home.path());
    assert!(error.starts_with("measuring variants of the kernels on "), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
    let ms = first["ms"].as_object().unwrap();
    assert!(ms.contains_key(first["kernels"].as_str().unwrap()), "{first}");
    let (again, error) = ceilings("measured", home.path());
    assert_eq!((again, error.as_str()), (first.clone(), ""));
    let devices = in_home(&mut command(&["devices", "--json"]), home.path()).output().unwrap();
    let devices: Value = serde_json::from_slice(&devices.stdout).unwrap();
    assert_eq!(devices[0]["kernels"]["ms"], first["ms"]);
    assert_eq!(devices[0]["kernels"]["fastest"], first["kernels"]);
    assert_eq!(kept(home.path()).len(), 1);
}
