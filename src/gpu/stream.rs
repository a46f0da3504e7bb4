//! Recording: dispatches gather in one command encoder and go to the device when the work budget is
//! reached, at a readback, or on request.

use std::collections::HashMap;
use std::rc::Rc;

use super::pipeline::Pipeline;
use super::profile::CAPACITY;
use super::texels::{Staging, Texels};
use super::{Access, Buffer, Gpu, GpuError, Readback, Shader};
use crate::platform::CAN_BLOCK;
use crate::platform::turn::next_turn;

/// Parameters of this many dispatches fit into the ring; a submit holds no more.
pub(super) const RING_SLOTS: usize = 1024;
/// WebGPU's guaranteed alignment of a dynamic offset.
pub(super) const SLOT: usize = 256;
/// Bind groups kept before the cache starts anew.
const BIND_GROUPS: usize = 8192;
/// WebGPU's guaranteed number of workgroups a dimension.
const MAX_GROUPS: u32 = 65_535;

/// One run of a kernel.
#[derive(Clone, Copy, Debug)]
pub struct Dispatch<'a> {
    /// The kernel.
    pub shader: &'static Shader,
    /// Its override constants.
    pub constants: &'a [(&'static str, f64)],
    /// Its `Params`, as bytes.
    pub params: &'a [u8],
    /// Its storage bindings in order.
    pub bindings: &'a [&'a Buffer],
    /// Workgroups in x, y, z.
    pub groups: [u32; 3],
    /// About how many multiply-adds it does, or values it moves: for the submit budget. At least the
    /// number of values that it touches of any binding.
    pub work: u64,
}

/// What is recorded and not yet submitted, with the cache of bind groups.
#[derive(Default)]
pub(super) struct Stream {
    encoder: Option<wgpu::CommandEncoder>,
    pass: Option<wgpu::ComputePass<'static>>,
    params: Vec<u8>,
    work: u64,
    pub(super) dispatches: u64,
    bind_groups: HashMap<Vec<u64>, wgpu::BindGroup>,
    pub(super) staging: Staging,
    in_flight: std::collections::VecDeque<wgpu::SubmissionIndex>,
}

/// Workgroups, folded into two dimensions, for `items` invocations at `size` a workgroup. The
/// kernel finds its place as `(wg.y * groups.x + wg.x) * size + local`.
pub fn groups_1d(items: usize, size: u32) -> [u32; 3] {
    let groups = (items as u64).div_ceil(u64::from(size)).max(1);
    let rows = groups.div_ceil(u64::from(MAX_GROUPS));
    [groups.div_ceil(rows) as u32, rows as u32, 1]
}

impl Gpu {
    /// Records a dispatch. Errors of the device show at the next flush.
    pub fn dispatch(&self, d: Dispatch<'_>) -> Result<(), GpuError> {
        self.dispatch_part(d, u64::MAX)
    }

    /// The same for a kernel that reads and writes only so many `bytes` of what it binds: a
    /// benchmark compares it with those.
    pub fn dispatch_part(&self, d: Dispatch<'_>, bytes: u64) -> Result<(), GpuError> {
        debug_assert_eq!(d.shader.bindings.len(), d.bindings.len(), "{}", d.shader.name);
        debug_assert_eq!(d.shader.params_size, d.params.len(), "{}", d.shader.name);
        if d.groups.contains(&0) {
            return Ok(());
        }
        if d.groups.iter().any(|&g| g > MAX_GROUPS) {
            let why = format!("{:?} workgroups exceed {MAX_GROUPS}", d.groups);
            return Err(GpuError::Shape { op: d.shader.name, why });
        }
        if self.note(&d) {
            return Ok(());
        }
        self.record(&d, bytes);
        let pipeline = self.inner.pipelines.borrow_mut().get(
            &self.inner.device,
            d.shader,
            self.words(),
            d.constants,
        );
        {
            let mut s = self.inner.stream.borrow_mut();
            let staged = self.stage(&mut s, d.shader, d.bindings);
            let group = self.bind_group(&mut s, &pipeline, d.shader, d.bindings, &staged);
            let offset = s.params.len() as u32;
            s.params.extend_from_slice(d.params);
            s.params.resize(offset as usize + SLOT, 0);
            self.open_pass(&mut s, d.shader);
            if let Some(pass) = s.pass.as_mut() {
                pass.set_pipeline(&pipeline.raw);
                pass.set_bind_group(0, &group, &[offset]);
                pass.dispatch_workgroups(d.groups[0], d.groups[1], d.groups[2]);
            }
            s.work += d.work.max(1 << 14);
            s.dispatches += 1;
            let full = s.params.len() >= RING_SLOTS * SLOT || s.work >= self.inner.pacer.budget();
            if !full {
                return Ok(());
            }
        }
        self.flush()
    }

    fn encoder(&self) -> wgpu::CommandEncoder {
        let desc = wgpu::CommandEncoderDescriptor { label: None };
        self.inner.device.create_command_encoder(&desc)
    }

