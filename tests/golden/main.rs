//! Reference values made elsewhere, against the engine: a line for each case that fails, and a
//! closing line that counts. The values come from `SGNAS_GOLDEN`, else `../shared/golden`, else
//! `tests/golden`; cases, settings and shapes come from their manifest alone.
//!
//! `cargo test --test golden -- WORD` runs the cases whose names contain WORD.
#![allow(clippy::unwrap_used, clippy::expect_used, unreachable_pub, missing_docs)]

mod apply;
mod blocks;
mod case;
#[path = "../common/mod.rs"]
mod common;
mod conv;
mod costs;
mod elementwise;
mod end_to_end;
mod formula;
mod generator;
mod losses;
mod nb201;
mod net;
mod nets;
mod norm;
mod optimisers;
mod pools;
mod runners;
mod schedules;
mod spaces;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::Value;
use sgnas::gpu::Gpu;

use case::{Case, Checks, Outcome};
use runners::Skipped;

/// What has come of the cases so far.
#[derive(Default)]
struct Count {
    passed: usize,
    failed: usize,
    skipped: usize,
}

impl Count {
    fn add(&mut self, name: &str, result: Outcome) {
        match result {
            Ok(()) => self.passed += 1,
            Err(e) if e.is::<Skipped>() => {
                self.skipped += 1;
                println!("SKIPPED: {name}: {e}");
            }
            Err(e) => {
                self.failed += 1;
                println!("{name}: {}", e.to_string().replace('\n', " "));
            }
        }
    }
}

fn main() -> ExitCode {
    let (options, words): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|a| a.starts_with("--"));
    let folder = match folder() {
        Ok(folder) => folder,
        Err(why) => {
            eprintln!("{why}");
            return ExitCode::FAILURE;
        }
    };
    let entries = match manifest(&folder) {
        Ok(entries) => entries,
        Err(why) => {
            eprintln!("{}: {why}", folder.display());
            return ExitCode::FAILURE;
        }
    };
    if options.iter().any(|o| o == "--list") {
        entries.iter().for_each(|e| println!("{}: test", name(e)));
        return ExitCode::SUCCESS;
    }
    let wanted = |name: &str| words.is_empty() || words.iter().any(|w| name.contains(w.as_str()));
    let gpu = common::gpu();
    let mut count = Count::default();
    for entry in entries.iter().filter(|e| wanted(name(e))) {
        count.add(name(entry), guarded(|| one(&gpu, &folder, entry)));
    }
    for (file, check) in runners::FILES.iter().filter(|(file, _)| wanted(file)) {
        let path = folder.join(file);
        if !path.is_file() {
            count.add(file, Err(Skipped(format!("it is not in {}", folder.display())).into()));
            continue;
        }
        match guarded(|| check(&gpu, &path)) {
            Ok(cases) => cases.into_iter().for_each(|(name, result)| count.add(&name, result)),
            Err(why) => count.add(file, Err(why)),
        }
    }
    let Count { passed, failed, skipped } = count;
    println!("golden: {passed} passed, {failed} failed, {skipped} skipped");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn folder() -> Result<PathBuf, String> {
    let has_manifest = |p: &Path| p.join("ops/manifest.json").is_file();
    if let Some(named) = std::env::var_os("SGNAS_GOLDEN").filter(|v| !v.is_empty()) {
        let folder = PathBuf::from(named);
        let missing = format!("SGNAS_GOLDEN: {} has no ops/manifest.json", folder.display());
        return if has_manifest(&folder) { Ok(folder) } else { Err(missing) };
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let usual = ["../shared/golden", "tests/golden"].map(|p| root.join(p));
    usual.into_iter().find(|p| has_manifest(p)).ok_or_else(|| "no golden values were found".into())
}

fn manifest(golden: &Path) -> Outcome<Vec<Value>> {
    let text = std::fs::read_to_string(golden.join("ops/manifest.json"))?;
    let mut manifest: Value = serde_json::from_str(&text)?;
    match manifest["cases"].take() {
        Value::Array(cases) if !cases.is_empty() => Ok(cases),
        _ => Err("the manifest lists no cases".into()),
    }
}

fn name(entry: &Value) -> &str {
    entry["name"].as_str().unwrap_or("a case without a name")
}

/// Runs one case of the manifest.
fn one(gpu: &Gpu, golden: &Path, entry: &Value) -> Outcome {
    let case = Case::load(golden, entry)?;
    let runner = runners::OPS.iter().find(|(op, _)| *op == case.op);
    let (_, run) = runner.ok_or_else(|| format!("no runner for the op {}", case.op))?;
    let mut checks = Checks::new(&case);
    run(gpu, &case, &mut checks)?;
    checks.finish()
}

/// A panic fails its case, not the whole run.
fn guarded<T>(f: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic");
        Err(format!("panicked: {text}").into())
    })
}
