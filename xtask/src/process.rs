//! Running children: where the repository lies, which cargo is meant, and reading a child's lines
//! while it runs. What is run is the tasks' affair.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::sync::mpsc::{SyncSender, sync_channel};

/// The root of the repository: the folder above this crate.
pub(crate) fn root() -> PathBuf {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_folder.parent().unwrap_or(crate_folder).to_path_buf()
}

/// A cargo command in the root, of the same toolchain that runs this task.
pub(crate) fn cargo<S: AsRef<OsStr>>(args: &[S]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(args).current_dir(root());
    command
}

/// The command line as one would type it, for messages.
pub(crate) fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(command.get_program());
    let mut words = vec![name.to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|arg| arg.to_string_lossy().into_owned()));
    words.join(" ")
}

/// Runs the command with this process's input and output, saying first what is run.
pub(crate) fn run(command: &mut Command) -> Result<ExitStatus, String> {
    eprintln!("> {}", shown(command));
    command.status().map_err(|error| format!("cannot run `{}`: {error}", shown(command)))
}

/// Which output of a child a line came from.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub(crate) enum Stream {
    Output,
    Error,
}

/// Runs the command and hands each line it writes to `each`, while it runs. Bytes that are no
/// UTF-8 are replaced.
pub(crate) fn run_by_line(
    command: &mut Command,
    mut each: impl FnMut(Stream, &str),
) -> Result<ExitStatus, String> {
    eprintln!("> {}", shown(command));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child =
        command.spawn().map_err(|error| format!("cannot run `{}`: {error}", shown(command)))?;
    let (output, error) = (child.stdout.take(), child.stderr.take());
    std::thread::scope(|scope| {
        let (sender, lines) = sync_channel(64);
        let other = sender.clone();
        scope.spawn(move || output.map(|pipe| send_lines(Stream::Output, pipe, &sender)));
        scope.spawn(move || error.map(|pipe| send_lines(Stream::Error, pipe, &other)));
        for (stream, line) in lines {
            each(stream, &line);
        }
    });
    child.wait().map_err(|error| format!("lost sight of `{}`: {error}", shown(command)))
}

/// Sends the lines of a pipe until it ends; a pipe that breaks has ended.
fn send_lines(stream: Stream, pipe: impl Read, sender: &SyncSender<(Stream, String)>) {
    let mut reader = BufReader::new(pipe);
    let mut bytes = Vec::new();
    while reader.read_until(b'\n', &mut bytes).is_ok_and(|count| count > 0) {
        let line = String::from_utf8_lossy(&bytes);
        if sender.send((stream, line.trim_end_matches(['\r', '\n']).to_owned())).is_err() {
            return;
        }
        bytes.clear();
    }
}

/// The child's exit status as this process's own; a child ended by a signal has failed.
pub(crate) fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    code.map_or(ExitCode::FAILURE, ExitCode::from)
}

/// Whether the command exists and succeeds; its output is swallowed.
pub(crate) fn works(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_the_folder_of_the_workspace() {
        assert!(root().join("Cargo.lock").is_file());
        assert!(root().join("xtask").is_dir());
    }

    #[test]
    fn lines_arrive_one_by_one_and_the_status_is_handed_back() {
        let mut lines = Vec::new();
        let mut run = |word| {
            let status = run_by_line(&mut cargo(&[word]), |stream, line| {
                lines.push((stream, line.to_owned()));
            });
            status.is_ok_and(|status| status.success())
        };
        assert!(run("--version") && !run("no-such-subcommand"));
        assert!(lines[0].0 == Stream::Output && lines[0].1.starts_with("cargo "), "{lines:?}");
        assert!(lines[1].0 == Stream::Error && lines[1].1.starts_with("error"), "{lines:?}");
    }

    #[test]
    fn a_program_that_does_not_exist_is_named() {
        let error = run(&mut Command::new("sgnas-no-such-program")).err().unwrap_or_default();
        assert!(error.contains("`sgnas-no-such-program`"), "{error}");
    }
}
