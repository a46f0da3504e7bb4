//! Set-up and chores: `cargo xtask <task>`. Nothing of the product lives here, and nothing is
//! depended upon: a fresh clone compiles this crate in a second and gets told what it lacks.

mod browser;
mod demo;
mod demo_run;
mod distro;
mod golden;
mod process;
#[cfg(test)]
mod scratch;
mod screenshots;
mod serve;
mod setup;
mod studio;
mod tally;
mod test;
mod vulkan;
mod wasm;
mod web;

use std::process::ExitCode;

/// What a task hands back: an exit status, or the one line that says why it could not run.
type Outcome = Result<ExitCode, String>;

/// A task: its name, its line in the help, and its body, which gets the arguments after the name.
struct Task {
    name: &'static str,
    help: &'static str,
    run: fn(&[String]) -> Outcome,
}

/// The one list of tasks; parsing and help read it.
const TASKS: &[Task] = &[
    Task { name: "demo", help: demo::HELP, run: demo::run },
    Task { name: "studio", help: studio::HELP, run: studio::run },
    Task { name: "web", help: web::HELP, run: web::run },
    Task { name: "test", help: test::HELP, run: test::run },
    Task { name: "golden", help: golden::HELP, run: golden::run },
    Task { name: "screenshots", help: screenshots::HELP, run: screenshots::run },
    Task { name: "demo-run", help: demo_run::HELP, run: demo_run::run },
    Task { name: "help", help: "list the tasks", run: print_help },
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (name, rest) = match args.split_first() {
        Some((name, rest)) => (name.as_str(), rest),
        None => ("help", &[][..]),
    };
    let name = if matches!(name, "-h" | "--help") { "help" } else { name };
    let outcome = match TASKS.iter().find(|task| task.name == name) {
        Some(task) => (task.run)(rest),
        None => Err(unknown(name)),
    };
    outcome.unwrap_or_else(|message| {
        eprintln!("error: {message}");
        ExitCode::FAILURE
    })
}

fn print_help(_args: &[String]) -> Outcome {
    println!("Usage: cargo xtask <task>\n\nTasks:\n{}", list());
    Ok(ExitCode::SUCCESS)
}

/// One line a task, the names in a column.
fn list() -> String {
    let lines: Vec<String> =
        TASKS.iter().map(|task| format!("  {:<13}{}", task.name, task.help)).collect();
    lines.join("\n")
}

fn unknown(name: &str) -> String {
    format!("there is no task `{name}`; the tasks are:\n{}", list())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_task_is_answered_with_the_list() {
        let message = unknown("biuld");
        assert!(message.contains("`biuld`"));
        for task in TASKS {
            assert!(message.contains(task.name) && message.contains(task.help), "{message}");
        }
    }
}
