//! Mixed depthwise convolution: the channels of x [N, m c, H, W] in m equal groups, group i
//! convolved channel by channel with kernels w_i [c, 1, k_i, k_i], padding k_i / 2; one output
//! [N, m c, H', W'] with H' = (H - 1) / stride + 1. Gradients by x and by every w_i.

mod kernels;
mod twin;

pub(crate) use kernels::{Cut, Range};

use crate::gpu::{Gpu, GpuError};
use crate::ops::{Case, Cost, Forward, Op, Vjp};
use crate::tensor::{HostArray, Shape, Tensor};

/// Inputs: x, then the kernels of each group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MixedDepthwise {
    /// 1 or 2.
    pub stride: usize,
    /// Kernel size of each group: 3, 5 or 7.
    pub kernels: Vec<usize>,
}

impl MixedDepthwise {
    /// Channels of a group.
    fn check(&self, inputs: &[&Shape]) -> Result<usize, GpuError> {
        let fail = |why: String| Err(GpuError::Shape { op: "mixed_depthwise", why });
        let m = self.kernels.len();
        let (Some(x), Some(weights)) = (inputs.first(), inputs.get(1..)) else {
            return fail("no inputs".into());
        };
        let [n, c, h, w] = x.nchw();
        if m == 0 || weights.len() != m || c % m != 0 {
            return fail(format!("{m} kernel sizes for {} kernels and {x}", weights.len()));
        }
        if n * c * h * w == 0 {
            return fail(format!("input {x} is empty"));
        }
        for (&k, weight) in self.kernels.iter().zip(weights) {
            if !Range::serves(k, self.stride) {
                return fail(format!("kernel size {k} at stride {}", self.stride));
            }
            if **weight != Shape::from([c / m, 1, k, k]) {
                return fail(format!("kernels {weight} for {} channels of size {k}", c / m));
            }
        }
        Ok(c / m)
    }

    /// The groups of channels of x.
    pub(crate) fn ranges(&self, x: &Shape) -> impl Iterator<Item = Range> {
        let ([images, total, h, w], stride) = (x.nchw(), self.stride);
        let count = total / self.kernels.len().max(1);
        let output = [(h - 1) / stride + 1, (w - 1) / stride + 1];
        self.kernels.iter().enumerate().map(move |(i, &kernel)| Range {
            images,
            total,
            offset: i * count,
            count,
            kernel,
            stride,
            input: [h, w],
            output,
        })
    }
}

impl Op for MixedDepthwise {
    fn name(&self) -> &'static str {
        "mixed_depthwise"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, GpuError> {
        self.check(inputs)?;
        let [n, c, h, w] = inputs[0].nchw();
        Ok([n, c, (h - 1) / self.stride + 1, (w - 1) / self.stride + 1].into())
    }

    fn forward(&self, gpu: &Gpu, inputs: &[&Tensor]) -> Result<Forward, GpuError> {
        let shapes: Vec<&Shape> = inputs.iter().map(|t| t.shape()).collect();
        let y = Tensor::empty(gpu, self.shape(&shapes)?)?;
        for (range, w) in self.ranges(shapes[0]).zip(&inputs[1..]) {
            range.forward(gpu, inputs[0], w, None, &y)?;
        }
        Ok(y.into())
    }

    fn vjp(&self, gpu: &Gpu, ctx: &Vjp<'_>) -> Result<Vec<Option<Tensor>>, GpuError> {
        let x = &ctx.inputs[0];
        let mut grads = vec![None; ctx.inputs.len()];
        if ctx.needs[0] {
            let dx = Tensor::empty(gpu, *x.shape())?;
            for (range, w) in self.ranges(x.shape()).zip(&ctx.inputs[1..]) {
                range.input_grad(gpu, ctx.grad, w, &dx)?;
            }
            grads[0] = Some(dx);
        }
        for (i, range) in self.ranges(x.shape()).enumerate() {
            if ctx.needs[i + 1] {
                let shape = *ctx.inputs[i + 1].shape();
                grads[i + 1] = Some(range.weight_grad(gpu, ctx.grad, x, shape)?);
            }
        }
        Ok(grads)
    }

    fn twin(&self, inputs: &[HostArray]) -> HostArray {
        twin::mixed_depthwise(self.stride, &inputs[0], &inputs[1..])
    }

    fn cost(&self, inputs: &[&Shape]) -> Cost {
        let Ok(c) = self.check(inputs) else { return Cost::default() };
        let [n, _, h, w] = inputs[0].nchw();
        let places = n * c * ((h - 1) / self.stride + 1) * ((w - 1) / self.stride + 1);
        let macs: usize = self.kernels.iter().map(|k| places * k * k).sum();
        let values = inputs[0].len() + places * self.kernels.len();
        Cost { macs: macs as u64, bytes: 4 * values as u64 }
    }
}

/// Test cases: all sizes and strides, odd and tiny maps, one group and many.
pub(super) fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    let mut add = |stride: usize, kernels: &[usize], n: usize, c: usize, h: usize, w: usize| {
        let op = MixedDepthwise { stride, kernels: kernels.to_vec() };
        let mut inputs = vec![HostArray::sample([n, c * kernels.len(), h, w], 1)];
        for (i, &k) in kernels.iter().enumerate() {
            inputs.push(HostArray::sample([c, 1, k, k], 2 + i as u64));
        }
        let label = format!("mixed_depthwise {kernels:?} s{stride} {n}x{c}x{h}x{w}");
        all.push(Case::new(label, op, inputs));
    };
    for stride in [1, 2] {
        add(stride, &[3, 5, 7], 2, 2, 8, 8);
        add(stride, &[7, 3, 3, 5], 1, 3, 5, 7);
        add(stride, &[5], 1, 1, 1, 1);
        add(stride, &[7], 2, 1, 2, 3);
        add(stride, &[3, 7], 1, 1, 9, 24);
        add(stride, &[5, 3], 1, 1, 3, 20);
        add(stride, &[3, 7], 1, 2, 3, 14);
        add(stride, &[5, 3], 1, 1, 2, 22);
        add(stride, &[3], 1, 1, 5, 12);
        add(stride, &[7], 1, 1, 24, 4);
        add(stride, &[3], 1, 1, 40, 2);
    }
    all
}
