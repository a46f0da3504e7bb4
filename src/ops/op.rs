//! What an operator is.

use crate::gpu::{Gpu, GpuError};
use crate::tensor::{HostArray, Shape, Tensor};

/// Arithmetic and memory traffic of one forward pass, for the profile and the benchmark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Multiply-accumulates.
    pub macs: u64,
    /// Bytes read and written at least.
    pub bytes: u64,
}

/// What a forward pass leaves.
#[derive(Debug)]
pub struct Forward {
    /// The result.
    pub output: Tensor,
    /// What the gradient rule wants back.
    pub saved: Vec<Tensor>,
}

impl From<Tensor> for Forward {
    fn from(output: Tensor) -> Self {
        Forward { output, saved: Vec::new() }
    }
}

/// What a gradient rule (vector-Jacobian product) works with.
#[derive(Debug)]
pub struct Vjp<'a> {
    /// The inputs of the forward pass.
    pub inputs: &'a [Tensor],
    /// Its output.
    pub output: &'a Tensor,
    /// What it saved.
    pub saved: &'a [Tensor],
    /// Gradient of the loss by the output.
    pub grad: &'a Tensor,
    /// For each input, whether its gradient is wanted.
    pub needs: &'a [bool],
}

/// An operator with its settings (stride, temperature, ...); tensors are given at each call.
pub trait Op {
    /// Its name in the table.
    fn name(&self) -> &'static str;

    /// Shape of the output, or why the inputs do not fit.
    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, GpuError>;

    /// Records the kernels.
    fn forward(&self, gpu: &Gpu, inputs: &[&Tensor]) -> Result<Forward, GpuError>;

    /// Gradients by the inputs: one each, `None` where not wanted or none exists.
    fn vjp(&self, _gpu: &Gpu, _ctx: &Vjp<'_>) -> Result<Vec<Option<Tensor>>, GpuError> {
        Err(GpuError::MissingRule(self.name()))
    }

    /// The same mathematics in plain loops, f64: the reference of the tests.
    fn twin(&self, inputs: &[HostArray]) -> HostArray;

    /// Arithmetic and traffic of a forward pass.
    fn cost(&self, inputs: &[&Shape]) -> Cost;
}

/// An op with inputs to be tested on.
pub struct Case {
    /// What is awkward about it.
    pub label: String,
    /// The op.
    pub op: Box<dyn Op>,
    /// Its inputs.
    pub inputs: Vec<HostArray>,
    /// Which inputs have a gradient.
    pub differentiable: Vec<bool>,
}

impl Case {
    /// A case whose inputs all have a gradient.
    pub fn new(label: impl Into<String>, op: impl Op + 'static, inputs: Vec<HostArray>) -> Self {
        let differentiable = vec![true; inputs.len()];
        Case { label: label.into(), op: Box::new(op), inputs, differentiable }
    }

    /// The same case, where input `i` has no gradient (labels, noise).
    pub fn constant(mut self, i: usize) -> Self {
        self.differentiable[i] = false;
        self
    }
}
