//! What the project is built from: one version of each library that must not come twice, and
//! permissive licences only, over the whole resolved tree: every system, builds and tests included.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// Two of one of these would mean types that do not fit together, or a build twice as long.
const ONCE: &[&str] = &["wgpu", "naga", "egui", "winit"];

/// SPDX identifiers that oblige us to no more than naming the authors.
const PERMISSIVE: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    // Of fonts: a program that holds one is free of them; only the font itself keeps its licence.
    "OFL-1.1",
    "Ubuntu-font-1.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// A package of the tree.
struct Package {
    name: String,
    version: String,
    /// The SPDX expression; empty where the package states none.
    licence: String,
}

/// What cargo tells. The lock file is kept as it is; the network is asked only where packages of
/// other systems have not been fetched yet.
fn cargo(words: &[&str]) -> Vec<u8> {
    let ask = |offline: &[&str]| {
        Command::new(env!("CARGO"))
            .args(words)
            .arg("--locked")
            .args(offline)
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
            .output()
            .expect("cargo runs")
    };
    let mut output = ask(&["--offline"]);
    if !output.status.success() {
        output = ask(&[]);
    }
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {} failed: {error}", words[0]);
    output.stdout
}

/// The resolved tree.
fn packages() -> Vec<Package> {
    let metadata: Value =
        serde_json::from_slice(&cargo(&["metadata", "--format-version", "1"])).unwrap();
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    let resolved: BTreeSet<&str> = nodes.iter().map(|node| node["id"].as_str().unwrap()).collect();
    let all = metadata["packages"].as_array().unwrap().iter();
    all.filter(|package| resolved.contains(package["id"].as_str().unwrap()))
        .map(|package| {
            let field = |name: &str| package[name].as_str().unwrap_or_default().to_owned();
            Package { name: field("name"), version: field("version"), licence: field("license") }
        })
        .collect()
}

/// The names that come in several versions, of those that may not, with the versions.
fn doubles(packages: &[Package]) -> Vec<String> {
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in packages.iter().filter(|package| ONCE.contains(&package.name.as_str())) {
        versions.entry(&package.name).or_default().push(&package.version);
    }
    let doubles = versions.iter().filter(|(_, versions)| versions.len() > 1);
    doubles.map(|(name, versions)| format!("{name}: {}", versions.join(", "))).collect()
}

/// The packages whose licence is not permissive, or not understood.
fn restrictive(packages: &[Package]) -> Vec<String> {
    let judge = |package: &Package| match is_permissive(&package.licence) {
        Ok(true) => None,
        Ok(false) => Some("is not on the list".to_owned()),
        Err(why) => Some(why),
    };
    packages
        .iter()
        .filter_map(|package| {
            let why = judge(package)?;
            Some(format!("{} {}: `{}` {why}", package.name, package.version, package.licence))
        })
        .collect()
}

/// Whether an SPDX expression lets us choose permissive licences alone. `A/B` is the old form of
/// `A OR B`.
fn is_permissive(expression: &str) -> Result<bool, String> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let verdict = either(&words, &mut at)?;
    if at == words.len() {
        Ok(verdict)
    } else {
        Err(format!("is not understood from `{}` on", words[at]))
    }
}

fn either(words: &[&str], at: &mut usize) -> Result<bool, String> {
    let mut verdict = both(words, at)?;
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        verdict |= both(words, at)?;
    }
    Ok(verdict)
}

fn both(words: &[&str], at: &mut usize) -> Result<bool, String> {
    let mut verdict = single(words, at)?;
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        verdict &= single(words, at)?;
    }
    Ok(verdict)
}

