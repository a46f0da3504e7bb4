//! Dispatches as they were made, kept so that each can be made again by itself: how a benchmark
//! learns which kernels a step runs, and at which shapes.

use super::{Buffer, Dispatch, Gpu, GpuError, Shader};

/// A dispatch, to be made again. It holds the memory that it binds.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The kernel.
    pub shader: &'static Shader,
    /// Its override constants.
    pub constants: Vec<(&'static str, f64)>,
    /// Its `Params`, as bytes.
    pub params: Vec<u8>,
    /// Workgroups in x, y, z.
    pub groups: [u32; 3],
    /// See [`Dispatch::work`].
    pub work: u64,
    /// Bytes that it reads and writes at least.
    pub bytes: u64,
    /// The part of the network that it was first made for.
    pub scope: String,
    /// How often it was made with the same kernel, parameters and sizes.
    pub calls: u64,
    bindings: Vec<Buffer>,
}

impl Recorded {
    fn is(&self, d: &Dispatch<'_>) -> bool {
        self.shader.name == d.shader.name
            && self.constants == d.constants
            && self.params == d.params
            && self.groups == d.groups
            && self.bindings.iter().map(Buffer::size).eq(d.bindings.iter().map(|b| b.size()))
    }
}

/// Bytes of what is bound: a binding counts once, and no more of it than `work` values.
fn bound_bytes(d: &Dispatch<'_>) -> u64 {
    let first = |i: usize| d.bindings[..i].iter().all(|b| b.key() != d.bindings[i].key());
    let distinct = d.bindings.iter().enumerate().filter(|(i, _)| first(*i));
    distinct.map(|(_, b)| b.size().min(4 * d.work)).sum()
}

impl Gpu {
    /// Keeps every dispatch from now on.
    pub fn start_recording(&self) {
        *self.inner.recording.borrow_mut() = Some(Vec::new());
    }

    /// Ends that: the dispatches in the order in which they first came.
    pub fn end_recording(&self) -> Vec<Recorded> {
        self.inner.recording.borrow_mut().take().unwrap_or_default()
    }

    /// Makes a dispatch again, on the memory that it had.
    ///
    /// # Errors
    /// Those of the device.
    pub fn repeat(&self, r: &Recorded) -> Result<(), GpuError> {
        self.dispatch(Dispatch {
            shader: r.shader,
            constants: &r.constants,
            params: &r.params,
            bindings: &r.bindings.iter().collect::<Vec<_>>(),
            groups: r.groups,
            work: r.work,
        })
    }

    pub(super) fn record(&self, d: &Dispatch<'_>, bytes: u64) {
        let mut recording = self.inner.recording.borrow_mut();
        let Some(all) = recording.as_mut() else { return };
        if let Some(same) = all.iter_mut().find(|r| r.is(d)) {
            same.calls += 1;
            return;
        }
        all.push(Recorded {
            shader: d.shader,
            constants: d.constants.to_vec(),
            params: d.params.to_vec(),
            groups: d.groups,
            work: d.work,
            bytes: bound_bytes(d).min(bytes),
            scope: self.inner.scope.borrow().clone(),
            calls: 1,
            bindings: d.bindings.iter().map(|b| (*b).clone()).collect(),
        });
    }
}
