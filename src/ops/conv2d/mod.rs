//! Convolution: y[n, o] = b[o] + sum over the c of o's group of w[o, c] * x[n, c], correlated in
//! the plane with a stride and zero padding. Gradients by x, w and b. Pointwise and depthwise forms
//! have kernels of their own, every other form runs as a gathered matrix product.

mod dense3;
mod geometry;
mod twin;
mod weights;

use crate::gpu::{Gpu, GpuError, KernelStyle};
use crate::ops::product::{
    Convolution, Planes, convolution, pack, pack_columns, pack_rows, product,
};
use crate::ops::{Case, Cost, Forward, Op, Vjp};
use crate::tensor::{HostArray, Shape, Tensor};
use geometry::{Geometry, Kernels};

/// Inputs: x [N, C, H, W], w [O, C / groups, kh, kw], and b [O] or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conv2d {
    /// Places of the input from one of the output to the next, in both directions.
    pub stride: usize,
    /// Zeros around the input.
    pub padding: usize,
    /// Input and output channels in this many groups that do not see each other.
    pub groups: usize,
}

impl Op for Conv2d {
    fn name(&self) -> &'static str {
        "conv2d"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, GpuError> {
        Ok(Geometry::new(self, inputs)?.shape())
    }

    fn forward(&self, gpu: &Gpu, inputs: &[&Tensor]) -> Result<Forward, GpuError> {
        let shapes: Vec<&Shape> = inputs.iter().map(|t| t.shape()).collect();
        let g = Geometry::new(self, &shapes)?;
        let (x, w, bias) = (inputs[0], inputs[1], inputs.get(2).copied());
        let y = Tensor::empty(gpu, g.shape())?;
        match g.kernels() {
            Kernels::Pointwise(d) => {
                let a = pack_rows(gpu, w, d.rows, d.depth)?;
                product(gpu, &a, x, bias, &y, d)?;
            }
            Kernels::Depthwise(range) => range.forward(gpu, x, w, bias, &y)?,
            Kernels::Dense3 | Kernels::General => {
                let (form, packing) = g.forward();
                gathered(gpu, &g, &pack(gpu, w, &packing)?, x, bias, &y, &form)?;
            }
        }
        Ok(y.into())
    }

    fn vjp(&self, gpu: &Gpu, ctx: &Vjp<'_>) -> Result<Vec<Option<Tensor>>, GpuError> {
        let shapes: Vec<&Shape> = ctx.inputs.iter().map(Tensor::shape).collect();
        let g = Geometry::new(self, &shapes)?;
        let mut grads = vec![None; shapes.len()];
        if ctx.needs[0] {
            grads[0] = Some(input_grad(gpu, &g, &ctx.inputs[1], ctx.grad, *shapes[0])?);
        }
        if ctx.needs[1] {
            let dw = weights::weight_grad(gpu, &g, &ctx.inputs[0], ctx.grad, *shapes[1])?;
            grads[1] = Some(dw);
        }
        if ctx.needs.get(2) == Some(&true) {
            grads[2] = Some(weights::bias_grad(gpu, &g, ctx.grad, *shapes[2])?);
        }
        Ok(grads)
    }

    fn twin(&self, inputs: &[HostArray]) -> HostArray {
        let shapes: Vec<&Shape> = inputs.iter().map(|a| &a.shape).collect();
        // Inputs that do not fit have no result.
        let shape = self.shape(&shapes).unwrap_or(Shape::new(&[0]));
        twin::conv2d(self, shape, inputs)
    }

    fn cost(&self, inputs: &[&Shape]) -> Cost {
        let Ok(g) = Geometry::new(self, inputs) else { return Cost::default() };
        let outputs = g.shape().len();
        let macs = outputs * (g.inputs / g.groups) * g.taps();
        let values = outputs + inputs.iter().map(|s| s.len()).sum::<usize>();
        Cost { macs: macs as u64, bytes: 4 * values as u64 }
    }
}

fn input_grad(
    gpu: &Gpu,
    g: &Geometry,
    w: &Tensor,
    dy: &Tensor,
    shape: Shape,
) -> Result<Tensor, GpuError> {
    let dx = Tensor::empty(gpu, shape)?;
    match g.kernels() {
        Kernels::Pointwise(d) => {
            let a = pack_columns(gpu, w, d.depth, d.rows)?;
            product(gpu, &a, dy, None, &dx, Planes { rows: d.depth, depth: d.rows, ..d })?;
        }
        Kernels::Depthwise(range) => range.input_grad(gpu, dy, w, &dx)?,
        Kernels::Dense3 | Kernels::General => {
            let (form, packing) = g.input_grad();
            gathered(gpu, g, &pack(gpu, w, &packing)?, dy, None, &dx, &form)?;
        }
    }
    Ok(dx)
}