    /// For each binding the texture that it is read from, where it is: in the buffer's own memory, or
    /// with its copy recorded.
    fn stage(&self, s: &mut Stream, shader: &Shader, bindings: &[&Buffer]) -> Vec<Option<Texels>> {
        let words = self.words();
        let read = |access: &Access| access.is_texture(words);
        let mut taken: Vec<Texels> = Vec::new();
        for (_, buffer) in shader.bindings.iter().zip(bindings).filter(|(a, _)| read(a)) {
            taken.extend(s.staging.held(buffer));
        }
        let mut staged = Vec::with_capacity(bindings.len());
        for (access, buffer) in shader.bindings.iter().zip(bindings) {
            if !read(access) {
                staged.push(None);
                continue;
            }
            let there = buffer.texels().or_else(|| s.staging.held(buffer));
            let texels = there.unwrap_or_else(|| {
                s.pass = None;
                let encoder = s.encoder.get_or_insert_with(|| self.encoder());
                let texels = s.staging.copy(&self.inner.device, encoder, &taken, buffer);
                taken.push(texels.clone());
                texels
            });
            staged.push(Some(texels));
        }
        let written = shader.bindings.iter().zip(bindings).filter(|(a, _)| **a == Access::Write);
        written.for_each(|(_, buffer)| s.staging.wrote(buffer));
        staged
    }

    fn open_pass(&self, s: &mut Stream, shader: &'static Shader) {
        let encoder = s.encoder.get_or_insert_with(|| self.encoder());
        let profile = self.inner.profile.borrow();
        let writes = profile.as_ref().map(|p| {
            s.pass = None;
            let at = p.labels.borrow().len() as u32;
            let scope = self.inner.scope.borrow();
            let label = if scope.is_empty() {
                shader.name.to_string()
            } else {
                format!("{} {}", shader.name, scope)
            };
            p.labels.borrow_mut().push(label);
            wgpu::ComputePassTimestampWrites {
                query_set: &p.queries,
                beginning_of_pass_write_index: Some(at * 2),
                end_of_pass_write_index: Some(at * 2 + 1),
            }
        });
        if s.pass.is_none() {
            let desc = wgpu::ComputePassDescriptor { label: None, timestamp_writes: writes };
            s.pass = Some(encoder.begin_compute_pass(&desc).forget_lifetime());
        }
        debug_assert!(CAPACITY as usize >= RING_SLOTS);
    }