fn single(words: &[&str], at: &mut usize) -> Result<bool, String> {
    let word = *words.get(*at).ok_or("ends too soon")?;
    *at += 1;
    if word == "(" {
        let verdict = either(words, at)?;
        if words.get(*at) != Some(&")") {
            return Err("lacks a closing bracket".to_owned());
        }
        *at += 1;
        return Ok(verdict);
    }
    if matches!(word, ")" | "OR" | "AND" | "WITH") {
        return Err(format!("is not understood at `{word}`"));
    }
    if words.get(*at) != Some(&"WITH") {
        return Ok(PERMISSIVE.contains(&word));
    }
    let exception = words.get(*at + 1).ok_or("ends too soon")?;
    *at += 2;
    Ok(PERMISSIVE.contains(&format!("{word} WITH {exception}").as_str()))
}

#[test]
fn the_tree_holds_one_version_of_what_must_not_come_twice() {
    let packages = packages();
    assert!(packages.iter().any(|package| package.name == "wgpu"), "the tree was not read");
    let doubles = doubles(&packages);
    assert!(doubles.is_empty(), "\n  {}\n", doubles.join("\n  "));
}

#[test]
fn every_licence_in_the_tree_is_permissive() {
    let packages = packages();
    assert!(packages.len() > 50, "the tree was not read: {} packages", packages.len());
    let restrictive = restrictive(&packages);
    assert!(restrictive.is_empty(), "\n  {}\n", restrictive.join("\n  "));
}

#[test]
fn the_library_by_itself_has_no_windows_and_no_command_line() {
    let words = ["tree", "--package", "sgnas", "--no-default-features", "--edges", "normal,build"];
    let told = cargo(&[&words[..], &["--target", "all", "--prefix", "none"]].concat());
    let told = String::from_utf8(told).unwrap();
    let names: BTreeSet<&str> = told.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains("wgpu"), "the tree was not read: {told}");
    let windows = ["egui", "eframe", "egui-wgpu", "egui_plot", "winit", "rfd", "clap"];
    let found: Vec<_> = windows.iter().filter(|name| names.contains(*name)).collect();
    assert!(found.is_empty(), "{found:?}");
}

mod the_checks_themselves {
    use super::*;

    fn package(name: &str, version: &str, licence: &str) -> Package {
        Package { name: name.into(), version: version.into(), licence: licence.into() }
    }

    #[test]
    fn a_choice_needs_one_permissive_side_and_a_sum_needs_both() {
        for (expression, verdict) in [
            ("MIT", true),
            ("GPL-3.0-only", false),
            ("MIT OR Apache-2.0", true),
            ("MIT/Apache-2.0", true),
            ("GPL-3.0-only OR MIT", true),
            ("GPL-3.0-only AND MIT", false),
            ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
            ("MIT OR GPL-3.0-only AND LGPL-2.1-only", true),
            ("(MIT OR GPL-3.0-only) AND LGPL-2.1-only", false),
            ("Apache-2.0 WITH LLVM-exception", true),
            ("MIT WITH LLVM-exception", false),
            ("GPL-2.0-only WITH Classpath-exception-2.0 OR ISC", true),
        ] {
            assert_eq!(is_permissive(expression), Ok(verdict), "{expression}");
        }
    }

    #[test]
    fn what_is_no_licence_expression_is_an_error() {
        for expression in ["", "MIT OR", "(MIT", "MIT)", "MIT Apache-2.0", "AND MIT", "MIT WITH"] {
            assert!(is_permissive(expression).is_err(), "{expression}");
        }
    }

    #[test]
    fn offenders_are_named_with_their_versions() {
        let packages = [
            package("wgpu", "29.0.0", "MIT"),
            package("wgpu", "30.0.1", "MIT"),
            package("rand", "0.9.0", "MIT"),
            package("rand", "0.10.0", "GPL-3.0-only"),
            package("nameless", "1.0.0", ""),
        ];
        assert_eq!(doubles(&packages), ["wgpu: 29.0.0, 30.0.1"]);
        let restrictive = restrictive(&packages);
        assert_eq!(restrictive.len(), 2, "{restrictive:?}");
        assert!(restrictive[0].starts_with("rand 0.10.0: `GPL-3.0-only`"));
        assert!(restrictive[1].starts_with("nameless 1.0.0"));
    }
}
