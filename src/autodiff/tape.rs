//! The tape: what was applied to what, and the walk back.

use std::cell::RefCell;
use std::rc::Rc;

use super::sink::add_all;
use super::{Sink, Watch};
use crate::gpu::{Gpu, GpuError};
use crate::ops::arithmetic::add;
use crate::ops::{Op, Vjp};
use crate::tensor::Tensor;

/// A tensor on the tape. Without a node it is a constant: nothing flows back to it.
#[derive(Clone, Debug)]
pub struct Var {
    tensor: Tensor,
    node: Option<usize>,
}

impl Var {
    /// A constant: nothing flows back to it.
    pub fn constant(tensor: &Tensor) -> Self {
        Var { tensor: tensor.clone(), node: None }
    }

    /// Its value.
    pub fn tensor(&self) -> &Tensor {
        &self.tensor
    }

    /// Whether gradients flow to it.
    pub fn needs_grad(&self) -> bool {
        self.node.is_some()
    }

    /// The same values in another shape of as many; the gradient follows.
    pub fn reshape(&self, shape: &[usize]) -> Result<Var, GpuError> {
        Ok(Var { tensor: self.tensor.reshape(shape)?, node: self.node })
    }
}

enum Node {
    /// A parameter: its gradient goes to `sink`.
    Leaf { sink: Sink },
    Apply {
        op: Rc<dyn Op>,
        inputs: Vec<Var>,
        output: Tensor,
        saved: Vec<Tensor>,
        /// The part of the network, where a watch wants to know.
        part: String,
    },
}

/// Records op applications on one device and walks back over them once.
pub struct Tape {
    gpu: Gpu,
    nodes: RefCell<Vec<Node>>,
    watch: Option<Watch>,
}

impl Tape {
    /// An empty tape.
    pub fn new(gpu: &Gpu) -> Self {
        Tape::watched(gpu, None)
    }

    /// An empty tape whose results and gradients are counted by `watch`, if there is one.
    pub fn watched(gpu: &Gpu, watch: Option<&Watch>) -> Self {
        Tape { gpu: gpu.clone(), nodes: RefCell::default(), watch: watch.cloned() }
    }

    /// The device.
    pub fn gpu(&self) -> &Gpu {
        &self.gpu
    }

    fn push(&self, node: Node) -> usize {
        let mut nodes = self.nodes.borrow_mut();
        nodes.push(node);
        nodes.len() - 1
    }

    /// A value whose gradient is to go to `sink`, of its shape.
    pub fn leaf(&self, value: &Tensor, sink: impl Into<Sink>) -> Var {
        let node = self.push(Node::Leaf { sink: sink.into() });
        Var { tensor: value.clone(), node: Some(node) }
    }

    /// Applies an op. It is recorded only where a gradient can flow back.
    pub fn apply(&self, op: impl Op + 'static, inputs: &[&Var]) -> Result<Var, GpuError> {
        self.apply_shared(Rc::new(op), inputs)
    }

    /// Applies an op that others may apply too.
    pub fn apply_shared(&self, op: Rc<dyn Op>, inputs: &[&Var]) -> Result<Var, GpuError> {
        let tensors: Vec<&Tensor> = inputs.iter().map(|v| &v.tensor).collect();
        let done = op.forward(&self.gpu, &tensors)?;
        let mut part = String::new();
        if let Some(watch) = &self.watch {
            part = self.part();
            let what = format!("the activations{part} (output of {})", op.name());
            watch.see(&self.gpu, what, &done.output)?;
        }
        if !inputs.iter().any(|v| v.needs_grad()) {
            return Ok(Var { tensor: done.output, node: None });
        }
        let inputs = inputs.iter().map(|v| (*v).clone()).collect();
        let output = done.output.clone();
        let node = self.push(Node::Apply { op, inputs, output, saved: done.saved, part });
        Ok(Var { tensor: done.output, node: Some(node) })
    }

    /// Walks back from `root` with gradient `seed` (of its shape), adding to the sinks of the
    /// leaves. Nodes are dropped as soon as they are used; the tape is empty afterwards.
    pub fn backward(&self, root: &Var, seed: &Tensor) -> Result<(), GpuError> {
        let mut nodes = std::mem::take(&mut *self.nodes.borrow_mut());
        let mut grads: Vec<Option<Tensor>> = vec![None; nodes.len()];
        if let Some(i) = root.node {
            grads[i] = Some(seed.clone());
        }
        let mut leaves = Vec::new();
        while let Some(node) = nodes.pop() {
            let Some(grad) = grads.pop().flatten() else { continue };
            match node {
                // Copies, which end a pass: after all dispatches.
                Node::Leaf { sink } => leaves.push((sink, grad)),
                Node::Apply { op, inputs, output, saved, part } => {
                    // A reshaped root or input hands its gradient on in its own shape.
                    let grad = grad.reshape(*output.shape())?;
                    let needs: Vec<bool> = inputs.iter().map(Var::needs_grad).collect();
                    let tensors: Vec<Tensor> = inputs.iter().map(|v| v.tensor.clone()).collect();
                    let ctx = Vjp {
                        inputs: &tensors,
                        output: &output,
                        saved: &saved,
                        grad: &grad,
                        needs: &needs,
                    };
                    let by_input = op.vjp(&self.gpu, &ctx)?;
                    for (input, g) in inputs.iter().zip(by_input) {
                        if let (Some(node), Some(g)) = (input.node, g) {
                            if let Some(watch) = &self.watch {
                                let what = format!("the gradients{part} (from {})", op.name());
                                watch.see(&self.gpu, what, &g)?;
                            }
                            self.add(&mut grads[node], g)?;
                        }
                    }
                }
            }
        }
        add_all(&self.gpu, leaves)
    }

    /// The part of the network under way, as in " of layer3".
    fn part(&self) -> String {
        let part = self.gpu.scope("");
        self.gpu.scope(&part);
        if part.is_empty() { part } else { format!(" of {part}") }
    }

    /// Adds a gradient to what has come so far; into a new tensor, since the first may be shared.
    fn add(&self, slot: &mut Option<Tensor>, g: Tensor) -> Result<(), GpuError> {
        *slot = Some(match slot.take() {
            None => g,
            Some(first) => add(&self.gpu, &first, &g)?,
        });
        Ok(())
    }
}
