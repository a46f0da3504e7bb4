//! Expected cost of a soft architecture (section 5 of the specification): fixed + sum over layers of
//! [sum of p dw over candidates with p > 0.01, + (1 - S) expand where S < 5/6, + (1 - S) project],
//! S the mean of a layer's six skip probabilities.
//!
//! Gradient by p: dw where p > 0.01, else 0; -(project + expand where S < 5/6) / 6 for skip.

mod twin;

use super::{Case, Cost, Forward, Op, Vjp};
use crate::gpu::shaders::search::{soft_cost, soft_cost_grad};
use crate::gpu::{Dispatch, Gpu, GpuError, groups_1d};
use crate::tensor::{HostArray, Shape, Tensor};

/// Expected cost. Inputs: p [L * 6, 4] (or any shape of as many values) in the order k3, k5, k7,
/// skip; costs of a sub-block's depthwise convolutions [L, 3]; costs of a layer's expansion and
/// projection at full width [L, 2]. Gradients flow to p. Output: [1].
#[derive(Clone, Copy, Debug)]
pub struct SoftCost {
    /// Cost of what no choice changes, in the unit of the others.
    pub fixed: f32,
}

/// Values of p in a layer.
const LAYER: usize = 24;

impl Op for SoftCost {
    fn name(&self) -> &'static str {
        "soft_cost"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, GpuError> {
        let [p, dw, pw] = [inputs[0].len(), inputs[1].len(), inputs[2].len()];
        let layers = p / LAYER;
        if layers == 0 || [p, dw, pw] != [LAYER * layers, 3 * layers, 2 * layers] {
            let why = format!(
                "{p} probabilities, {dw} depthwise and {pw} pointwise costs; want 24, 3 and 2 a layer"
            );
            return Err(GpuError::Shape { op: self.name(), why });
        }
        Ok(Shape::new(&[1]))
    }

    fn forward(&self, gpu: &Gpu, inputs: &[&Tensor]) -> Result<Forward, GpuError> {
        let [p, dw, pw] = [inputs[0], inputs[1], inputs[2]];
        let cost = Tensor::empty(gpu, self.shape(&[p.shape(), dw.shape(), pw.shape()])?)?;
        let layers = (p.len() / LAYER) as u32;
        gpu.dispatch(Dispatch {
            shader: &soft_cost::SHADER,
            constants: &[],
            params: bytemuck::bytes_of(&soft_cost::Params { layers, fixed_cost: self.fixed }),
            bindings: &[p, dw, pw, &cost].map(Tensor::buffer),
            groups: [1, 1, 1],
            work: p.len() as u64,
        })?;
        Ok(cost.into())
    }

    fn vjp(&self, gpu: &Gpu, ctx: &Vjp<'_>) -> Result<Vec<Option<Tensor>>, GpuError> {
        let [p, dw, pw] = ctx.inputs else { return Err(GpuError::MissingRule(self.name())) };
        let dp = Tensor::empty(gpu, *p.shape())?;
        let layers = (p.len() / LAYER) as u32;
        gpu.dispatch(Dispatch {
            shader: &soft_cost_grad::SHADER,
            constants: &[],
            params: bytemuck::bytes_of(&soft_cost_grad::Params { layers }),
            bindings: &[p, dw, pw, ctx.grad, &dp].map(Tensor::buffer),
            groups: groups_1d(p.len() / 4, 64),
            work: p.len() as u64,
        })?;
        Ok(vec![Some(dp), None, None])
    }

    fn twin(&self, inputs: &[HostArray]) -> HostArray {
        let layers = inputs[0].data.chunks_exact(LAYER);
        let costs = inputs[1].data.chunks_exact(3).zip(inputs[2].data.chunks_exact(2));
        let sum: f64 = layers.zip(costs).map(|(p, (dw, pw))| twin::layer(p, dw, pw)).sum();
        HostArray::new([1], vec![f64::from(self.fixed) + sum])
    }

    fn cost(&self, inputs: &[&Shape]) -> Cost {
        Cost { macs: inputs[0].len() as u64, bytes: 8 * inputs[0].len() as u64 }
    }
}

/// Test cases: one layer and more layers than a workgroup has invocations; candidates left out;
/// layers without an expansion, by five sixths of skip in single precision.
pub(super) fn cases() -> Vec<Case> {
    let case = |layers: usize| {
        let mut p = HostArray::sample([6 * layers, 4], 1);
        p.data.iter_mut().for_each(|v| *v = f64::from((0.02 + v.abs() / 8.0) as f32));
        p.data[1] = 0.004;
        // The first of every five layers but the first: one sub-block, the others certain to skip.
        for layer in p.data.chunks_exact_mut(LAYER).skip(5).step_by(5) {
            layer[3] = 0.0;
            (4..LAYER).for_each(|i| layer[i] = if i % 4 == 3 { 1.0 } else { 0.0 });
        }
        let inputs = vec![p, HostArray::sample([layers, 3], 2), HostArray::sample([layers, 2], 3)];
        let op = SoftCost { fixed: 4.5 };
        Case::new(format!("soft_cost of {layers} layers"), op, inputs).constant(1).constant(2)
    };
    [1, 19, 70].map(case).into()
}
