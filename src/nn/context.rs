//! What a layer needs to know of the pass it takes part in.

use super::{BufferId, ParamId, Store};
use crate::autodiff::{Tape, Var};
use crate::gpu::{Gpu, GpuError};
use crate::ops::Op;

/// How batch norms behave.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mode {
    /// Batch statistics; running ones move by this momentum (torch's convention: new = (1 - m) old
    /// + m batch). Recalibration is this with momentum 1/k at the k-th batch.
    Train {
        /// Weight of the batch.
        momentum: f32,
    },
    /// Running statistics.
    Eval,
}

/// A pass through a network.
#[derive(Clone, Copy)]
pub struct Ctx<'a> {
    /// Where ops are recorded.
    pub tape: &'a Tape,
    /// The network's tensors.
    pub store: &'a Store,
    /// How batch norms behave.
    pub mode: Mode,
    /// Whether parameters are constants in this pass.
    pub frozen: bool,
}

impl Ctx<'_> {
    /// The device.
    pub fn gpu(&self) -> &Gpu {
        self.tape.gpu()
    }

    /// A parameter.
    pub fn param(&self, id: ParamId) -> Result<Var, GpuError> {
        self.rows(id, usize::MAX)
    }

    /// The first `rows` of a parameter's outermost extent.
    pub fn rows(&self, id: ParamId, rows: usize) -> Result<Var, GpuError> {
        self.store.var(self.tape, id, rows, self.frozen)
    }

    /// The first `columns` of a parameter's second extent.
    pub fn columns(&self, id: ParamId, columns: usize) -> Result<Var, GpuError> {
        self.store.columns(self.tape, id, columns, self.frozen)
    }

    /// A running statistic, as a constant.
    pub fn stat(&self, id: BufferId) -> Result<Var, GpuError> {
        Ok(Var::constant(&self.store.buffer(id)?))
    }

    /// Applies an op.
    pub fn apply(&self, op: impl Op + 'static, inputs: &[&Var]) -> Result<Var, GpuError> {
        self.tape.apply(op, inputs)
    }
}
