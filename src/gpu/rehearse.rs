//! Rehearsals: work that is gone through without computing, to learn which kernels it needs, and
//! these made ready ahead of it.

use super::pipeline::key;
use super::{Dispatch, Gpu, GpuError, Shader};
use crate::platform::aside::make_aside;

/// A kernel with its override constants: what one pipeline is made from.
#[derive(Clone, Debug)]
pub struct Kernel {
    shader: &'static Shader,
    constants: Vec<(&'static str, f64)>,
}

impl Gpu {
    /// Goes through `work` without computing: dispatches and copies are left out, so that it may
    /// read nothing back, and what it makes holds nothing. The kernels that it needs and that were
    /// not made on this device yet, each once.
    ///
    /// # Errors
    /// Those of `work`.
    pub fn rehearse<E>(&self, work: impl FnOnce() -> Result<(), E>) -> Result<Vec<Kernel>, E> {
        *self.inner.rehearsal.borrow_mut() = Some(Vec::new());
        let done = work();
        let kernels = self.inner.rehearsal.borrow_mut().take();
        done.map(|()| kernels.unwrap_or_default())
    }

    /// Makes a kernel, and goes on when the device has it. A browser begins with it right away, and
    /// makes several beside each other.
    ///
    /// # Errors
    /// Those of the device.
    pub fn make_ready(
        &self,
        kernel: &Kernel,
    ) -> impl Future<Output = Result<(), GpuError>> + use<> {
        let (gpu, Kernel { shader, constants }) = (self.clone(), kernel.clone());
        let (maker, words) = (self.clone(), self.words());
        let key = key(shader, words, &constants);
        let made = make_aside(&self.inner.device, move || {
            let inner = &maker.inner;
            inner.pipelines.borrow_mut().make(&inner.device, shader, words, &constants)
        });
        async move {
            let made = made.await;
            gpu.inner.pipelines.borrow_mut().keep(key, made);
            gpu.idle().await
        }
    }

    /// Whether this is a rehearsal.
    pub(super) fn rehearses(&self) -> bool {
        self.inner.rehearsal.borrow().is_some()
    }

    /// Notes the kernel of a dispatch in a rehearsal; whether it is one.
    pub(super) fn note(&self, d: &Dispatch<'_>) -> bool {
        let mut rehearsal = self.inner.rehearsal.borrow_mut();
        let Some(kernels) = rehearsal.as_mut() else { return false };
        let same = |k: &Kernel| k.shader.name == d.shader.name && k.constants == d.constants;
        let made = self.inner.pipelines.borrow().has(d.shader, self.words(), d.constants);
        if !made && !kernels.iter().any(same) {
            kernels.push(Kernel { shader: d.shader, constants: d.constants.to_vec() });
        }
        true
    }
}
