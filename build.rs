//! Turns `shaders/**/*.wgsl` into Rust: for each kernel its text (with the shared functions it
//! asks for), its bindings and a `Params` struct with the members of the WGSL one, so that the two
//! cannot drift apart. A test holds the result against naga's own view of every shader.

// A build script fails by panicking; its messages reach whoever builds.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo:rerun-if-changed=shaders");
    println!("cargo:rerun-if-changed=build.rs");
    let root = PathBuf::from("shaders");
    let mut families: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for family in sorted(&root).into_iter().filter(|p| p.is_dir() && !p.ends_with("lib")) {
        let files: Vec<_> = sorted(&family)
            .into_iter()
            .filter(|p| p.extension().is_some_and(|e| e == "wgsl"))
            .flat_map(|p| kernels(&root, &p))
            .collect();
        families.insert(stem(&family), files);
    }
    let mut out = String::new();
    let mut all = String::new();
    for (family, kernels) in &families {
        writeln!(out, "/// Kernels of `shaders/{family}`.\npub mod {family} {{").unwrap();
        for k in kernels {
            let (name, code) = k.split_once('\n').unwrap();
            out.push_str(code);
            writeln!(all, "    &{family}::{name}::SHADER,").unwrap();
        }
        out.push_str("}\n");
    }
    for lib in [
        "quads_plain",
        "quads_wide",
        "unaligned",
        "bulk_quads",
        "bulk_texels",
        "bulk_pairs",
        "bulk_rows_pairs",
        "bulk_rows_texels",
    ] {
        let text = fs::read_to_string(root.join("lib").join(lib).with_extension("wgsl")).unwrap();
        let name = lib.to_uppercase();
        writeln!(out, "/// `shaders/lib/{lib}.wgsl`.\npub const {name}: &str = {text:?};").unwrap();
    }
    writeln!(out, "/// Every kernel there is.\npub static ALL: &[&Shader] = &[\n{all}];").unwrap();
    let path = Path::new(&env::var("OUT_DIR").unwrap()).join("shaders.rs");
    fs::write(path, out).unwrap();
}

fn sorted(dir: &Path) -> Vec<PathBuf> {
    let mut v: Vec<_> = fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    v.sort();
    v
}

fn stem(p: &Path) -> String {
    p.file_stem().unwrap().to_string_lossy().into_owned()
}

/// The kernels of a file: its own, whose `array<single>` is stored to value by value, and where it
/// names one after `//! in pairs: `, the same that stores pairs.
fn kernels(root: &Path, path: &Path) -> Vec<String> {
    let name = stem(path);
    let own = fs::read_to_string(path).unwrap();
    let mut all = vec![kernel(root, path, &name, &own, "stores_singles")];
    if let Some(paired) = own.lines().find_map(|line| line.strip_prefix("//! in pairs: ")) {
        let text = own.replace(&format!("fn {name}("), &format!("fn {paired}("));
        all.push(kernel(root, path, paired, &text, "stores_pairs"));
    }
    all
}

