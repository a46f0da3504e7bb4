//! The structure of the source, kept by reading it: which room may see which, how a module begins,
//! how long a file may be, and what stands only where it belongs. `plan.rs` is the plan, `scan.rs`
//! reads Rust, `check.rs` compares the two. Each finding names file and line.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod check;
mod plan;
mod scan;

use scan::Source;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below the folders that has one of the endings, sorted; absent folders hold none, and what
/// a build made is nobody's writing.
fn files(folders: &[&str], endings: &[&str]) -> Vec<PathBuf> {
    let mut open: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    let mut found = vec![];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.extend((!path.ends_with("target")).then_some(path));
            } else if path.extension().is_some_and(|e| endings.iter().any(|ending| e == *ending)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn named(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/")
}

fn sources() -> Vec<Source> {
    let paths = files(&["src"], &["rs"]);
    assert!(paths.len() > 2, "the source was not found: {paths:?}");
    paths.iter().map(|path| Source::new(&named(path), &fs::read_to_string(path).unwrap())).collect()
}

#[track_caller]
fn nothing(findings: Vec<String>) {
    assert!(findings.is_empty(), "\n  {}\n", findings.join("\n  "));
}

#[test]
fn rooms_see_only_the_rooms_below_them() {
    nothing(sources().iter().flat_map(check::directions).collect());
}

#[test]
fn no_circle_leads_from_a_module_back_to_itself() {
    nothing(check::circles(&check::edges(&sources())));
}

#[test]
fn every_module_begins_with_what_lives_there() {
    nothing(sources().iter().flat_map(check::beginning).collect());
}

#[test]
fn no_file_is_over_the_length_one_can_read() {
    let mut paths = files(&["src", "tests", "benches", "xtask", "shaders"], &["rs", "wgsl"]);
    paths.push(root().join("build.rs"));
    let texts = paths.iter().map(|path| (named(path), fs::read_to_string(path).unwrap()));
    nothing(texts.flat_map(|(path, text)| check::length(&path, &text)).collect());
}

#[test]
fn what_belongs_to_one_room_stands_only_there() {
    nothing(sources().iter().flat_map(check::places).collect());
}

#[test]
fn nothing_panics_on_what_it_is_given() {
    nothing(check::panics(&sources()));
}

#[test]
fn shaders_are_files_and_not_strings() {
    nothing(sources().iter().flat_map(check::shader_text).collect());
}
