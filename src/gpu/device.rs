//! The device: opened once, shared by clones of [`Gpu`] on one thread.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use super::adapter::{self, AdapterChoice, AdapterReport};
use super::buffer::{Buffer, Pool, PoolStats};
use super::pacer::Pacer;
use super::pipeline::Pipelines;
use super::profile::{Profile, ProfileReport};
use super::record::Recorded;
use super::rehearse::Kernel;
use super::shared::{self, Sharing};
use super::stream::{RING_SLOTS, SLOT, Stream};
use super::variants::{KernelChoice, KernelStyle};
use super::waited::Waited;
use super::{GpuError, Words, texels};

/// A device with its pool, pipelines and stream. Clones are the same device; it stays on the thread
/// that opened it.
#[derive(Clone)]
pub struct Gpu {
    pub(super) inner: Rc<Inner>,
}

pub(super) struct Inner {
    pub(super) device: wgpu::Device,
    pub(super) queue: wgpu::Queue,
    pub(super) ring: wgpu::Buffer,
    pub(super) pipelines: RefCell<Pipelines>,
    pub(super) stream: RefCell<Stream>,
    pub(super) pacer: Pacer,
    pub(super) waited: Waited,
    pub(super) profile: RefCell<Option<Profile>>,
    pub(super) scope: RefCell<String>,
    pub(super) recording: RefCell<Option<Vec<Recorded>>>,
    pub(super) rehearsal: RefCell<Option<Vec<Kernel>>>,
    pool: Pool,
    report: AdapterReport,
    style: Cell<KernelStyle>,
    /// Set where kernels are made without words of 64 bits although the adapter has them.
    plain: Cell<bool>,
    fault: Arc<Mutex<Option<GpuError>>>,
}

impl std::fmt::Debug for Gpu {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Gpu({})", self.inner.report.name)
    }
}

impl Gpu {
    /// Opens a device with WebGPU's default limits; only buffers may be as large as the adapter
    /// allows. It runs the variants of kernels that [`KernelChoice`] says.
    pub async fn open(choice: &AdapterChoice) -> Result<Gpu, GpuError> {
        let gpu = Self::open_as_class(choice).await?;
        gpu.set_style(KernelChoice::present().style(&gpu, choice)?);
        Ok(gpu)
    }

    /// The same with the variants that suit the adapter's class, whatever is chosen: to measure them.
    pub async fn open_as_class(choice: &AdapterChoice) -> Result<Gpu, GpuError> {
        let adapter = adapter::choose(adapter::instance(), choice).await?;
        let report = adapter::report(&adapter);
        let theirs = adapter.limits();
        let software = report.kind == "software";
        // There kernels read from textures, which hold less than some drivers' buffers.
        let most = if software { texels::LARGEST } else { u64::MAX };
        let limits = wgpu::Limits {
            max_storage_buffer_binding_size: theirs.max_storage_buffer_binding_size.min(most),
            max_buffer_size: theirs.max_buffer_size,
            ..wgpu::Limits::default()
        };
        let mut features = adapter.features() & wgpu::Features::TIMESTAMP_QUERY;
        if software && adapter::has_subgroups_of_eight(&adapter) {
            features |= wgpu::Features::SUBGROUP;
        }
        if software {
            features |= adapter.features() & wgpu::Features::SHADER_INT64;
        }
        let desc = wgpu::DeviceDescriptor {
            label: Some("sgnas"),
            required_features: features,
            required_limits: limits.clone(),
            ..Default::default()
        };
        let (device, queue) = adapter
            .request_device(&desc)
            .await
            .map_err(|e| GpuError::NoDevice { adapter: report.name.clone(), why: e.to_string() })?;
        let fault = watch(&device);
        let style = KernelStyle::of_class(software, features.contains(wgpu::Features::SUBGROUP));
        let wide = software && features.contains(wgpu::Features::SHADER_INT64);
        let shares = || Sharing::find(&device, &queue, &adapter.get_info());
        let sharing = wide.then(shares).flatten();
        let ring = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("params"),
            size: (RING_SLOTS * SLOT) as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let inner = Inner {
            pool: Pool::new(&limits, sharing),
            pipelines: RefCell::default(),
            stream: RefCell::default(),
            pacer: Pacer::new(),
            waited: Waited::default(),
            profile: RefCell::default(),
            scope: RefCell::default(),
            recording: RefCell::default(),
            rehearsal: RefCell::default(),
            style: Cell::new(style),
            plain: Cell::new(false),
            device,
            queue,
            ring,
            report,
            fault,
        };
        Ok(Gpu { inner: Rc::new(inner) })
    }

    /// The adapter behind the device.
    pub fn adapter(&self) -> &AdapterReport {
        &self.inner.report
    }

    /// Which variants of the kernels run here.
    pub fn style(&self) -> KernelStyle {
        self.inner.style.get()
    }

    /// What the kernels' values in storage are made of here.
    pub(super) fn words(&self) -> Words {
        let wide = self.inner.device.features().contains(wgpu::Features::SHADER_INT64);
        // The style of GPUs runs as it would there.
        let wide = wide && self.style() != KernelStyle::Tiles && !self.inner.plain.get();
        if wide { Words::Wide } else { Words::Plain }
    }

    /// Whether kernels here can take several images in turn.
    pub(crate) fn takes_runs(&self) -> bool {
        self.words() == Words::Wide
    }