/// The kernel's name on the first line, its Rust module after it.
fn kernel(root: &Path, path: &Path, name: &str, own: &str, stores: &str) -> String {
    let family = stem(path.parent().unwrap());
    let mut text = String::new();
    for line in own.lines() {
        if let Some(libs) = line.strip_prefix("//! use ") {
            for lib in libs.split_whitespace() {
                let p = root.join("lib").join(format!("{lib}.wgsl"));
                text += &fs::read_to_string(&p).unwrap_or_else(|_| panic!("{path:?}: no {p:?}"));
            }
        }
    }
    // WGSL knows no inner doc comments: the header becomes a plain comment.
    // What is read in bulk is declared by `Shader::text`.
    for line in own.lines().filter(|line| !is_bulk(line)) {
        match single(line) {
            Some((number, name)) => {
                let p = root.join("lib").join(format!("{stores}.wgsl"));
                let stores = fs::read_to_string(p).unwrap();
                text += &stores.replace("NUMBER", number).replace("NAME", name);
            }
            None => text += &line.replace("//!", "//"),
        }
        text += "\n";
    }
    let params = members(own, path);
    let mut o = format!("{name}\n");
    writeln!(o, "/// Kernel `{family}/{name}`.\npub mod {name} {{\nuse crate::gpu::{{Access, Field, Shader}};").unwrap();
    writeln!(o, "/// Uniform parameters, member by member those of the shader.").unwrap();
    writeln!(o, "#[repr(C)]\n#[derive(Clone, Copy, Debug, Default, bytemuck::Pod, bytemuck::Zeroable)]\n#[allow(missing_docs)]\npub struct Params {{").unwrap();
    for (m, t) in &params {
        writeln!(o, "    pub {m}: {t},").unwrap();
    }
    writeln!(o, "}}\n/// The kernel's text and interface.\npub static SHADER: Shader = Shader {{")
        .unwrap();
    writeln!(o, "    name: \"{family}/{name}\",\n    file: \"{family}/{}.wgsl\",", stem(path))
        .unwrap();
    writeln!(o, "    entry: \"{name}\",\n    wgsl: {text:?},").unwrap();
    writeln!(o, "    bindings: &[{}],", accesses(own).join(", ")).unwrap();
    writeln!(o, "    params_size: size_of::<Params>(),\n    fields: &[").unwrap();
    for (m, t) in &params {
        writeln!(o, "        Field {{ name: \"{m}\", kind: \"{t}\", offset: std::mem::offset_of!(Params, {m}) }},").unwrap();
    }
    writeln!(o, "    ],\n    subgroups: {},\n}};\n}}", text.contains("subgroup")).unwrap();
    o
}

/// Whether a line declares what the kernel reads in bulk.
fn is_bulk(line: &str) -> bool {
    line.contains("var<storage, read> ")
        && [": array<texel>;", ": array<pair>;", ": array<rows>;"].iter().any(|e| line.ends_with(e))
}

/// Number and name of a binding of values that are stored one by one or in pairs.
fn single(line: &str) -> Option<(&str, &str)> {
    let of = line.strip_prefix("@group(0) @binding(")?.strip_suffix(": array<single>;")?;
    of.split_once(") var<storage, read_write> ")
}

/// Members of `struct Params`, one a line: `name: type,`.
fn members(text: &str, path: &Path) -> Vec<(String, String)> {
    let body = text.split("struct Params {").nth(1).and_then(|t| t.split('}').next());
    let body = body.unwrap_or_else(|| panic!("{path:?} has no `struct Params {{`"));
    let code = body.lines().map(|l| l.split("//").next().unwrap_or(""));
    let all: String = code.collect();
    all.split(',')
        .filter(|s| !s.trim().is_empty())
        .map(|s| {
            let (n, t) = s.split_once(':').unwrap_or_else(|| panic!("{path:?}: odd member {s}"));
            let t = t.trim();
            assert!(
                ["u32", "i32", "f32"].contains(&t),
                "{path:?}: Params holds only u32, i32, f32"
            );
            (n.trim().to_string(), t.to_string())
        })
        .collect()
}

/// Storage bindings in order of their number, which starts at 1 (0 is `Params`).
fn accesses(text: &str) -> Vec<String> {
    let mut found = BTreeMap::new();
    for part in text.split("@binding(").skip(1) {
        let number: u32 = part.split(')').next().unwrap().trim().parse().unwrap();
        let rest = part.split_once("var<").unwrap().1.split(';').next().unwrap();
        let (space, of) = rest.split_once('>').unwrap();
        let (name, kind) = of.split_once(':').unwrap();
        let (name, kind) = (name.trim(), kind.trim());
        let bulk = |unit: &str| {
            let unit = format!("crate::gpu::Unit::{unit}");
            let members = format!("name: {name:?}, binding: \"{number}\", unit: {unit}");
            format!("Access::Bulk(crate::gpu::Bulk {{ {members} }})")
        };
        let access = match (space.replace(' ', "").as_str(), kind) {
            ("storage,read", "array<texel>") => bulk("Texel"),
            ("storage,read", "array<pair>") => bulk("Pair"),
            ("storage,read", "array<rows>") => bulk("Row"),
            ("storage,read", _) => "Access::Read".to_string(),
            ("storage,read_write", _) => "Access::Write".to_string(),
            _ => continue,
        };
        found.insert(number, access);
    }
    found.into_values().collect()
}
