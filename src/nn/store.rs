//! Parameters and running statistics of a network, by name, in flat arenas: the optimiser works on
//! the whole arena in one dispatch, and a layer sees its own part as a tensor.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rand::Rng;

use super::Init;
use crate::autodiff::{Sink, Tape, Var};
use crate::gpu::{Gpu, GpuError};
use crate::ops::narrow::{Narrow, narrow};
use crate::tensor::{Shape, Tensor};

/// Values to which every tensor in an arena is aligned: WebGPU binds at multiples of 256 bytes.
const ALIGN: usize = 64;

/// A trainable tensor of a [`Store`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParamId(usize);

/// A tensor of a [`Store`] that no gradient reaches: a running statistic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BufferId(usize);

#[derive(Clone, Debug)]
struct Slot {
    name: String,
    shape: Shape,
    init: Init,
    start: usize,
}

/// Lists the tensors of a network before there is a device.
#[derive(Debug, Default)]
pub struct StoreBuilder {
    params: Vec<Slot>,
    buffers: Vec<Slot>,
}

fn push(list: &mut Vec<Slot>, name: String, shape: Shape, init: Init) -> usize {
    let start = list.last().map_or(0, |s| (s.start + s.shape.len()).next_multiple_of(ALIGN));
    list.push(Slot { name, shape, init, start });
    list.len() - 1
}

impl StoreBuilder {
    /// Adds a parameter.
    pub fn param(
        &mut self,
        name: impl Into<String>,
        shape: impl Into<Shape>,
        init: Init,
    ) -> ParamId {
        ParamId(push(&mut self.params, name.into(), shape.into(), init))
    }

    /// Adds a running statistic of `len` values that start at `value`.
    pub fn buffer(&mut self, name: impl Into<String>, len: usize, value: f32) -> BufferId {
        BufferId(push(&mut self.buffers, name.into(), Shape::from([len]), Init::Constant(value)))
    }

    /// Makes the arenas and fills them, parameters in the order in which they were added.
    pub fn build(self, gpu: &Gpu, rng: &mut impl Rng) -> Result<Store, GpuError> {
        let mut arena = |slots: &[Slot]| -> Result<Tensor, GpuError> {
            let mut values = vec![0.0; arena_len(slots)];
            for s in slots {
                s.init.fill(&mut values[s.start..s.start + s.shape.len()], rng);
            }
            Tensor::from_slice(gpu, &values, [values.len()])
        };
        let values = arena(&self.params)?;
        let stats = arena(&self.buffers)?;
        let grads = Tensor::zeros(gpu, *values.shape())?;
        let used = self.params.iter().map(|_| Arc::default()).collect();
        Ok(Store { values, grads, used, stats, params: self.params, buffers: self.buffers })
    }
}

fn arena_len(slots: &[Slot]) -> usize {
    slots.last().map_or(ALIGN, |s| (s.start + s.shape.len()).next_multiple_of(ALIGN))
}

/// The tensors of a network on the GPU.
#[derive(Clone, Debug)]
pub struct Store {
    params: Vec<Slot>,
    buffers: Vec<Slot>,
    values: Tensor,
    grads: Tensor,
    /// Whether a gradient has come to each parameter since all were set to zero.
    used: Vec<Arc<AtomicBool>>,
    stats: Tensor,
}

impl Store {
    /// The arena of parameters.
    pub fn values(&self) -> &Tensor {
        &self.values
    }

    /// The arena of gradients, laid out as [`Store::values`].
    pub fn grads(&self) -> &Tensor {
        &self.grads
    }

    /// The arena of running statistics.
    pub fn stats(&self) -> &Tensor {
        &self.stats
    }

    /// The same network with other values in the arenas, as weight averages are.
    pub fn with_arenas(&self, values: &Tensor, stats: &Tensor) -> Store {
        Store { values: values.clone(), stats: stats.clone(), ..self.clone() }
    }

    /// Sets all gradients to zero.
    pub fn zero_grads(&self, gpu: &Gpu) {
        gpu.clear(self.grads.buffer());
        self.used.iter().for_each(|used| used.store(false, Ordering::Relaxed));
    }

