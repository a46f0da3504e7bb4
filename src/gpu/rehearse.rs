//! Rehearsals: work that is gone through without computing, to learn which kernels it needs, and
//! these made ready ahead of it.

use std::collections::VecDeque;
use std::pin::Pin;

use super::pipeline::key;
use super::{Dispatch, Gpu, GpuError, Shader};
use crate::platform::CAN_BLOCK;
use crate::platform::aside::make_aside;

/// Kernels that a browser makes beside each other.
const AT_ONCE: usize = 4;

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

    /// Makes the kernels ready that `rehearsal` needs, in a browser alone: there a kernel takes up to a
    /// second, and nobody else gets a turn where it is made as it is met. Elsewhere drivers make them
    /// as they are met, in less.
    ///
    /// # Errors
    /// Those of `rehearsal` and of the device.
    pub async fn prepare<E: From<GpuError>>(
        &self,
        rehearsal: impl FnOnce() -> Result<(), E>,
    ) -> Result<(), E> {
        if CAN_BLOCK {
            return Ok(());
        }
        let mut making = Making::default();
        for kernel in self.rehearse(rehearsal)? {
            making.begin(self, &kernel).await?;
        }
        Ok(making.finish().await?)
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

/// A kernel that is being made.
type UnderWay = Pin<Box<dyn Future<Output = Result<(), GpuError>>>>;

/// Kernels that are being made beside each other, the eldest first.
#[derive(Default)]
pub struct Making(VecDeque<UnderWay>);

impl Making {
    /// How many are under way.
    pub fn under_way(&self) -> usize {
        self.0.len()
    }

    /// Begins with one, as soon as not too many are under way.
    ///
    /// # Errors
    /// Those of the device.
    pub async fn begin(&mut self, gpu: &Gpu, kernel: &Kernel) -> Result<(), GpuError> {
        while self.0.len() >= AT_ONCE
            && let Some(eldest) = self.0.pop_front()
        {
            eldest.await?;
        }
        self.0.push_back(Box::pin(gpu.make_ready(kernel)));
        Ok(())
    }

    /// Waits for all of them.
    ///
    /// # Errors
    /// Those of the device.
    pub async fn finish(self) -> Result<(), GpuError> {
        for one in self.0 {
            one.await?;
        }
        Ok(())
    }
}
