//! Every kernel as naga sees it: valid under WebGPU's default limits, laid out as its Rust `Params`,
//! translatable for Vulkan, Metal and DirectX, and headed by what a reader needs.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::borrow::Cow;
use std::path::Path;

use naga::back::pipeline_constants::process_overrides;
use naga::back::{PipelineConstants, hlsl, msl, spv};
use naga::proc::Layouter;
use naga::valid::{Capabilities, ModuleInfo, ValidationFlags, Validator};
use naga::{AddressSpace, Module, Scalar, ShaderStage, StorageAccess, TypeInner};
use sgnas::gpu::{Access, Shader, Words, shaders};

const MAX_INVOCATIONS: u32 = 256;
const MAX_WORKGROUP_BYTES: u32 = 16 << 10;
const MAX_STORAGE_BUFFERS: usize = 8;

fn parse(s: &Shader) -> Result<(Module, ModuleInfo), String> {
    parse_with(s, Words::Plain)
}

fn parse_with(s: &Shader, words: Words) -> Result<(Module, ModuleInfo), String> {
    let text = s.text(words);
    let module = naga::front::wgsl::parse_str(&text).map_err(|e| e.emit_to_string(&text))?;
    let mut capabilities = Capabilities::empty();
    capabilities.set(Capabilities::SUBGROUP, s.subgroups);
    capabilities.set(Capabilities::SHADER_INT64, words == Words::Wide);
    let info = Validator::new(ValidationFlags::all(), capabilities)
        .validate(&module)
        .map_err(|e| e.emit_to_string(&text))?;
    Ok((module, info))
}

/// The module with every override at its default, as a pipeline without constants is made.
fn resolved<'a>(
    module: &'a Module,
    info: &'a ModuleInfo,
) -> Result<(Cow<'a, Module>, Cow<'a, ModuleInfo>), String> {
    process_overrides(module, info, None, &PipelineConstants::default()).map_err(|e| e.to_string())
}

