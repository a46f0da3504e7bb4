//! Extents of a convolution and which kernels serve it.

use super::Conv2d;
use crate::gpu::GpuError;
use crate::ops::mixed_depthwise::Range;
use crate::ops::product::{Convolution, Packing, Planes};
use crate::tensor::Shape;

/// Which kernels serve a convolution.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kernels {
    /// A matrix product of planes: 1x1, stride 1, no padding, one group.
    Pointwise(Planes),
    /// Channel by channel.
    Depthwise(Range),
    /// Dense 3x3, padding 1, stride 1 or 2.
    Dense3,
    /// Any other form.
    General,
}

/// Checked extents.
#[derive(Clone, Copy, Debug)]
pub(super) struct Geometry {
    pub(super) images: usize,
    /// Channels of the input.
    pub(super) inputs: usize,
    /// Channels of the output.
    pub(super) outputs: usize,
    pub(super) groups: usize,
    pub(super) stride: usize,
    pub(super) padding: usize,
    pub(super) kernel: [usize; 2],
    pub(super) input: [usize; 2],
    pub(super) output: [usize; 2],
}

impl Geometry {
    pub(super) fn new(op: &Conv2d, shapes: &[&Shape]) -> Result<Self, GpuError> {
        let fail = |why: String| Err(GpuError::Shape { op: "conv2d", why });
        let (x, w) = match shapes {
            [x, w] => (x, w),
            [x, w, b] if b.len() == w.dim(0) => (x, w),
            [_, w, b] => return fail(format!("bias {b} for kernels {w}")),
            _ => return fail(format!("{} inputs; it takes x, w and perhaps b", shapes.len())),
        };
        let ([images, inputs, h, width], [outputs, depth, kh, kw]) = (x.nchw(), w.nchw());
        let (g, s, p) = (op.groups, op.stride, op.padding);
        if s == 0 || g == 0 || depth * g != inputs || outputs % g != 0 {
            return fail(format!("kernels {w} in {g} groups at stride {s} for input {x}"));
        }
        if x.is_empty() || w.is_empty() || h + 2 * p < kh || width + 2 * p < kw {
            return fail(format!("input {x} with padding {p} is smaller than kernel {w}"));
        }
        let output = [(h + 2 * p - kh) / s + 1, (width + 2 * p - kw) / s + 1];
        Ok(Geometry {
            images,
            inputs,
            outputs,
            groups: g,
            stride: s,
            padding: p,
            kernel: [kh, kw],
            input: [h, width],
            output,
        })
    }

    pub(super) fn shape(&self) -> Shape {
        [self.images, self.outputs, self.output[0], self.output[1]].into()
    }

    pub(super) fn taps(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }

    pub(super) fn kernels(&self) -> Kernels {
        let ([kh, kw], p, s) = (self.kernel, self.padding, self.stride);
        if kh * kw == 1 && s == 1 && p == 0 && self.groups == 1 {
            return Kernels::Pointwise(Planes {
                rows: self.outputs,
                depth: self.inputs,
                images: self.images,
                plane: self.input[0] * self.input[1],
            });
        }
        let single = self.groups == self.inputs && self.outputs == self.inputs;
        if single && kh == kw && p == kh / 2 && Range::serves(kh, s) {
            return Kernels::Depthwise(Range {
                images: self.images,
                total: self.inputs,
                offset: 0,
                count: self.inputs,
                kernel: kh,
                stride: s,
                input: self.input,
                output: self.output,
            });
        }
        if self.groups == 1 && self.kernel == [3, 3] && p == 1 && s <= 2 {
            return Kernels::Dense3;
        }
        Kernels::General
    }

    /// The general form, forward, with the packing of its kernels.
    pub(super) fn forward(&self) -> (Convolution, Packing) {
        let (rows, depth) = (self.outputs / self.groups, self.inputs / self.groups);
        let taps = self.taps();
        let packing = Packing {
            start: 0,
            step_g: (rows * depth * taps) as i32,
            step_t: 1,
            step_k: taps as i32,
            step_m: (depth * taps) as i32,
            groups: self.groups,
            taps,
            depth,
            rows,
        };
        let convolution = Convolution {
            rows,
            depth,
            groups: self.groups,
            images: self.images,
            kernel: self.kernel,
            stride: self.stride,
            dilate: 1,
            pad: [self.padding as i32; 2],
            input: self.input,
            output: self.output,
        };
        (convolution, packing)
    }

    /// The general form that takes dy to dx: stride 1 over the spread-out dy, with the kernels
    /// turned around.
    pub(super) fn input_grad(&self) -> (Convolution, Packing) {
        let (rows, depth) = (self.inputs / self.groups, self.outputs / self.groups);
        let taps = self.taps();
        let packing = Packing {
            start: taps as i32 - 1,
            step_g: (rows * depth * taps) as i32,
            step_t: -1,
            step_k: (rows * taps) as i32,
            step_m: taps as i32,
            groups: self.groups,
            taps,
            depth,
            rows,
        };
        let convolution = Convolution {
            rows,
            depth,
            groups: self.groups,
            images: self.images,
            kernel: self.kernel,
            stride: 1,
            dilate: self.stride,
            pad: self.kernel.map(|k| k as i32 - 1 - self.padding as i32),
            input: self.output,
            output: self.input,
        };
        (convolution, packing)
    }
}