    /// Number of parameter values, padding not counted.
    pub fn param_count(&self) -> usize {
        self.params.iter().map(|s| s.shape.len()).sum()
    }

    /// Names and shapes of the parameters, in order.
    pub fn params(&self) -> impl Iterator<Item = (&str, &Shape, ParamId)> {
        self.params.iter().enumerate().map(|(i, s)| (s.name.as_str(), &s.shape, ParamId(i)))
    }

    /// Names and lengths of the running statistics, in order.
    pub fn buffers(&self) -> impl Iterator<Item = (&str, &Shape, BufferId)> {
        self.buffers.iter().enumerate().map(|(i, s)| (s.name.as_str(), &s.shape, BufferId(i)))
    }

    /// A parameter.
    pub fn value(&self, id: ParamId) -> Result<Tensor, GpuError> {
        let s = &self.params[id.0];
        self.values.view(s.start, s.shape)
    }

    /// Its gradient.
    pub fn grad(&self, id: ParamId) -> Result<Tensor, GpuError> {
        let s = &self.params[id.0];
        self.grads.view(s.start, s.shape)
    }

    /// A running statistic.
    pub fn buffer(&self, id: BufferId) -> Result<Tensor, GpuError> {
        let s = &self.buffers[id.0];
        self.stats.view(s.start, s.shape)
    }

    /// The first `rows` of a parameter's outermost extent, on the tape unless `frozen`; its
    /// gradient goes to the same rows of the gradient.
    pub(super) fn var(
        &self,
        tape: &Tape,
        id: ParamId,
        rows: usize,
        frozen: bool,
    ) -> Result<Var, GpuError> {
        let value = self.value(id)?.prefix(rows);
        Ok(if frozen {
            Var::constant(&value)
        } else {
            let sum = self.grad(id)?.prefix(rows);
            tape.leaf(&value, Sink::zero_until(sum, self.used[id.0].clone()))
        })
    }

    /// The first `columns` of a parameter's second extent, on the tape unless `frozen`; its gradient
    /// goes to the same columns of the gradient.
    pub(super) fn columns(
        &self,
        tape: &Tape,
        id: ParamId,
        columns: usize,
        frozen: bool,
    ) -> Result<Var, GpuError> {
        let shape = self.params[id.0].shape;
        if columns == shape.dim(1) {
            return self.var(tape, id, usize::MAX, frozen);
        }
        let row = shape.len() / shape.dim(0);
        let part = row / shape.dim(1) * columns;
        if !row.is_multiple_of(4) || !part.is_multiple_of(4) {
            // No kernel adds to such columns.
            let whole = self.var(tape, id, usize::MAX, frozen)?;
            return tape.apply(Narrow { dim: 1, start: 0, len: columns }, &[&whole]);
        }
        let value = narrow(tape.gpu(), &self.value(id)?, 1, 0, columns)?;
        Ok(if frozen {
            Var::constant(&value)
        } else {
            tape.leaf(&value, Sink::columns_until(self.grad(id)?, self.used[id.0].clone()))
        })
    }

    /// For each value of the arena 1 where its tensor has at least two extents (weights) and 0
    /// elsewhere (biases, batch norms, padding): where weight decay applies in timm's recipe.
    pub fn decay_mask(&self) -> Vec<f32> {
        let mut mask = vec![0.0; self.values.len()];
        for s in self.params.iter().filter(|s| s.shape.rank() >= 2) {
            mask[s.start..s.start + s.shape.len()].fill(1.0);
        }
        mask
    }

    pub(super) fn layout(&self) -> impl Iterator<Item = (&str, &Shape, usize, bool)> {
        let of = |is_param| move |s: &'_ Slot| (s.start, is_param);
        let params = self.params.iter().map(move |s| (s, of(true)(s)));
        let buffers = self.buffers.iter().map(move |s| (s, of(false)(s)));
        params.chain(buffers).map(|(s, (start, p))| (s.name.as_str(), &s.shape, start, p))
    }
}
