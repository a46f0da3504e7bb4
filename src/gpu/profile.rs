//! The profile by kernel: every dispatch in a pass of its own between two timestamps. It slows the
//! run and is for looking, not for production.

use std::cell::RefCell;
use std::collections::BTreeMap;

/// Dispatches that one query set can time.
pub(super) const CAPACITY: u32 = 1024;

/// The time that a kernel took over a profiled stretch.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct KernelTime {
    /// `family/file`, and the op it served.
    pub label: String,
    /// How often it ran.
    pub calls: u64,
    /// Device time, ms.
    pub ms: f64,
}

/// Timestamps of the submit under way and the sums so far.
#[derive(Debug)]
pub(super) struct Profile {
    pub(super) queries: wgpu::QuerySet,
    pub(super) resolved: wgpu::Buffer,
    pub(super) host: wgpu::Buffer,
    pub(super) labels: RefCell<Vec<String>>,
    sums: RefCell<BTreeMap<String, (u64, f64)>>,
    period_ns: f64,
}

impl Profile {
    pub(super) fn new(device: &wgpu::Device, queue: &wgpu::Queue) -> Self {
        let size = u64::from(CAPACITY) * 16;
        let buffer = |usage| {
            device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("timestamps"),
                size,
                usage,
                mapped_at_creation: false,
            })
        };
        Profile {
            queries: device.create_query_set(&wgpu::QuerySetDescriptor {
                label: Some("timestamps"),
                ty: wgpu::QueryType::Timestamp,
                count: CAPACITY * 2,
            }),
            resolved: buffer(wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC),
            host: buffer(wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST),
            labels: RefCell::default(),
            sums: RefCell::default(),
            period_ns: f64::from(queue.get_timestamp_period()),
        }
    }

    /// Adds the ticks (start, end of each label in turn) to the sums.
    pub(super) fn add(&self, ticks: &[u64]) {
        let mut sums = self.sums.borrow_mut();
        for (label, t) in self.labels.borrow_mut().drain(..).zip(ticks.chunks_exact(2)) {
            let entry = sums.entry(label).or_default();
            entry.0 += 1;
            entry.1 += t[1].saturating_sub(t[0]) as f64 * self.period_ns * 1e-6;
        }
    }

    /// Kernels by falling time; the sums start anew.
    pub(super) fn take(&self) -> Vec<KernelTime> {
        let sums = std::mem::take(&mut *self.sums.borrow_mut());
        let mut all: Vec<_> =
            sums.into_iter().map(|(label, (calls, ms))| KernelTime { label, calls, ms }).collect();
        all.sort_by(|a, b| b.ms.total_cmp(&a.ms));
        all
    }
}
