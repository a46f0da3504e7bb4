//! Comparing the source with the plan. Each check hands back its findings, a line each.

use crate::plan::{self, LONGEST, PLACES, PLACES_OF_STD, ROOMS};
use crate::scan::Source;
use std::collections::{BTreeMap, BTreeSet};

/// A module that names another one below the same parent, and where.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Edge {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) place: String,
}

/// Paths that lead up the tower, into unknown rooms, or around them through the crate's root.
pub(crate) fn directions(source: &Source) -> Vec<String> {
    let module = source.module();
    let Some(room) = module.first().filter(|_| !plan::DOORS.contains(&source.path.as_str())) else {
        return vec![];
    };
    if !ROOMS.iter().any(|(name, _)| name == room) {
        return vec![format!("{}: the plan has no room `{room}`", source.path)];
    }
    let below = plan::below(room);
    let outside = |path: &crate::scan::Written| {
        let name = path.names.first()?.as_str();
        if name == *room || below.contains(name) {
            return None;
        }
        let why = if ROOMS.iter().any(|(other, _)| *other == name) {
            format!("`{room}` may not see `{name}`")
        } else {
            format!("`crate::{name}` names no room: say in which one it lies")
        };
        Some(format!("{}:{}: {why}", source.path, path.line))
    };
    source.crate_paths().iter().filter_map(outside).collect()
}

/// Who names whom, outside tests, at the first step where the two modules part: two rooms, or two
/// modules of one parent.
pub(crate) fn edges(sources: &[Source]) -> Vec<Edge> {
    let modules: BTreeSet<Vec<&str>> = sources.iter().map(Source::module).collect();
    let test_only: Vec<Vec<String>> = sources.iter().flat_map(Source::test_modules).collect();
    let mut edges = vec![];
    for source in sources {
        let from = source.module();
        if test_only.iter().any(|module| from.starts_with(&strs(module))) {
            continue;
        }
        for path in source.crate_paths() {
            let names = strs(&path.names);
            let longest = (1..=names.len()).rev().find(|n| modules.contains(&names[..*n]));
            let to = &names[..longest.unwrap_or(0)];
            let shared = from.iter().zip(to).take_while(|(a, b)| a == b).count();
            if shared < from.len() && shared < to.len() && !source.is_test(path.word) {
                edges.push(Edge {
                    from: from[..=shared].join("::"),
                    to: to[..=shared].join("::"),
                    place: format!("{}:{}", source.path, path.line),
                });
            }
        }
    }
    edges
}

fn strs(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

/// Each circle once, as the places that close it.
pub(crate) fn circles(edges: &[Edge]) -> Vec<String> {
    let mut next: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    for edge in edges {
        next.entry(&edge.from).or_default().entry(&edge.to).or_insert(&edge.place);
    }
    let mut done = BTreeSet::new();
    let mut found = vec![];
    for start in next.keys() {
        walk(start, &next, &mut vec![], &mut done, &mut found);
    }
    found
}

fn walk<'a>(
    at: &'a str,
    next: &BTreeMap<&'a str, BTreeMap<&'a str, &'a str>>,
    way: &mut Vec<(&'a str, &'a str)>,
    done: &mut BTreeSet<&'a str>,
    found: &mut Vec<String>,
) {
    if let Some(begin) = way.iter().position(|(name, _)| *name == at) {
        let steps = way[begin..].iter().map(|(name, place)| format!("{name} ({place})"));
        found.push(format!("{} -> {at}", steps.collect::<Vec<_>>().join(" -> ")));
    } else if !done.contains(at) {
        for (to, place) in next.get(at).into_iter().flatten() {
            way.push((at, place));
            walk(to, next, way, done, found);
            way.pop();
        }
        done.insert(at);
    }
}

pub(crate) fn beginning(source: &Source) -> Option<String> {
    let begins = source.text.starts_with("//!");
    (!begins).then(|| format!("{}: does not begin with `//!`: what lives here?", source.path))
}

pub(crate) fn length(path: &str, text: &str) -> Option<String> {
    let lines = text.lines().count();
    (lines > LONGEST).then(|| format!("{path}: {lines} lines, at most {LONGEST}"))
}

/// Names that stand outside the only folder for them.
pub(crate) fn places(source: &Source) -> Vec<String> {
    let mut found = vec![];
    for (name, folder, why) in PLACES {
        let words = source.words.iter().filter(|word| word.text == *name);
        let outside = words.filter(|_| !source.path.starts_with(folder));
        found.extend(outside.map(|word| format!("{}:{}: {name}: {why}", source.path, word.line)));
    }
    for path in source.std_paths() {
        let name = path.names.join("::");
        let of_it = |(place, _, _): &&(&str, &str, &str)| {
            name.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        };
        for (_, folder, why) in PLACES_OF_STD.iter().filter(of_it) {
            if !source.path.starts_with(folder) {
                found.push(format!("{}:{}: std::{name}: {why}", source.path, path.line));
            }
        }
    }
    found
}

/// `.unwrap()` and `.expect(` outside tests and test twins.
pub(crate) fn panics(sources: &[Source]) -> Vec<String> {
    let test_only: Vec<Vec<String>> = sources.iter().flat_map(Source::test_modules).collect();
    let mut found = vec![];
    for source in sources {
        let module = source.module();
        let spared = module.last() == Some(&"twin")
            || test_only.iter().any(|test| module.starts_with(&strs(test)));
        for (at, word) in source.words.iter().enumerate() {
            let panics = source.says(at, &[".", "unwrap", "(", ")"])
                || source.says(at, &[".", "expect", "("]);
            if panics && !spared && !source.is_test(at) {
                found.push(format!("{}:{}: panics; errors are values", source.path, word.line));
            }
        }
    }
    found
}

