//! The gradient rule.

use super::depthwise::{self, Grads};
use super::forward::planes;
use super::ranges::Back;
use super::{Bottleneck, Inputs, Norms};
use crate::gpu::{Gpu, GpuError};
use crate::ops::Vjp;
use crate::ops::activation::Activation;
use crate::ops::arithmetic::add;
use crate::ops::batch_norm::passes;
use crate::ops::product::{
    Normed, Planes, pack_columns, product, product_nt, product_nt_normed, product_onto, reads_more,
};
use crate::tensor::{Shape, Tensor};

/// Gradients by the inputs, but for given statistics.
pub(super) fn vjp(
    op: &Bottleneck,
    gpu: &Gpu,
    ctx: &Vjp<'_>,
) -> Result<Vec<Option<Tensor>>, GpuError> {
    let [z1, z2, z3, c1, c2, c3] = ctx.saved else {
        return Err(GpuError::MissingRule("bottleneck"));
    };
    let i: Inputs<'_, Tensor> = op.inputs(ctx.inputs)?;
    let mut grads = vec![None; ctx.inputs.len()];

    let batch = matches!(op.norms, Norms::Batch(_));
    let operands = [z3, ctx.grad, c3];
    let sums3 = passes::grad_parameters(gpu, operands, Activation::Identity)?;
    let sums = batch.then_some(&sums3);
    let dz3 = passes::grad(gpu, operands, sums, Activation::Identity)?;

    let d3 = planes(i.w3, z2.shape());
    if ctx.needs[2] {
        grads[2] = Some(project_weights(op, gpu, &dz3, [z2, c2], d3, i.w3)?);
    }
    let da2 = transposed(gpu, i.w3, &dz3, None, z2.shape(), d3)?;

    // Values a channel, where the statistics are those of the batch.
    let count = |z: &Tensor| batch.then(|| z.len() / z.shape().dim(1));
    let groups = op.groups(i.norms[1].len());
    let (sums2, terms) = passes::grad_terms(gpu, [z2, &da2, c2], op.act, count(z2), groups)?;
    let g1 = Tensor::empty(gpu, *z1.shape())?;
    let norm = Normed { coefficients: c1, act: op.act };
    let ranges: Vec<_> = op.depthwise().ranges(z1.shape()).collect();
    let back = Back { dao: &da2, zo: z2, terms: &terms, z: z1, norm };
    let Grads { kernels, norm: sums1 } = depthwise::backward(gpu, &ranges, &back, i.kernels, &g1)?;

    if ctx.needs[0] || ctx.needs[1] {
        let sums = batch.then_some(&sums1);
        let dz1 = passes::grad(gpu, [z1, &g1, c1], sums, Activation::Identity)?;
        let d1 = planes(i.w1, i.x.shape());
        if ctx.needs[0] {
            let residual = op.residual.then_some(ctx.grad);
            grads[0] = Some(transposed(gpu, i.w1, &dz1, residual, i.x.shape(), d1)?);
        }
        if ctx.needs[1] {
            grads[1] = Some(product_nt(gpu, &dz1, i.x, d1, *i.w1.shape())?);
        }
    }
    let mut at = 3;
    let whole = |sums: [Tensor; 2]| sums.map(|sum| vec![sum]);
    let sums = [whole(sums1), sums2, whole(sums3)].map(|sums| sums.concat());
    let lens = i.norms.map(<[Tensor]>::len).into_iter().chain([kernels.len()]);
    for (gradients, inputs) in sums.into_iter().chain([kernels]).zip(lens) {
        for (slot, gradient) in grads[at..].iter_mut().zip(gradients) {
            *slot = Some(gradient);
        }
        at += inputs;
    }
    Ok(grads)
}

/// dx = w^T dy for the product y = w x of these extents, and what else comes to dx.
fn transposed(
    gpu: &Gpu,
    w: &Tensor,
    dy: &Tensor,
    plus: Option<&Tensor>,
    shape: &Shape,
    d: Planes,
) -> Result<Tensor, GpuError> {
    let a = pack_columns(gpu, w, d.depth, d.rows)?;
    let d = Planes { rows: d.depth, depth: d.rows, ..d };
    let dx = Tensor::empty(gpu, *shape)?;
    match plus {
        None => product(gpu, &a, dy, None, &dx, d)?,
        Some(plus) if reads_more(gpu, d) => product_onto(gpu, &a, dy, plus, &dx, d)?,
        Some(plus) => {
            product(gpu, &a, dy, None, &dx, d)?;
            return add(gpu, &dx, plus);
        }
    }
    Ok(dx)
}

/// The gradient by w of y = w act(norm(z)).
fn project_weights(
    op: &Bottleneck,
    gpu: &Gpu,
    dy: &Tensor,
    [z, coefficients]: [&Tensor; 2],
    d: Planes,
    w: &Tensor,
) -> Result<Tensor, GpuError> {
    if reads_more(gpu, d) {
        let norm = Normed { coefficients, act: op.act };
        return product_nt_normed(gpu, dy, z, norm, d, *w.shape());
    }
    let a = passes::apply(gpu, z, coefficients, op.act, None)?;
    product_nt(gpu, dy, &a, d, *w.shape())
}