    fn bind_group(
        &self,
        s: &mut Stream,
        pipeline: &Rc<Pipeline>,
        shader: &Shader,
        bindings: &[&Buffer],
        staged: &[Option<Texels>],
    ) -> wgpu::BindGroup {
        let bound = || bindings.iter().zip(staged);
        let mut key = Vec::with_capacity(1 + bindings.len() * 3);
        key.push(pipeline.id);
        key.extend(bound().flat_map(|(b, texels)| texels.as_ref().map_or(b.key(), Texels::key)));
        if let Some(group) = s.bind_groups.get(&key) {
            return group.clone();
        }
        if s.bind_groups.len() >= BIND_GROUPS {
            s.bind_groups.clear();
        }
        let uniform = wgpu::BindGroupEntry {
            binding: 0,
            resource: wgpu::BindingResource::Buffer(wgpu::BufferBinding {
                buffer: &self.inner.ring,
                offset: 0,
                size: std::num::NonZeroU64::new(shader.params_size.next_multiple_of(16) as u64),
            }),
        };
        let others = bound().zip(1..).map(|((b, texels), binding)| wgpu::BindGroupEntry {
            binding,
            resource: texels.as_ref().map_or(b.binding(), Texels::binding),
        });
        let entries: Vec<_> = std::iter::once(uniform).chain(others).collect();
        let group = self.inner.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(shader.name),
            layout: &pipeline.layout,
            entries: &entries,
        });
        s.bind_groups.insert(key, group.clone());
        group
    }

    /// Submits what is recorded. At most a few submits are under way: beyond that it waits for the
    /// oldest (not in a browser, where polling does not block).
    pub fn flush(&self) -> Result<(), GpuError> {
        let mut s = self.inner.stream.borrow_mut();
        s.pass = None;
        let Some(mut encoder) = s.encoder.take() else { return self.fault() };
        if !s.params.is_empty() {
            self.inner.queue.write_buffer(&self.inner.ring, 0, &s.params);
            s.params.clear();
        }
        let profile = self.inner.profile.borrow();
        let timed = profile.as_ref().map_or(0, |p| p.labels.borrow().len() as u32);
        if let (Some(p), true) = (profile.as_ref(), timed > 0) {
            encoder.resolve_query_set(&p.queries, 0..timed * 2, &p.resolved, 0);
            encoder.copy_buffer_to_buffer(&p.resolved, 0, &p.host, 0, u64::from(timed) * 16);
        }
        let commands = encoder.finish();
        let submit = || self.inner.queue.submit([commands]);
        // A software driver may compute in the call.
        let software = self.adapter().kind == "software";
        let index = if software { self.inner.waited.during(submit) } else { submit() };
        self.inner.queue.on_submitted_work_done(self.inner.pacer.submitted(s.work));
        s.work = 0;
        s.in_flight.push_back(index);
        while s.in_flight.len() > super::pacer::IN_FLIGHT {
            let oldest = s.in_flight.pop_front();
            self.poll(wgpu::PollType::Wait { submission_index: oldest, timeout: None })?;
        }
        if let (Some(p), true) = (profile.as_ref(), timed > 0) {
            let bytes = u64::from(timed) * 16;
            let r = self.fetch(p.host.clone(), bytes);
            let words: Vec<u32> = r.wait()?.iter().map(|v| v.to_bits()).collect();
            let ticks: Vec<u64> =
                words.chunks_exact(2).map(|w| u64::from(w[0]) | u64::from(w[1]) << 32).collect();
            p.add(&ticks);
        }
        self.fault()
    }

    /// Goes on when at most a few submits are under way: to be awaited between the steps of a
    /// training, since a browser's [`Gpu::flush`] cannot wait. Elsewhere that has waited already.
    pub async fn settle(&self) -> Result<(), GpuError> {
        if !CAN_BLOCK {
            next_turn().await;
            std::future::poll_fn(|cx| self.inner.pacer.poll_settled(cx)).await;
        }
        self.fault()
    }

    /// Submits and waits until the device is idle. Not in a browser.
    pub fn finish(&self) -> Result<(), GpuError> {
        self.flush()?;
        self.inner.stream.borrow_mut().in_flight.clear();
        self.poll(wgpu::PollType::wait_indefinitely())?;
        self.fault()
    }

    /// Submits and goes on when the device is idle.
    pub async fn idle(&self) -> Result<(), GpuError> {
        if CAN_BLOCK {
            return self.finish();
        }
        // What is asked of a device is done in order, so a value that has come back tells.
        self.read(&self.buffer(4)?, 4)?.arrive().await.map(drop)
    }

    /// Starts to fetch the first `bytes` of `buffer`, after everything recorded so far.
    pub fn read(&self, buffer: &Buffer, bytes: u64) -> Result<Readback, GpuError> {
        let host = self.inner.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("readback"),
            size: bytes.max(4),
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        self.record_copy(buffer, 0, &host, bytes);
        self.flush()?;
        Ok(self.fetch(host, bytes))
    }

    fn fetch(&self, host: wgpu::Buffer, bytes: u64) -> Readback {
        Readback::start(self.inner.device.clone(), host, bytes, self.inner.waited.clone())
    }

    /// Records a copy of `bytes` from the start of `from` to the start of `to`.
    pub fn copy(&self, from: &Buffer, to: &Buffer, bytes: u64) {
        self.inner.stream.borrow_mut().staging.wrote(to);
        self.record_copy(from, to.offset(), to.raw(), bytes);
    }

    fn record_copy(&self, from: &Buffer, to_offset: u64, to: &wgpu::Buffer, bytes: u64) {
        if bytes == 0 || self.rehearses() {
            return;
        }
        let mut s = self.inner.stream.borrow_mut();
        s.pass = None;
        let encoder = s.encoder.get_or_insert_with(|| self.encoder());
        encoder.copy_buffer_to_buffer(from.raw(), from.offset(), to, to_offset, bytes);
    }

    /// Writes `data` (a multiple of 4 bytes) to the start of `buffer`, after everything recorded so
    /// far.
    pub fn write(&self, buffer: &Buffer, data: &[u8]) -> Result<(), GpuError> {
        self.flush()?;
        self.inner.stream.borrow_mut().staging.wrote(buffer);
        self.inner.queue.write_buffer(buffer.raw(), buffer.offset(), data);
        Ok(())
    }

    /// Fills the buffer with zero bytes.
    pub fn clear(&self, buffer: &Buffer) {
        let mut s = self.inner.stream.borrow_mut();
        s.pass = None;
        s.staging.wrote(buffer);
        let encoder = s.encoder.get_or_insert_with(|| self.encoder());
        encoder.clear_buffer(buffer.raw(), buffer.offset(), Some(buffer.size()));
    }

    pub(super) fn forget_bind_groups(&self) {
        self.inner.stream.borrow_mut().bind_groups.clear();
    }

    fn poll(&self, kind: wgpu::PollType) -> Result<(), GpuError> {
        match self.inner.waited.during(|| self.inner.device.poll(kind)) {
            Ok(_) => Ok(()),
            Err(e) => self.fault().and(Err(GpuError::Lost(e.to_string()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::groups_1d;

    #[test]
    fn many_workgroups_fold_into_two_dimensions() {
        assert_eq!(groups_1d(0, 64), [1, 1, 1]);
        assert_eq!(groups_1d(65, 64), [2, 1, 1]);
        let [x, y, z] = groups_1d(10_000_000, 64);
        assert!(x <= 65_535 && z == 1 && u64::from(x) * u64::from(y) * 64 >= 10_000_000);
    }
}
