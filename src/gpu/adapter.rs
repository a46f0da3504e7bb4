//! The adapters of the machine, and the choice among them.

use std::sync::OnceLock;

use serde::Serialize;

use super::GpuError;

/// Which adapter to open.
#[derive(Clone, Debug, Default)]
pub enum AdapterChoice {
    /// The fastest there is: discrete, then integrated, then software.
    #[default]
    Best,
    /// The first whose name contains these words (case does not matter).
    Named(String),
    /// The one at this place of `sgnas devices`.
    Index(usize),
}

/// An adapter as a person wants to see it.
#[derive(Clone, Debug, Serialize)]
pub struct AdapterReport {
    /// Marketing name.
    pub name: String,
    /// vulkan, metal, dx12, webgpu.
    pub backend: String,
    /// discrete, integrated, virtual, software, other.
    pub kind: &'static str,
    /// Driver and its version.
    pub driver: String,
    /// Limits that matter here, in units or bytes.
    pub limits: Vec<(&'static str, u64)>,
    /// Optional features: name, there or not, what we do with it.
    pub features: Vec<(&'static str, bool, &'static str)>,
}

impl AdapterReport {
    /// What measurements of an adapter are kept by: another driver or other kernels of ours have other
    /// speeds.
    pub fn identity(&self) -> String {
        let (backend, version) = (&self.backend, env!("CARGO_PKG_VERSION"));
        format!("{}, {backend}, {}, sgnas {version}", self.name, self.driver)
    }
}

/// The one connection of this process to the drivers: some do not bear it that one is opened while
/// another thread closes its own.
pub(crate) fn instance() -> &'static wgpu::Instance {
    static INSTANCE: OnceLock<wgpu::Instance> = OnceLock::new();
    let describe = wgpu::InstanceDescriptor::new_without_display_handle;
    INSTANCE.get_or_init(|| wgpu::Instance::new(describe()))
}

pub(crate) fn kind(info: &wgpu::AdapterInfo) -> &'static str {
    match info.device_type {
        wgpu::DeviceType::DiscreteGpu => "discrete",
        wgpu::DeviceType::IntegratedGpu => "integrated",
        wgpu::DeviceType::VirtualGpu => "virtual",
        wgpu::DeviceType::Cpu => "software",
        wgpu::DeviceType::Other => "other",
    }
}

fn rank(info: &wgpu::AdapterInfo) -> u32 {
    match info.device_type {
        wgpu::DeviceType::DiscreteGpu => 0,
        wgpu::DeviceType::IntegratedGpu => 1,
        wgpu::DeviceType::VirtualGpu => 2,
        wgpu::DeviceType::Other => 3,
        wgpu::DeviceType::Cpu => 4,
    }
}

async fn sorted(instance: &wgpu::Instance) -> Vec<wgpu::Adapter> {
    let mut all = instance.enumerate_adapters(wgpu::Backends::all()).await;
    all.sort_by_key(|a| rank(&a.get_info()));
    all
}

/// The adapters, best first: the order of [`AdapterChoice::Index`].
pub async fn list_adapters() -> Vec<AdapterReport> {
    sorted(instance()).await.iter().map(report).collect()
}

pub(crate) async fn choose(
    instance: &wgpu::Instance,
    choice: &AdapterChoice,
) -> Result<wgpu::Adapter, GpuError> {
    let mut all = sorted(instance).await;
    let at = match choice {
        AdapterChoice::Best => 0,
        AdapterChoice::Index(i) => *i,
        AdapterChoice::Named(words) => {
            let words = words.to_lowercase();
            let hit = all.iter().position(|a| a.get_info().name.to_lowercase().contains(&words));
            hit.ok_or_else(|| GpuError::NoAdapter(format!(" is called {words:?}")))?
        }
    };
    if at >= all.len() {
        return Err(GpuError::NoAdapter(match choice {
            AdapterChoice::Index(i) => format!(" number {i}"),
            _ => " was found".to_string(),
        }));
    }
    Ok(all.swap_remove(at))
}

/// Whether the kernels that share values among subgroups of eight invocations run here.
pub(crate) fn has_subgroups_of_eight(adapter: &wgpu::Adapter) -> bool {
    let info = adapter.get_info();
    adapter.features().contains(wgpu::Features::SUBGROUP)
        && info.subgroup_min_size == 8
        && info.subgroup_max_size == 8
}

pub(crate) fn report(adapter: &wgpu::Adapter) -> AdapterReport {
    let (info, l, f) = (adapter.get_info(), adapter.limits(), adapter.features());
    let has = |x| f.contains(x);
    let software = kind(&info) == "software";
    let used =
        |used: bool, by: &'static str, why_not: &'static str| if used { by } else { why_not };
    AdapterReport {
        // Browsers often keep it to themselves.
        name: if info.name.is_empty() { "WebGPU adapter".to_owned() } else { info.name.clone() },
        backend: info.backend.to_string(),
        kind: kind(&info),
        driver: format!("{} {}", info.driver, info.driver_info).trim().to_string(),
        limits: vec![
            ("storage binding, bytes", l.max_storage_buffer_binding_size),
            ("buffer, bytes", l.max_buffer_size),
            ("storage buffers a stage", u64::from(l.max_storage_buffers_per_shader_stage)),
            ("workgroup memory, bytes", u64::from(l.max_compute_workgroup_storage_size)),
            ("invocations a workgroup", u64::from(l.max_compute_invocations_per_workgroup)),
            ("workgroups a dimension", u64::from(l.max_compute_workgroups_per_dimension)),
        ],
        features: vec![
            (
                "timestamps",
                has(wgpu::Features::TIMESTAMP_QUERY),
                used(
                    has(wgpu::Features::TIMESTAMP_QUERY),
                    "used: the profile by kernel",
                    "so kernels are timed from outside",
                ),
            ),
            (
                "subgroups",
                has(wgpu::Features::SUBGROUP),
                used(
                    software && has_subgroups_of_eight(adapter),
                    "used: rows of matrix products are shared",
                    "not used: for software drivers where they are eight wide",
                ),
            ),
            (
                "64-bit integers",
                has(wgpu::Features::SHADER_INT64),
                used(
                    software && has(wgpu::Features::SHADER_INT64),
                    "used: values stored in pairs, and read as texels",
                    "not used: for software drivers",
                ),
            ),
            ("f16", has(wgpu::Features::SHADER_F16), "not used: f32 is the product"),
        ],
    }
}
