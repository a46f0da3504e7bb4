//! The gradient rule.

use super::forward::planes;
use super::ranges::Back;
use super::{Bottleneck, Inputs, Norms, depthwise};
use crate::gpu::{Gpu, GpuError};
use crate::ops::Vjp;
use crate::ops::activation::Activation;
use crate::ops::batch_norm::passes;
use crate::ops::product::{
    Normed, Planes, norms, pack_columns, product, product_nt, product_nt_normed,
};
use crate::tensor::Tensor;

/// Gradients by the inputs, but for given statistics.
pub(super) fn vjp(
    op: &Bottleneck,
    gpu: &Gpu,
    ctx: &Vjp<'_>,
) -> Result<Vec<Option<Tensor>>, GpuError> {
    let [z1, z2, c1, c2] = ctx.saved else { return Err(GpuError::MissingRule("bottleneck")) };
    let i: Inputs<'_, Tensor> = op.inputs(ctx.inputs)?;
    let of_norm = op.of_norm();
    let mut grads = vec![None; ctx.inputs.len()];

    let d3 = planes(i.w3, z2.shape());
    if ctx.needs[2] {
        grads[2] = Some(project_weights(op, gpu, ctx.grad, [z2, c2], d3, i.w3)?);
    }
    let da2 = Tensor::empty(gpu, *z2.shape())?;
    transposed(gpu, i.w3, ctx.grad, &da2, d3)?;

    // Values a channel, where the statistics are those of the batch.
    let batch = matches!(op.norms, Norms::Batch(_));
    let count = |z: &Tensor| batch.then(|| z.len() / z.shape().dim(1));
    let (sums2, terms) = passes::grad_terms(gpu, [z2, &da2, c2], op.act, count(z2))?;
    let wide = i.w1.shape().dim(0);
    let sums1 = [Tensor::empty(gpu, [wide])?, Tensor::empty(gpu, [wide])?];
    let g1 = Tensor::empty(gpu, *z1.shape())?;
    let norm = Normed { coefficients: c1, act: op.act };
    let ranges: Vec<_> = op.depthwise().ranges(z1.shape()).collect();
    let back = Back { dao: &da2, zo: z2, terms: &terms, z: z1, norm };
    let of = depthwise::backward(gpu, &ranges, &back, i.kernels, &g1)?;
    passes::join_grad_parameters(gpu, &of.sums, &sums1, None)?;
    for (slot, gradient) in grads[3 + 2 * of_norm..].iter_mut().zip(of.kernels) {
        *slot = Some(gradient);
    }

    if ctx.needs[0] || ctx.needs[1] {
        let sums = batch.then_some(&sums1);
        let dz1 = passes::grad(gpu, [z1, &g1, c1], sums, Activation::Identity)?;
        let d1 = planes(i.w1, i.x.shape());
        if ctx.needs[0] {
            let dx = Tensor::empty(gpu, *i.x.shape())?;
            transposed(gpu, i.w1, &dz1, &dx, d1)?;
            grads[0] = Some(dx);
        }
        if ctx.needs[1] {
            grads[1] = Some(product_nt(gpu, &dz1, i.x, d1, *i.w1.shape())?);
        }
    }
    for (first, [dgamma, dbeta]) in [(3, sums1), (3 + of_norm, sums2)] {
        grads[first] = Some(dgamma);
        grads[first + 1] = Some(dbeta);
    }
    Ok(grads)
}

/// dx = w^T dy for the product y = w x of these extents.
fn transposed(gpu: &Gpu, w: &Tensor, dy: &Tensor, dx: &Tensor, d: Planes) -> Result<(), GpuError> {
    let a = pack_columns(gpu, w, d.depth, d.rows)?;
    product(gpu, &a, dy, None, dx, Planes { rows: d.depth, depth: d.rows, ..d })
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
    if norms(gpu, d) {
        let norm = Normed { coefficients, act: op.act };
        return product_nt_normed(gpu, dy, z, norm, d, *w.shape());
    }
    let a = passes::apply(gpu, z, coefficients, op.act)?;
    product_nt(gpu, dy, &a, d, *w.shape())
}