    /// Has kernels made as on software adapters without words of 64 bits, or no longer: for tests.
    pub fn set_plain_words(&self, plain: bool) {
        self.inner.plain.set(plain);
    }

    /// The variants that run on this device, for tests and benchmarks, which run all of them.
    pub fn styles(&self) -> Vec<KernelStyle> {
        let mut all = vec![KernelStyle::Registers, KernelStyle::Tiles];
        if self.inner.device.features().contains(wgpu::Features::SUBGROUP) {
            all.push(KernelStyle::Subgroups);
        }
        all
    }

    /// Overrides the variant with another of [`Gpu::styles`].
    pub fn set_style(&self, style: KernelStyle) {
        self.inner.style.set(style);
    }

    /// The same, unless a person has named a variant; whether it is this one that runs now.
    pub fn prefer(&self, style: KernelStyle) -> bool {
        if !matches!(KernelChoice::present(), KernelChoice::Named(_)) {
            self.set_style(style);
        }
        self.style() == style
    }

    /// A buffer of at least `bytes`, its contents whatever they are.
    pub fn buffer(&self, bytes: u64) -> Result<Buffer, GpuError> {
        let buffer = self.inner.pool.take(&self.inner.device, bytes);
        self.fault()?;
        buffer
    }

    /// The most bytes that one buffer may have here.
    pub fn largest_buffer(&self) -> u64 {
        self.inner.pool.largest()
    }

    /// Bytes of the memory that buffers lie in here, where the driver tells: WebGPU itself has no word
    /// for it.
    pub fn capacity(&self) -> Option<u64> {
        shared::capacity(&self.inner.device)
    }

    /// Bytes of all buffers that were ever asked for.
    pub fn taken(&self) -> u64 {
        self.inner.pool.taken()
    }

    /// How long the host has waited for the device so far, ms; in a browser, where nothing blocks, 0.
    pub fn waited_ms(&self) -> f64 {
        self.inner.waited.milliseconds()
    }

    /// Sizes of the pool.
    pub fn pool(&self) -> PoolStats {
        let mut stats = self.inner.pool.stats();
        stats.allocated += self.inner.stream.borrow().staging.bytes();
        stats
    }

    /// Gives memory that nobody uses back to the driver.
    pub fn trim(&self) -> Result<(), GpuError> {
        self.flush()?;
        self.forget_bind_groups();
        self.inner.stream.borrow_mut().staging.clear();
        self.inner.pool.trim();
        Ok(())
    }

    /// Dispatches recorded so far.
    pub fn dispatches(&self) -> u64 {
        self.inner.stream.borrow().dispatches
    }

    /// Number of pipelines made so far.
    pub fn pipelines(&self) -> usize {
        self.inner.pipelines.borrow().len()
    }

    /// Names the part of the network whose dispatches follow, for the profile; the former name
    /// comes back.
    pub fn scope(&self, name: &str) -> String {
        std::mem::replace(&mut *self.inner.scope.borrow_mut(), name.to_string())
    }

    /// Starts to time each kernel; false where the adapter has no timestamps.
    pub fn start_profile(&self) -> Result<bool, GpuError> {
        self.flush()?;
        if !self.inner.device.features().contains(wgpu::Features::TIMESTAMP_QUERY) {
            return Ok(false);
        }
        let profile = Profile::new(&self.inner.device, &self.inner.queue, &self.inner.waited);
        *self.inner.profile.borrow_mut() = Some(profile);
        Ok(true)
    }

    /// Ends the profile.
    pub fn end_profile(&self) -> Result<ProfileReport, GpuError> {
        self.finish()?;
        let profile = self.inner.profile.borrow_mut().take();
        Ok(profile.map(Profile::report).unwrap_or_default())
    }

    /// The first error that the driver reported, if any; it stays until the device is dropped.
    pub fn fault(&self) -> Result<(), GpuError> {
        let seen = || match self.inner.fault.lock() {
            Ok(slot) => slot.clone(),
            Err(_) => Some(GpuError::Lost("an error handler failed".into())),
        };
        match seen() {
            None => Ok(()),
            // After a loss the driver refuses calls before it says that the device has gone.
            Some(GpuError::Validation(_)) => {
                let _ = self.inner.device.poll(wgpu::PollType::Poll);
                seen().map_or(Ok(()), Err)
            }
            Some(error) => Err(error),
        }
    }

    /// Destroys the device, as a driver reset would: for tests of recovery.
    pub fn destroy(&self) {
        self.inner.device.destroy();
    }
}

/// Keeps the first error that the driver reports.
fn watch(device: &wgpu::Device) -> Arc<Mutex<Option<GpuError>>> {
    let fault: Arc<Mutex<Option<GpuError>>> = Arc::default();
    let slot = fault.clone();
    device.on_uncaptured_error(Arc::new(move |e: wgpu::Error| {
        let error = match e {
            wgpu::Error::OutOfMemory { .. } => {
                GpuError::OutOfMemory { what: "the driver".into(), bytes: 0 }
            }
            other => GpuError::Validation(other.to_string()),
        };
        if let Ok(mut s) = slot.lock() {
            s.get_or_insert(error);
        }
    }));
    let slot = fault.clone();
    device.set_device_lost_callback(move |reason, message| {
        if let Ok(mut s) = slot.lock() {
            // The loss is the cause of whatever was refused before.
            *s = Some(GpuError::Lost(format!("{reason:?} {message}").trim().to_string()));
        }
    });
    fault
}
