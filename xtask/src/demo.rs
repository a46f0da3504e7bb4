//! `cargo xtask demo`: the whole search once, on the embedded images, into a fresh run folder.

use crate::Outcome;
use crate::process;
use crate::setup;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub(crate) const HELP: &str =
    "[--out DIR] [-- ARGS]: search once on the embedded images; ARGS go to `sgnas search`";

const BUILD: &[&str] = &["build", "--release", "--locked", "--package", "sgnas"];
const RUN: &[&str] = &["run", "--quiet", "--release", "--locked", "--package", "sgnas", "--"];
const SEARCH: &[&str] =
    &["search", "--preset", "tiny", "--data", "fashion-mnist-12k", "--seed", "7", "--out"];

pub(crate) fn run(args: &[String]) -> Outcome {
    let options = Options::parse(args)?;
    let environment = setup::ensure_adapter()?;
    let out = match &options.out {
        Some(folder) => std::path::absolute(folder)
            .map_err(|error| format!("--out {}: {error}", folder.display()))?,
        None => fresh(&process::root().join("runs")),
    };
    if !process::run(&mut process::cargo(BUILD))?.success() {
        return Err("the program did not build; see above".to_owned());
    }
    let mut command = process::cargo(RUN);
    command.args(SEARCH).arg(&out).args(&options.extra);
    let status = process::run(environment.apply(&mut command))?;
    if status.success() {
        println!("\nReport: {}", out.join("report.html").display());
        return Ok(ExitCode::SUCCESS);
    }
    Ok(process::exit_code(status))
}

/// What may stand behind `demo`.
#[derive(Debug, Default, PartialEq, Eq)]
struct Options {
    out: Option<PathBuf>,
    /// Arguments for `sgnas search`.
    extra: Vec<String>,
}

impl Options {
    fn parse(args: &[String]) -> Result<Self, String> {
        let mut options = Self::default();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let value = match arg.as_str() {
                "--" => {
                    options.extra = args.cloned().collect();
                    break;
                }
                "--out" => args.next().map(String::as_str),
                other => Some(other.strip_prefix("--out=").ok_or_else(|| {
                    format!("`cargo xtask demo` knows `--out DIR`, and `-- ARGS` for the search; got `{other}`")
                })?),
            };
            let folder = value.filter(|folder| !folder.is_empty());
            options.out = Some(folder.ok_or("`--out` needs a folder behind it")?.into());
        }
        Ok(options)
    }
}

/// `demo-<n>` in the folder, with the smallest number from 1 that is not taken.
fn fresh(runs: &Path) -> PathBuf {
    let mut candidates = (1_u64..).map(|number| runs.join(format!("demo-{number}")));
    candidates.find(|path| !path.exists()).unwrap_or_else(|| runs.join("demo"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn the_folder_and_the_arguments_of_the_search_are_told_apart() {
        assert_eq!(parse(""), Ok(Options::default()));
        let extra = vec!["--out".to_owned(), "y".to_owned()];
        assert_eq!(parse("--out x -- --out y"), Ok(Options { out: Some("x".into()), extra }));
        assert_eq!(parse("--out=x"), Ok(Options { out: Some("x".into()), extra: vec![] }));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (line, word) in
            [("--oot x", "--oot"), ("x", "`x`"), ("--out", "--out"), ("--out=", "--out")]
        {
            let error = parse(line).err().unwrap_or_default();
            assert!(error.contains(word), "{line}: {error}");
        }
    }

    #[test]
    fn a_run_folder_is_never_taken_twice() {
        let scratch = Scratch::new();
        assert_eq!(fresh(scratch.path()), scratch.path().join("demo-1"));
        scratch.write("demo-1/config.toml", "");
        scratch.write("demo-3/config.toml", "");
        assert_eq!(fresh(scratch.path()), scratch.path().join("demo-2"));
    }
}
