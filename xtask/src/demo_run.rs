//! `cargo xtask demo-run RUN`: a finished run as the file that the page opens at `?demo`, with what
//! the studio needs of it alone: settings, journal, result, networks and the newest checkpoint.

use crate::Outcome;
use crate::process;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) const HELP: &str = "RUN: make the run that the page shows at ?demo (assets/demo) from the finished run in folder RUN";

const FILE: &str = "assets/demo/demo.run.tar";
const CHECKPOINTS: &str = "checkpoints";

pub(crate) fn run(args: &[String]) -> Outcome {
    let [folder] = args else {
        let usage = "`cargo xtask demo-run` needs the folder of a finished run; `cargo xtask demo` makes one";
        return Err(usage.to_owned());
    };
    let newest = newest(Path::new(folder))?;
    let file = process::root().join(FILE);
    let mut tar = Command::new("tar");
    // The same run gives the same bytes.
    tar.args([
        "--format=gnu",
        "--sort=name",
        "--mtime=@0",
        "--mode=u=rwX,go=rX",
        "--owner=0",
        "--group=0",
    ]);
    tar.args(["--numeric-owner", "--transform=s,^,demo/,", "-cf"]).arg(&file);
    tar.arg("-C").arg(folder);
    // A run as one file begins with its settings.
    tar.args(["config.toml", "journal.jsonl", "result.json", "architectures"]).arg(newest);
    Ok(process::exit_code(process::run(&mut tar)?))
}

/// The newest checkpoint of a run, relative to its folder.
fn newest(run: &Path) -> Result<PathBuf, String> {
    let all = run.join(CHECKPOINTS);
    let wrong = |why: String| format!("{} is no run: {why}", run.display());
    let entries = fs::read_dir(&all).map_err(|error| wrong(error.to_string()))?;
    let names = entries.flatten().map(|entry| entry.file_name());
    let newest = names.max().ok_or_else(|| wrong("it has no checkpoint".to_owned()))?;
    Ok(Path::new(CHECKPOINTS).join(newest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn the_newest_checkpoint_is_found_and_a_folder_without_is_named() {
        let scratch = Scratch::new();
        scratch.write("run/checkpoints/00000002/tensors.safetensors", "");
        scratch.write("run/checkpoints/00000010/tensors.safetensors", "");
        let run = scratch.path().join("run");
        assert_eq!(newest(&run), Ok(PathBuf::from("checkpoints/00000010")));
        let none = newest(scratch.path());
        assert!(none.is_err_and(|why| why.contains("no run")));
    }
}
