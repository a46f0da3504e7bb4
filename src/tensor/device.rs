//! Tensors on the GPU.

use super::{HostArray, Shape};
use crate::gpu::{Buffer, Gpu, GpuError, Readback};

/// A contiguous f32 tensor on the GPU. Clones share the memory.
#[derive(Clone, Debug)]
pub struct Tensor {
    buffer: Buffer,
    shape: Shape,
}

impl Tensor {
    /// Memory for `shape`, its contents whatever they are.
    pub fn empty(gpu: &Gpu, shape: impl Into<Shape>) -> Result<Self, GpuError> {
        let shape = shape.into();
        Ok(Tensor { buffer: gpu.buffer(shape.len() as u64 * 4)?, shape })
    }

    /// All zero.
    pub fn zeros(gpu: &Gpu, shape: impl Into<Shape>) -> Result<Self, GpuError> {
        let t = Tensor::empty(gpu, shape)?;
        gpu.clear(&t.buffer);
        Ok(t)
    }

    /// Copies values to the GPU.
    pub fn from_slice(
        gpu: &Gpu,
        values: &[f32],
        shape: impl Into<Shape>,
    ) -> Result<Self, GpuError> {
        let t = Tensor::empty(gpu, shape)?;
        t.write(gpu, values)?;
        Ok(t)
    }

    /// Copies a host array to the GPU, rounding to f32.
    pub fn from_host(gpu: &Gpu, a: &HostArray) -> Result<Self, GpuError> {
        Tensor::from_slice(gpu, &a.to_f32(), a.shape)
    }

    /// Overwrites the values; they must fill the tensor.
    pub fn write(&self, gpu: &Gpu, values: &[f32]) -> Result<(), GpuError> {
        if values.len() != self.shape.len() {
            let why = format!("{} values for a tensor of {}", values.len(), self.shape);
            return Err(GpuError::Shape { op: "write", why });
        }
        gpu.write(&self.buffer, bytemuck::cast_slice(values))
    }

    /// Extents.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        self.shape.len()
    }

    /// True where some extent is 0.
    pub fn is_empty(&self) -> bool {
        self.shape.is_empty()
    }

    /// Its memory, to bind.
    pub fn buffer(&self) -> &Buffer {
        &self.buffer
    }

    /// The same values in another shape of as many.
    pub fn reshape(&self, shape: impl Into<Shape>) -> Result<Tensor, GpuError> {
        let shape = shape.into();
        if shape.len() != self.len() {
            let why = format!("{} has not as many values as {shape}", self.shape);
            return Err(GpuError::Shape { op: "reshape", why });
        }
        Ok(Tensor { buffer: self.buffer.clone(), shape })
    }

    /// The first `rows` of the outermost extent; shares the memory.
    pub fn prefix(&self, rows: usize) -> Tensor {
        let mut dims = self.shape.dims().to_vec();
        if let Some(first) = dims.first_mut() {
            *first = rows.min(*first);
        }
        Tensor { buffer: self.buffer.clone(), shape: Shape::new(&dims) }
    }

    /// A tensor of `shape` inside this one, from value number `start` on, which must be a multiple
    /// of 64; shares the memory.
    pub fn view(&self, start: usize, shape: impl Into<Shape>) -> Result<Tensor, GpuError> {
        let shape = shape.into();
        let (at, size) = (start as u64 * 4, (shape.len() as u64 * 4).next_multiple_of(16));
        if !start.is_multiple_of(64) || at + size > self.buffer.size() {
            let why = format!("{shape} from value {start} on does not lie in {}", self.shape);
            return Err(GpuError::Shape { op: "view", why });
        }
        Ok(Tensor { buffer: self.buffer.range(at, size), shape })
    }

    /// All of the memory that it lies in, perhaps with others, and the number of the value at which it
    /// begins there.
    pub(crate) fn arena(&self) -> (Buffer, usize) {
        let (whole, at) = self.buffer.whole();
        (whole, (at / 4) as usize)
    }

    /// Starts to fetch the values.
    pub fn read(&self, gpu: &Gpu) -> Result<Readback, GpuError> {
        gpu.read(&self.buffer, self.len() as u64 * 4)
    }

    /// Fetches the values.
    pub async fn fetch(&self, gpu: &Gpu) -> Result<Vec<f32>, GpuError> {
        self.read(gpu)?.arrive().await
    }

    /// Fetches the values and waits for them: not in a browser.
    pub fn to_vec(&self, gpu: &Gpu) -> Result<Vec<f32>, GpuError> {
        self.read(gpu)?.wait()
    }

    /// Fetches the values to a host array and waits for them: not in a browser.
    pub fn to_host(&self, gpu: &Gpu) -> Result<HostArray, GpuError> {
        let data = self.to_vec(gpu)?.into_iter().map(f64::from).collect();
        Ok(HostArray { shape: self.shape, data })
    }
}