/// Runs `check` on every kernel and fails with all complaints at once.
fn every_kernel(check: impl Fn(&Shader) -> Result<(), String>) {
    assert!(!shaders::ALL.is_empty(), "no kernel was found");
    let bad: Vec<_> = shaders::ALL
        .iter()
        .filter_map(|s| Some(format!("{}: {}", s.name, check(s).err()?)))
        .collect();
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

fn ensure(ok: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    if ok { Ok(()) } else { Err(why()) }
}

#[test]
fn every_kernel_is_valid_with_one_entry_point_named_after_it() {
    every_kernel(|s| {
        let (module, _) = parse(s)?;
        let names: Vec<_> = module.entry_points.iter().map(|e| (&*e.name, e.stage)).collect();
        let file = s.name.rsplit('/').next().unwrap();
        ensure(s.entry == file && names == [(file, ShaderStage::Compute)], || {
            format!("entry points {names:?}, the file is {file}")
        })
    });
}

#[test]
fn every_kernel_fits_the_default_limits_of_webgpu() {
    every_kernel(|s| {
        let (module, info) = parse(s)?;
        let (module, _) = resolved(&module, &info)?;
        let [x, y, z] = module.entry_points[0].workgroup_size;
        ensure(x * y * z <= MAX_INVOCATIONS && x >= y && x >= z, || {
            format!("workgroup {x}x{y}x{z}: at most {MAX_INVOCATIONS}, x the long side")
        })?;
        let mut layouter = Layouter::default();
        layouter.update(module.to_ctx()).map_err(|e| e.to_string())?;
        let globals = module.global_variables.iter().map(|(_, g)| g);
        let shared = globals.filter(|g| g.space == AddressSpace::WorkGroup);
        let bytes: u32 = shared.map(|g| layouter[g.ty].size.next_multiple_of(16)).sum();
        ensure(bytes <= MAX_WORKGROUP_BYTES, || format!("{bytes} bytes of workgroup memory"))
    });
}

#[test]
fn bindings_are_numbered_without_gaps_and_used_as_declared() {
    every_kernel(|s| {
        let (module, _) = parse(s)?;
        let mut found: Vec<_> = module
            .global_variables
            .iter()
            .filter_map(|(_, g)| Some((g.binding.as_ref()?, g.space)))
            .map(|(b, space)| ((b.group, b.binding), space))
            .collect();
        found.sort_by_key(|(at, _)| *at);
        let storage = |a: &Access| match a {
            Access::Read | Access::Bulk(_) => StorageAccess::LOAD,
            Access::Write => StorageAccess::LOAD | StorageAccess::STORE,
        };
        let spaces = s.bindings.iter().map(|a| AddressSpace::Storage { access: storage(a) });
        let wanted: Vec<_> = std::iter::once(AddressSpace::Uniform)
            .chain(spaces)
            .zip(0..)
            .map(|(space, i)| ((0, i), space))
            .collect();
        ensure(s.bindings.len() <= MAX_STORAGE_BUFFERS, || {
            format!("{} storage buffers, WebGPU grants {MAX_STORAGE_BUFFERS}", s.bindings.len())
        })?;
        ensure(found == wanted, || format!("naga sees {found:?}, the host binds {wanted:?}"))
    });
}

#[test]
fn params_lie_in_rust_as_in_the_shader() {
    every_kernel(|s| {
        let (module, _) = parse(s)?;
        let (_, params) = module
            .global_variables
            .iter()
            .find(|(_, g)| g.space == AddressSpace::Uniform)
            .ok_or("no uniform")?;
        let ty = &module.types[params.ty];
        let TypeInner::Struct { members, span } = &ty.inner else {
            return Err("the uniform is no struct".into());
        };
        let seen: Vec<_> = members
            .iter()
            .map(|m| {
                let kind = match module.types[m.ty].inner {
                    TypeInner::Scalar(Scalar::U32) => "u32",
                    TypeInner::Scalar(Scalar::I32) => "i32",
                    TypeInner::Scalar(Scalar::F32) => "f32",
                    _ => "another type",
                };
                (m.name.clone().unwrap_or_default(), kind, m.offset as usize)
            })
            .collect();
        let host: Vec<_> =
            s.fields.iter().map(|f| (f.name.to_string(), f.kind, f.offset)).collect();
        ensure(ty.name.as_deref() == Some("Params"), || format!("it is called {:?}", ty.name))?;
        ensure(seen == host, || format!("naga sees {seen:?}, Rust has {host:?}"))?;
        ensure(*span as usize == s.params_size, || {
            format!("{span} bytes in the shader, {} in Rust", s.params_size)
        })?;
        // The ring gives 256 bytes to a dispatch.
        ensure(s.params_size <= 256, || format!("{} bytes of parameters", s.params_size))
    });
}

#[test]
fn every_kernel_translates_for_vulkan_metal_and_directx() {
    every_kernel(|s| {
        let (module, info) = parse(s)?;
        let (module, info) = resolved(&module, &info)?;
        // Subgroups came with SPIR-V 1.3, which every Vulkan 1.1 driver takes.
        let options = spv::Options { lang_version: (1, 3), ..Default::default() };
        let words =
            spv::write_vec(&module, &info, &options, None).map_err(|e| format!("SPIR-V: {e}"))?;
        ensure(words.first() == Some(&0x0723_0203), || "SPIR-V has no magic number".into())?;
        let options = msl::Options { lang_version: (2, 0), ..Default::default() };
        let (text, done) =
            msl::write_string(&module, &info, &options, &msl::PipelineOptions::default())
                .map_err(|e| format!("MSL: {e}"))?;
        ensure(done.entry_point_names.iter().all(Result::is_ok), || {
            format!("MSL: {:?}", done.entry_point_names)
        })?;
        ensure(text.contains("kernel void"), || "MSL has no kernel".into())?;
        let options = hlsl::Options { shader_model: hlsl::ShaderModel::V6_0, ..Default::default() };
        let mut text = String::new();
        let pipeline = hlsl::PipelineOptions::default();
        let done = hlsl::Writer::new(&mut text, &options, &pipeline)
            .write(&module, &info, None)
            .map_err(|e| format!("HLSL: {e}"))?;
        ensure(done.entry_point_names.iter().all(Result::is_ok), || {
            format!("HLSL: {:?}", done.entry_point_names)
        })?;
        ensure(text.contains("numthreads"), || "HLSL has no kernel".into())
    });
}

#[test]
fn every_kernel_is_valid_and_translates_for_vulkan_with_wide_words() {
    every_kernel(|s| {
        let (module, info) = parse_with(s, Words::Wide)?;
        let (module, info) = resolved(&module, &info)?;
        let options = spv::Options { lang_version: (1, 3), ..Default::default() };
        spv::write_vec(&module, &info, &options, None).map(drop).map_err(|e| format!("SPIR-V: {e}"))
    });
}

#[test]
fn every_kernel_file_has_a_header_that_names_its_host() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    every_kernel(|s| {
        let file = root.join("shaders").join(s.file);
        let text = std::fs::read_to_string(&file).map_err(|e| format!("{file:?}: {e}"))?;
        let header: Vec<_> = text.lines().map_while(|l| l.strip_prefix("//!")).collect();
        let header = header.join(" ");
        let host =
            header.split_once("Host: ").ok_or("its `//!` header names no `Host: src/...`")?.1;
        let path = host.split_whitespace().next().unwrap_or("").trim_end_matches(['.', ',']);
        ensure(path.starts_with("src/") && root.join(path).is_file(), || {
            format!("its header names {path:?}, which is no file")
        })
    });
}

#[test]
fn the_checks_refuse_a_kernel_that_reads_what_it_does_not_declare() {
    let broken = Shader {
        name: "broken/broken",
        file: "broken/broken.wgsl",
        entry: "broken",
        wgsl: "@compute @workgroup_size(1) fn broken() { let x = missing[0]; }",
        bindings: &[],
        params_size: 0,
        fields: &[],
        subgroups: false,
    };
    assert!(parse(&broken).is_err());
}
