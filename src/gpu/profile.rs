//! The profile by kernel: every dispatch in a pass of its own between two timestamps. It slows the
//! run and is for looking, not for production.

use std::cell::RefCell;
use std::collections::BTreeMap;

use web_time::Instant;

use super::waited::Waited;

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

/// What a profiled stretch took.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct ProfileReport {
    /// Its kernels by falling time.
    pub kernels: Vec<KernelTime>,
    /// From its start to its end, ms.
    pub wall_ms: f64,
    /// What the host waited of that for the device, ms.
    pub waited_ms: f64,
}

impl ProfileReport {
    /// The part of the time, 0 to 1, in which the host did not wait. Under a profile the device does
    /// nothing in it, since each submit is waited for.
    pub fn host_share(&self) -> f64 {
        if self.wall_ms > 0.0 { (1.0 - self.waited_ms / self.wall_ms).max(0.0) } else { 0.0 }
    }
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
    begin: Instant,
    waited: Waited,
    waited_before: f64,
}

impl Profile {
    pub(super) fn new(device: &wgpu::Device, queue: &wgpu::Queue, waited: &Waited) -> Self {
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
            begin: Instant::now(),
            waited: waited.clone(),
            waited_before: waited.milliseconds(),
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

    /// All of it until now.
    pub(super) fn report(self) -> ProfileReport {
        let time = |(label, (calls, ms))| KernelTime { label, calls, ms };
        let mut kernels: Vec<_> = self.sums.into_inner().into_iter().map(time).collect();
        kernels.sort_by(|a, b| b.ms.total_cmp(&a.ms));
        ProfileReport {
            kernels,
            wall_ms: self.begin.elapsed().as_secs_f64() * 1e3,
            waited_ms: self.waited.milliseconds() - self.waited_before,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ProfileReport;

    #[test]
    fn the_hosts_share_is_what_it_did_not_wait() {
        let report =
            |wall_ms, waited_ms| ProfileReport { wall_ms, waited_ms, ..Default::default() };
        assert_eq!(report(8.0, 6.0).host_share(), 0.25);
        assert_eq!(report(8.0, 8.5).host_share(), 0.0);
        assert_eq!(report(0.0, 0.0).host_share(), 0.0);
    }
}
