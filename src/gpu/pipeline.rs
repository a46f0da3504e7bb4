//! Compute pipelines, made once per kernel and set of override constants.

use std::collections::HashMap;
use std::rc::Rc;

use super::shader::{Access, Shader, Words};
use super::texels;

/// A pipeline with the layout of its only bind group.
#[derive(Debug)]
pub(super) struct Pipeline {
    pub(super) id: u64,
    pub(super) raw: wgpu::ComputePipeline,
    pub(super) layout: wgpu::BindGroupLayout,
}

/// A pipeline and the layout of its only bind group.
type Made = (wgpu::ComputePipeline, wgpu::BindGroupLayout);

/// What a pipeline is kept by.
pub(super) type Key = (&'static str, Words, Vec<(&'static str, u64)>);

/// The pipelines of one device.
#[derive(Debug, Default)]
pub(super) struct Pipelines {
    made: HashMap<Key, Rc<Pipeline>>,
    modules: HashMap<(&'static str, Words), wgpu::ShaderModule>,
}

impl Pipelines {
    pub(super) fn len(&self) -> usize {
        self.made.len()
    }

    pub(super) fn has(
        &self,
        shader: &Shader,
        words: Words,
        constants: &[(&'static str, f64)],
    ) -> bool {
        self.made.contains_key(&key(shader, words, constants))
    }

    pub(super) fn get(
        &mut self,
        device: &wgpu::Device,
        shader: &'static Shader,
        words: Words,
        constants: &[(&'static str, f64)],
    ) -> Rc<Pipeline> {
        let key = key(shader, words, constants);
        if let Some(p) = self.made.get(&key) {
            return p.clone();
        }
        let made = self.make(device, shader, words, constants);
        self.keep(key, made)
    }

    /// Keeps what was made for a kernel, unless there is one by now.
    pub(super) fn keep(&mut self, key: Key, (raw, layout): Made) -> Rc<Pipeline> {
        let id = self.made.len() as u64;
        self.made.entry(key).or_insert_with(|| Rc::new(Pipeline { id, raw, layout })).clone()
    }

    /// Makes a kernel's pipeline, with one call of the device for that.
    pub(super) fn make(
        &mut self,
        device: &wgpu::Device,
        shader: &'static Shader,
        words: Words,
        constants: &[(&'static str, f64)],
    ) -> Made {
        let kept = self.modules.entry((shader.name, words));
        let module = kept.or_insert_with(|| module(device, shader, words)).clone();
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some(shader.name),
            entries: &entries(shader, words),
        });
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some(shader.name),
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let raw = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(shader.name),
            layout: Some(&pipeline_layout),
            module: &module,
            entry_point: Some(shader.entry),
            compilation_options: wgpu::PipelineCompilationOptions {
                constants,
                // Kernels write workgroup memory before they read it.
                zero_initialize_workgroup_memory: false,
            },
            cache: None,
        });
        (raw, layout)
    }
}

pub(super) fn key(shader: &Shader, words: Words, constants: &[(&'static str, f64)]) -> Key {
    (shader.name, words, constants.iter().map(|(n, v)| (*n, v.to_bits())).collect())
}

fn entries(shader: &Shader, words: Words) -> Vec<wgpu::BindGroupLayoutEntry> {
    let buffer = |ty, binding| wgpu::BindingType::Buffer {
        ty,
        has_dynamic_offset: binding == 0,
        min_binding_size: None,
    };
    let storage = |read_only| wgpu::BufferBindingType::Storage { read_only };
    let kinds = shader.bindings.iter().zip(1..).map(|(access, binding)| match access {
        access if access.is_texture(words) => texels::BINDING,
        Access::Bulk(_) | Access::Read => buffer(storage(true), binding),
        Access::Write => buffer(storage(false), binding),
    });
    std::iter::once(buffer(wgpu::BufferBindingType::Uniform, 0))
        .chain(kinds)
        .zip(0..)
        .map(|(ty, binding)| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty,
            count: None,
        })
        .collect()
}

/// Compiles the module with bounds checks but without wgpu's counter in every loop, which costs a
/// tenth of a matrix product.
#[allow(unsafe_code)]
fn module(device: &wgpu::Device, shader: &Shader, words: Words) -> wgpu::ShaderModule {
    let desc = wgpu::ShaderModuleDescriptor {
        label: Some(shader.name),
        source: wgpu::ShaderSource::Wgsl(shader.text(words).into()),
    };
    let mut checks = wgpu::ShaderRuntimeChecks::checked();
    checks.force_loop_bounding = false;
    // SAFETY: the only check given up is the one against infinite loops, and the kernels are files
    // of this project whose loops all count up to a bound; accesses stay checked.
    unsafe { device.create_shader_module_trusted(desc, checks) }
}
