//! `cargo xtask test`: everything that must hold before a change lands. All steps run, so that one
//! look shows all that is wrong.

use crate::Outcome;
use crate::browser;
use crate::golden;
use crate::process::{self, Stream};
use crate::serve::serve_aside;
use crate::setup;
use crate::tally::{Count, Tally};
use crate::wasm::{self, Toolchain};
use crate::web;
use std::ffi::OsString;
use std::process::ExitCode;

pub(crate) const HELP: &str = "formatting, lints, the builds without features and for browsers, and all tests; last line: the counts";

/// A step that passes or fails as a whole: what it checks, the cargo words, and the rustup
/// component it needs beyond cargo itself.
struct Step {
    what: &'static str,
    words: &'static [&'static str],
    component: Option<&'static str>,
}

const STEPS: &[Step] = &[
    Step { what: "formatting", words: &["fmt", "--all", "--check"], component: Some("rustfmt") },
    Step {
        what: "lints",
        words: &["clippy", "--locked", "--workspace", "--all-targets", "--", "--deny", "warnings"],
        component: Some("clippy"),
    },
    Step {
        what: "the library and its tests without features",
        words: &["check", "--locked", "--package", "sgnas", "--tests", "--no-default-features"],
        component: None,
    },
];

/// The variable that tells the test target `browser` where the studio is served.
const STUDIO: &str = "SGNAS_STUDIO";

/// Where on its server the tested studio lies: a static host may have it below a path.
const BELOW: &str = "some/where/";

/// The same for browsers.
const BROWSER_STEPS: &[Step] = &[
    Step {
        what: "the library without features, for browsers",
        words: &[
            "check",
            "--locked",
            "--package",
            "sgnas",
            "--lib",
            "--no-default-features",
            "--target",
            wasm::TARGET,
        ],
        component: None,
    },
    Step {
        what: "lints of the program for browsers",
        words: &[
            "clippy",
            "--locked",
            "--package",
            "sgnas",
            "--lib",
            "--no-default-features",
            "--features",
            "web",
            "--target",
            wasm::TARGET,
            "--",
            "--deny",
            "warnings",
        ],
        component: Some("clippy"),
    },
];

/// First with cargo's own progress on the terminal, then read line by line. Output of passed tests
/// is shown to the tally, which looks for skips in it. What binds the program for browsers has no
/// tests of its own, and takes a minute to build.
const BUILD: &[&str] =
    &["test", "--locked", "--workspace", "--exclude", "xtask-bindgen", "--no-run"];
const TESTS: &[&str] = &[
    "test",
    "--locked",
    "--workspace",
    "--exclude",
    "xtask-bindgen",
    "--no-fail-fast",
    "--",
    "--show-output",
];

pub(crate) fn run(args: &[String]) -> Outcome {
    if let Some(arg) = args.first() {
        return Err(format!("`cargo xtask test` takes no arguments, got `{arg}`"));
    }
    let environment = setup::ensure_adapter()?;
    let mut failed = vec![];
    let mut skipped = vec![];
    let (own, toolchain) = (Toolchain::Own, wasm::ensure());
    let browser = toolchain.iter().flat_map(|with| BROWSER_STEPS.iter().map(move |s| (s, with)));
    for (step, with) in STEPS.iter().map(|step| (step, &own)).chain(browser) {
        match step.component.filter(|component| !with.has_component(component, step.words[0])) {
            Some(component) => skipped.push(format!(
                "{}: there is no `cargo {}`; `rustup component add {component}` brings it",
                step.what, step.words[0]
            )),
            None if process::run(&mut with.cargo(step.words))?.success() => {}
            None => failed.push(step.what.to_owned()),
        }
    }

    let page = toolchain.and_then(|with| page(&with));
    if let Err(why) = &page {
        failed.push(format!("the studio in a browser: {why}"));
    }
    let mut tally = Tally::default();
    if process::run(&mut process::cargo(BUILD))?.success() {
        let mut tests = process::cargo(TESTS);
        environment.apply(&mut tests);
        if let Ok(page) = page {
            tests.envs(page);
        }
        if let Some(folder) = golden::folder(None)? {
            tests.env(golden::VARIABLE, folder);
        }
        let status = process::run_by_line(&mut tests, |stream, line| match stream {
            Stream::Output if tally.read_output(line) => println!("{line}"),
            Stream::Error if tally.read_error(line) => eprintln!("{line}"),
            _ => {}
        })?;
        // A program of our own harness that dies leaves no trace but the status.
        let unseen = !status.success() && tally.count().failed == 0;
        for _ in 0..tally.broken().max(u64::from(unseen)) {
            failed.push("a test program ended before its tests did".to_owned());
        }
    } else {
        failed.push("the tests do not build".to_owned());
    }
    let mut count = tally.count();
    count.failed += failed.len() as u64;
    count.skipped += skipped.len() as u64;
    failed.append(&mut tally.failures);
    skipped.append(&mut tally.skips);
    print!("{}", closing(count, &failed, &skipped));
    Ok(if failed.is_empty() && count.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What the tests in a browser need: the studio built and served, and a browser.
fn page(with: &Toolchain) -> Result<[(&'static str, OsString); 2], String> {
    let browser = browser::ensure()?;
    let address = serve_aside(web::build_with(with)?, BELOW)?;
    Ok([(browser::VARIABLE, browser.into()), (STUDIO, address.into())])
}

/// What failed and what was skipped, by name, then the counts in one plain last line.
fn closing(count: Count, failed: &[String], skipped: &[String]) -> String {
    let lines = |word: &str, names: &[String]| {
        names.iter().map(|name| format!("{word}: {name}\n")).collect::<String>()
    };
    format!(
        "\n{}{}{} passed, {} failed, {} skipped\n",
        lines("skipped", skipped),
        lines("FAILED", failed),
        count.passed,
        count.failed,
        count.skipped
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_is_the_counts_and_the_names_stand_before_it() {
        let count = Count { passed: 12, failed: 1, skipped: 2 };
        let text = closing(count, &["lints".into()], &["a: no GPU".into(), "b: ignored".into()]);
        assert_eq!(
            text,
            "\nskipped: a: no GPU\nskipped: b: ignored\nFAILED: lints\n\
             12 passed, 1 failed, 2 skipped\n"
        );
    }

    #[test]
    fn every_step_is_a_cargo_subcommand_with_its_lock_file_kept() {
        for step in STEPS.iter().chain(BROWSER_STEPS) {
            assert!(step.words.contains(&"--locked") || step.words[0] == "fmt", "{}", step.what);
        }
        assert!(BUILD.contains(&"--locked") && TESTS.contains(&"--locked"));
    }
}