/// Records a convolution in its general form with the best kernel for it.
fn gathered(
    gpu: &Gpu,
    g: &Geometry,
    a: &Tensor,
    x: &Tensor,
    bias: Option<&Tensor>,
    y: &Tensor,
    form: &Convolution,
) -> Result<(), GpuError> {
    let small = matches!(g.kernels(), Kernels::Dense3) && form.dilate == 1;
    if small && gpu.style() == KernelStyle::Subgroups {
        return dense3::rows(gpu, a, x, bias, y, form);
    }
    convolution(gpu, a, x, bias, y, form)
}

/// Test cases: every kind of kernel at sizes of 1, primes, sizes that are not multiples of 4, odd
/// maps at stride 2 and 3, maps smaller than the kernel.
pub(super) fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    let mut add = |x: [usize; 4], w: [usize; 4], s: usize, p: usize, groups: usize, bias: bool| {
        let op = Conv2d { stride: s, padding: p, groups };
        let mut inputs = vec![HostArray::sample(x, 1), HostArray::sample(w, 2)];
        if bias {
            inputs.push(HostArray::sample([w[0]], 3));
        }
        let label = format!("conv2d {x:?} {w:?} s{s} p{p} g{groups} bias {bias}");
        all.push(Case::new(label, op, inputs));
    };
    // Pointwise: whole vec4s, none, one place, more than one block of everything.
    add([1, 1, 1, 1], [1, 1, 1, 1], 1, 0, 1, true);
    add([2, 8, 4, 4], [12, 8, 1, 1], 1, 0, 1, false);
    add([3, 5, 2, 6], [7, 5, 1, 1], 1, 0, 1, true);
    add([2, 17, 7, 7], [19, 17, 1, 1], 1, 0, 1, true);
    add([5, 3, 1, 1], [6, 3, 1, 1], 1, 0, 1, true);
    add([3, 4, 8, 20], [40, 4, 1, 1], 1, 0, 1, false);
    add([2, 37, 4, 4], [70, 37, 1, 1], 1, 0, 1, false);
    // Dense, square and not, padding 0 and more than the kernel's half.
    add([2, 3, 9, 6], [4, 3, 3, 3], 1, 1, 1, true);
    add([1, 3, 7, 9], [5, 3, 3, 3], 2, 1, 1, false);
    add([2, 4, 8, 8], [18, 4, 3, 3], 1, 1, 1, false);
    add([1, 9, 4, 12], [3, 9, 3, 3], 1, 1, 1, true);
    add([2, 1, 8, 16], [9, 1, 3, 3], 2, 1, 1, false);
    add([1, 2, 5, 5], [3, 2, 3, 3], 1, 0, 1, true);
    add([1, 2, 2, 2], [3, 2, 5, 5], 1, 2, 1, true);
    add([1, 2, 8, 7], [2, 2, 7, 7], 2, 3, 1, false);
    add([1, 2, 6, 7], [2, 2, 1, 3], 1, 0, 1, false);
    add([2, 3, 6, 5], [4, 3, 2, 2], 3, 1, 1, true);
    add([1, 1, 4, 5], [1, 1, 3, 3], 1, 3, 1, true);
    add([2, 3, 7, 7], [4, 3, 1, 1], 2, 0, 1, true);
    // Groups and multipliers.
    add([2, 6, 5, 4], [9, 2, 3, 3], 1, 1, 3, true);
    add([1, 6, 5, 5], [4, 3, 3, 3], 2, 1, 2, false);
    add([2, 3, 5, 6], [6, 1, 3, 3], 1, 1, 3, true);
    add([2, 4, 3, 3], [8, 2, 1, 1], 1, 0, 2, false);
    // Depthwise by its own kernels and, with an even size or another padding, by the general ones.
    add([2, 5, 6, 8], [5, 1, 3, 3], 1, 1, 5, true);
    add([1, 3, 7, 5], [3, 1, 5, 5], 2, 2, 3, true);
    add([1, 2, 8, 12], [2, 1, 7, 7], 1, 3, 2, true);
    add([1, 2, 5, 6], [2, 1, 2, 2], 1, 0, 2, false);
    add([1, 2, 6, 6], [2, 1, 3, 3], 1, 0, 2, false);
    all
}