/// Shader text in a string literal.
pub(crate) fn shader_text(source: &Source) -> Vec<String> {
    let marks = ["@compute", "@group(", "var<storage", "var<uniform", "var<workgroup"];
    let shaders =
        source.strings.iter().filter(|text| marks.iter().any(|mark| text.text.contains(mark)));
    shaders.map(|text| format!("{}:{}: a shader in a string", source.path, text.line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source::new(path, text)
    }

    #[test]
    fn looking_up_the_tower_is_found_with_its_place() {
        let text = "//! x\nuse crate::tensor::Tensor;\nuse crate::platform;\n";
        let found = directions(&source("src/gpu/pool.rs", text));
        assert_eq!(found, ["src/gpu/pool.rs:2: `gpu` may not see `tensor`"]);
        let found = directions(&source("src/gpu/mod.rs", "use super::{nn::Layer, platform};"));
        assert_eq!(found, ["src/gpu/mod.rs:1: `gpu` may not see `nn`"]);
    }

    #[test]
    fn faces_see_values_and_not_the_engine() {
        let text = "use crate::protocol::Event;\nfn f(t: &crate::gpu::Device) {}";
        for room in ["report", "studio"] {
            let found = directions(&source(&format!("src/{room}/mod.rs"), text));
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].ends_with(&format!(":2: `{room}` may not see `gpu`")));
        }
    }

    #[test]
    fn tests_and_doors_are_read_as_they_are() {
        let text = "#[cfg(test)]\nmod tests { use crate::nn::Layer; }";
        assert_eq!(directions(&source("src/gpu/mod.rs", text)).len(), 1);
        assert!(directions(&source("src/lib.rs", "use crate::nn::Layer;")).is_empty());
    }

    #[test]
    fn unknown_rooms_and_ways_around_them_are_found() {
        assert_eq!(directions(&source("src/cellar/mod.rs", "//! x")).len(), 1);
        assert_eq!(directions(&source("src/gpu/mod.rs", "use crate::Error;")).len(), 1);
    }

    #[test]
    fn circles_are_found_between_rooms_and_inside_one() {
        let sources = [
            source("src/gpu/mod.rs", "mod a; mod b; mod c;"),
            source("src/gpu/a.rs", "use super::b::B;\nuse crate::gpu::c::C;"),
            source("src/gpu/b.rs", "fn f() { crate::gpu::a::g() }"),
            source("src/gpu/c.rs", "#[cfg(test)]\nmod tests { use crate::gpu::a::A; }"),
            source("src/nn/mod.rs", "use crate::nas::N;"),
            source("src/nas/mod.rs", "use crate::nn::M;"),
        ];
        let found = circles(&edges(&sources));
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(found[0], "gpu::a (src/gpu/a.rs:1) -> gpu::b (src/gpu/b.rs:1) -> gpu::a");
        assert!(found[1].starts_with("nas (src/nas/mod.rs:1) -> nn"), "{found:?}");
        assert!(circles(&edges(&sources[..2])).is_empty());
    }

    #[test]
    fn a_module_without_a_beginning_and_a_file_too_long_are_found() {
        assert!(beginning(&source("src/gpu/a.rs", "// not a module's\n")).is_some());
        assert!(beginning(&source("src/gpu/a.rs", "//! Pools.\n")).is_none());
        assert!(length("a.wgsl", &"x\n".repeat(LONGEST)).is_none());
        assert!(length("a.wgsl", &"x\n".repeat(LONGEST + 1)).is_some());
    }

    #[test]
    fn what_belongs_to_the_platform_is_found_elsewhere() {
        let text = "#[cfg(target_arch = \"wasm32\")]\nuse std::time::{Duration, Instant};";
        assert!(places(&source("src/platform/native.rs", text)).is_empty());
        assert_eq!(places(&source("src/gpu/mod.rs", text)).len(), 2);
        assert!(places(&source("src/gpu/mod.rs", "use web_time::Instant;")).is_empty());
    }

    #[test]
    fn unwraps_are_found_outside_tests_and_twins() {
        let text = "fn f() { a.unwrap();\n b\n .expect(\"c\"); d.unwrap_or(0); }\n\
                    #[cfg(test)]\nmod tests { fn g() { a.unwrap() } }\n#[cfg(test)]\nmod slow;";
        let parent = || source("src/ops/conv/mod.rs", text);
        assert_eq!(panics(&[parent()]).len(), 2);
        let slow = source("src/ops/conv/slow.rs", "fn h() { a.unwrap() }");
        assert_eq!(panics(&[parent(), slow]).len(), 2);
        assert!(panics(&[source("src/ops/conv/twin.rs", text)]).is_empty());
    }

    #[test]
    fn a_shader_in_a_string_is_found_and_in_a_comment_not() {
        let shader = "const S: &str = r\"@compute @workgroup_size(64)\nfn main() {}\";";
        assert_eq!(shader_text(&source("src/ops/a.rs", shader)).len(), 1);
        assert!(shader_text(&source("src/ops/a.rs", "// @compute\n")).is_empty());
    }
}
