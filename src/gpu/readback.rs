//! Values on their way from the GPU to the host.

use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

use super::GpuError;
use super::waited::Waited;
use crate::platform::CAN_BLOCK;

type Slot = Arc<Mutex<Arrival>>;

/// What has become of a fetch.
#[derive(Debug, Default)]
struct Arrival {
    done: Option<Result<(), String>>,
    /// Who waits for it.
    waker: Option<Waker>,
}

/// A copy of a buffer that is being fetched; ask it from time to time, or wait.
#[derive(Debug)]
pub struct Readback {
    pub(super) host: wgpu::Buffer,
    pub(super) device: wgpu::Device,
    pub(super) bytes: u64,
    slot: Slot,
    waited: Waited,
}

impl Readback {
    /// Starts to map `host`, into which a copy was submitted.
    pub(super) fn start(
        device: wgpu::Device,
        host: wgpu::Buffer,
        bytes: u64,
        waited: Waited,
    ) -> Self {
        let slot: Slot = Arc::default();
        let set = slot.clone();
        host.map_async(wgpu::MapMode::Read, .., move |r| {
            if let Ok(mut s) = set.lock() {
                s.done = Some(r.map_err(|e| e.to_string()));
                if let Some(waker) = s.waker.take() {
                    waker.wake();
                }
            }
        });
        Readback { host, device, bytes, slot, waited }
    }

    /// The values, if they have arrived; never waits.
    pub fn try_take(&self) -> Option<Result<Vec<f32>, GpuError>> {
        if let Err(e) = self.device.poll(wgpu::PollType::Poll) {
            return Some(Err(GpuError::Lost(e.to_string())));
        }
        let state = self.slot.lock().ok()?.done.take()?;
        Some(state.map_err(GpuError::Lost).and_then(|()| self.copy()))
    }

    /// Waits for the values. Only where blocking is possible: not in a browser.
    pub fn wait(&self) -> Result<Vec<f32>, GpuError> {
        loop {
            if let Some(values) = self.try_take() {
                return values;
            }
            self.waited
                .during(|| self.device.poll(wgpu::PollType::wait_indefinitely()))
                .map_err(|e| GpuError::Lost(e.to_string()))?;
        }
    }

    /// The values, once they have arrived. Where a thread may block, this does.
    pub async fn arrive(&self) -> Result<Vec<f32>, GpuError> {
        if CAN_BLOCK {
            return self.wait();
        }
        poll_fn(|cx| {
            if let Ok(mut s) = self.slot.lock() {
                s.waker = Some(cx.waker().clone());
            }
            self.try_take().map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }

    fn copy(&self) -> Result<Vec<f32>, GpuError> {
        let view = self.host.get_mapped_range(..).map_err(|e| GpuError::Lost(e.to_string()))?;
        let values = bytemuck::pod_collect_to_vec(&view[..self.bytes as usize]);
        drop(view);
        self.host.unmap();
        Ok(values)
    }
}
