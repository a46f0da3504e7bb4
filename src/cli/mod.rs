//! The command line: arguments in, text or JSON out, one file a command. It speaks to a run by
//! events and commands, and computes nothing itself. Every failure is one line on standard error
//! and a status that is not 0: 2 for arguments that cannot be read, 1 for all else.

mod arguments;
mod bench;
mod bench_steps;
mod compare;
mod device;
mod devices;
mod display;
mod error;
mod evaluate;
mod follow;
mod generate;
mod info;
mod input;
mod kernel_table;
mod measured;
mod measuring;
mod note;
mod output;
mod peers;
mod report;
mod results;
mod scaling;
mod search;
#[cfg(feature = "studio")]
mod studio;
mod table;
mod train;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

use error::CliError;

/// Arguments of the program.
#[derive(Debug, Parser)]
#[command(name = "sgnas", version, about = "Searches image networks for hardware budgets")]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Search(Box<search::Search>),
    Generate(generate::Generate),
    Evaluate(evaluate::Evaluate),
    Train(train::Train),
    Info(info::Info),
    Report(report::Report),
    Devices(devices::Devices),
    Bench(bench::Bench),
    #[cfg(feature = "studio")]
    Studio(studio::Studio),
}

/// Runs the program with the arguments of this process.
pub fn main() -> ExitCode {
    obey(Cli::try_parse()).unwrap_or_else(|error| error.report())
}

fn obey(parsed: Result<Cli, clap::Error>) -> Result<ExitCode, CliError> {
    match parsed {
        Ok(Cli { command: Some(command) }) => run(command),
        Ok(Cli { command: None }) => without_command(),
        Err(error) => not_understood(&error),
    }
}

fn run(command: Command) -> Result<ExitCode, CliError> {
    match command {
        Command::Search(command) => command.run(),
        Command::Generate(command) => command.run(),
        Command::Evaluate(command) => command.run(),
        Command::Train(command) => command.run(),
        Command::Info(command) => command.run(),
        Command::Report(command) => command.run(),
        Command::Devices(command) => command.run(),
        Command::Bench(command) => command.run(),
        #[cfg(feature = "studio")]
        Command::Studio(command) => command.run(),
    }
}

/// Without a command the studio opens.
#[cfg(feature = "studio")]
fn without_command() -> Result<ExitCode, CliError> {
    obey(Cli::try_parse_from(["sgnas", "studio"]))
}

/// Without a command and without the studio nothing is asked for.
#[cfg(not(feature = "studio"))]
fn without_command() -> Result<ExitCode, CliError> {
    Err(CliError::Usage("no command is given; `sgnas --help` lists them".to_owned()))
}

/// Help and version are no errors; what is one is told in one line.
fn not_understood(error: &clap::Error) -> Result<ExitCode, CliError> {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            output::print(&error.render().to_string())?;
            Ok(ExitCode::SUCCESS)
        }
        _ => Err(CliError::Usage(one_line(&error.render().to_string()))),
    }
}

/// What clap says over several lines, without its first word and its lines on usage.
fn one_line(text: &str) -> String {
    let end =
        ["\nUsage:", "\nFor more information"].iter().filter_map(|mark| text.find(mark)).min();
    let said = text.get(..end.unwrap_or(text.len())).unwrap_or(text);
    let said = said.strip_prefix("error: ").unwrap_or(said);
    let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let mut joined = String::new();
    for line in lines {
        // "provided:" introduces what follows, anything else ends there.
        match joined.chars().last() {
            None => {}
            Some(':') => joined.push(' '),
            Some(_) => joined.push_str("; "),
        }
        joined.push_str(line);
    }
    joined + "; --help explains the arguments"
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_of_the_arguments_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_clap_says_over_several_lines_becomes_one_that_keeps_the_hint() {
        let error = Cli::try_parse_from(["sgnas", "info", "a.json", "--presett", "x"]).unwrap_err();
        let line = one_line(&error.render().to_string());
        assert!(!line.contains('\n') && !line.starts_with("error"), "{line}");
        assert!(line.contains("'--presett'") && line.contains("'--preset'"), "{line}");
        let error = Cli::try_parse_from(["sgnas", "info"]).unwrap_err();
        let line = one_line(&error.render().to_string());
        assert!(line.contains("not provided: ") && line.contains("<ARCH>"), "{line}");
    }
}
