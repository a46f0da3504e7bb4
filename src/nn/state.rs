//! A network's tensors on the host and back.

use thiserror::Error;

use super::Store;
use super::tensors::{HostTensor, Tensors};
use crate::gpu::{Gpu, GpuError};
use crate::tensor::Shape;

/// Why a state does not fit or cannot be read.
#[derive(Debug, Error)]
pub enum StateError {
    /// The GPU failed.
    #[error(transparent)]
    Gpu(#[from] GpuError),
    /// A tensor is missing.
    #[error("the weights hold no tensor {name}; they belong to another network")]
    Missing {
        /// Its name.
        name: String,
    },
    /// A tensor has another shape.
    #[error(
        "tensor {name} has shape {found:?}, the network wants {wanted:?}; were the weights made with another preset or number of classes?"
    )]
    Shape {
        /// Its name.
        name: String,
        /// Its extents in the file.
        found: Vec<usize>,
        /// Those that fit.
        wanted: Vec<usize>,
    },
    /// A value is NaN or infinite.
    #[error("tensor {name} holds a value that is not finite")]
    NonFinite {
        /// Its name.
        name: String,
    },
}

impl Store {
    /// Fetches all tensors.
    pub async fn to_state(&self, gpu: &Gpu) -> Result<Tensors, GpuError> {
        let (values, stats) = (self.values().fetch(gpu).await?, self.stats().fetch(gpu).await?);
        let part = |start: usize, shape: &Shape, is_param: bool| {
            let arena = if is_param { &values } else { &stats };
            let values = arena[start..start + shape.len()].to_vec();
            HostTensor { shape: shape.dims().to_vec(), values }
        };
        Ok(self
            .layout()
            .map(|(name, shape, at, p)| (name.to_string(), part(at, shape, p)))
            .collect())
    }

    /// Overwrites all tensors; every one must be there in its shape, further ones are ignored.
    pub fn load_state(&self, gpu: &Gpu, state: &Tensors) -> Result<(), StateError> {
        let mut values = vec![0.0; self.values().len()];
        let mut stats = vec![0.0; self.stats().len()];
        for (name, shape, start, is_param) in self.layout() {
            let Some(HostTensor { shape: found, values: data }) = state.get(name) else {
                return Err(StateError::Missing { name: name.to_string() });
            };
            if found != shape.dims() || data.len() != shape.len() {
                let (found, wanted) = (found.clone(), shape.dims().to_vec());
                return Err(StateError::Shape { name: name.to_string(), found, wanted });
            }
            if data.iter().any(|v| !v.is_finite()) {
                return Err(StateError::NonFinite { name: name.to_string() });
            }
            let arena = if is_param { &mut values } else { &mut stats };
            arena[start..start + data.len()].copy_from_slice(data);
        }
        self.values().write(gpu, &values)?;
        self.stats().write(gpu, &stats)?;
        Ok(())
    }
}
