//! `cargo xtask demo-run RUN`: a finished run as the file that the page opens at `?demo`, with what
//! the studio needs of it alone: settings, journal, result, networks and the newest checkpoint. And
//! its recording, which the page shows where there is no WebGPU: the journal, and the answers to a
//! grid of budgets with the accuracies of the networks.

use crate::Outcome;
use crate::process;
use crate::setup;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

pub(crate) const HELP: &str = "RUN: make what the page shows at ?demo, and without WebGPU (assets/demo), from the finished run in folder RUN";

const FILE: &str = "assets/demo/demo.run.tar";
const RECORDING: &str = "assets/demo/recorded.json";
const GENERATE: &[&str] = &["run", "--quiet", "--locked", "--package", "sgnas", "--", "generate"];
/// How many budgets the recording has answers to.
const GRID: &str = "100";
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
    let packed = process::run(&mut tar)?;
    if !packed.success() {
        return Ok(process::exit_code(packed));
    }
    record(Path::new(folder))
}

/// Writes the recording: what the journal and the program say, in one object.
fn record(run: &Path) -> Outcome {
    let run = std::path::absolute(run).map_err(|error| format!("{}: {error}", run.display()))?;
    let journal = run.join("journal.jsonl");
    let journal =
        fs::read_to_string(&journal).map_err(|error| format!("{}: {error}", journal.display()))?;
    let mut generate = process::cargo(GENERATE);
    generate.arg(&run).args(["--grid", GRID, "--evaluate", "--json"]);
    setup::ensure_adapter()?.apply(&mut generate);
    eprintln!("> {} (some minutes)", process::shown(&generate));
    let output = generate.stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| format!("cannot run cargo: {error}"))?;
    if !output.status.success() {
        return Ok(process::exit_code(output.status));
    }
    let file = process::root().join(RECORDING);
    let text = recording(&journal, &String::from_utf8_lossy(&output.stdout));
    fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(ExitCode::SUCCESS)
}

/// The lines of a journal and the answers, which come indented, as one object a part a line.
fn recording(journal: &str, answers: &str) -> String {
    let records: Vec<&str> = journal.lines().collect();
    let answers: String = answers.lines().map(str::trim_start).collect();
    format!("{{\n\"journal\": [\n{}\n],\n\"answers\": {answers}\n}}\n", records.join(",\n"))
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
    fn a_recording_is_the_journal_and_the_answers_in_one_object() {
        let text = recording("{\"a\":1}\n{\"b\":2}\n", "[\n  {\n    \"c d\": 3\n  }\n]\n");
        let expected =
            "{\n\"journal\": [\n{\"a\":1},\n{\"b\":2}\n],\n\"answers\": [{\"c d\": 3}]\n}\n";
        assert_eq!(text, expected);
    }

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
