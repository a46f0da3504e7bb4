//! The forward pass.

use super::{Bottleneck, Inputs, Norms, depthwise};
use crate::gpu::{Gpu, GpuError};
use crate::ops::Forward;
use crate::ops::activation::Activation;
use crate::ops::batch_norm::Affine;
use crate::ops::batch_norm::passes::{self, Batch, Parts};
use crate::ops::product::{
    Normed, Planes, counts, pack_rows, product, product_moments, product_normed, reads_more,
};
use crate::tensor::{Shape, Tensor};

/// Extents of the product of weights [rows, depth, 1, 1] with x [N, depth, H, W].
pub(super) fn planes(w: &Tensor, x: &Shape) -> Planes {
    let [images, depth, h, width] = x.nchw();
    Planes { rows: w.shape().dim(0), depth, images, plane: h * width }
}

/// Output; saved: z1, z2, z3 and for each the coefficients of its norm.
pub(super) fn forward(op: &Bottleneck, gpu: &Gpu, inputs: &[&Tensor]) -> Result<Forward, GpuError> {
    let shapes: Vec<&Shape> = inputs.iter().map(|t| t.shape()).collect();
    let [z1, z2, z3] = op.shapes(&shapes)?.map(|shape| Tensor::empty(gpu, shape));
    let [z1, z2, z3] = [z1?, z2?, z3?];
    let i: Inputs<'_, &Tensor> = op.inputs(inputs)?;

    let c1 = pointwise(op, gpu, 0, (i.w1, i.x, None), &z1, i.norms[0])?;

    let norm = Normed { coefficients: &c1, act: op.act };
    let ranges: Vec<_> = op.depthwise().ranges(z1.shape()).collect();
    let parts = depthwise::forward(gpu, &ranges, &z1, norm, i.kernels, &z2)?;
    let c2 = match op.norms {
        Norms::Batch(_) => joined(op, gpu, 1, &parts, &z2, i.norms[1])?,
        Norms::Given => given(op, gpu, i.norms[1])?,
    };

    let norm = Normed { coefficients: &c2, act: op.act };
    let c3 = pointwise(op, gpu, 2, (i.w3, &z2, Some(norm)), &z3, i.norms[2])?;
    let residual = op.residual.then_some(*i.x);
    let output = passes::apply(gpu, &z3, &c3, Activation::Identity, residual)?;
    Ok(Forward { output, saved: vec![z1, z2, z3, c1, c2, c3] })
}

/// z = w x or w act(norm(x)); the coefficients of the norm number `of` that follows it.
fn pointwise(
    op: &Bottleneck,
    gpu: &Gpu,
    of: usize,
    (w, x, before): (&Tensor, &Tensor, Option<Normed<'_>>),
    z: &Tensor,
    norm: &[&Tensor],
) -> Result<Tensor, GpuError> {
    let d = planes(w, x.shape());
    let a = pack_rows(gpu, w, d.rows, d.depth)?;
    let made;
    let (x, before) = match before {
        Some(norm) if !reads_more(gpu, d) => {
            made = passes::apply(gpu, x, norm.coefficients, norm.act, None)?;
            (&made, None)
        }
        _ => (x, before),
    };
    let batch = matches!(op.norms, Norms::Batch(_));
    if batch && counts(gpu, d) {
        let parts = product_moments(gpu, &a, x, before, z, d)?;
        return joined(op, gpu, of, &parts, z, norm);
    }
    match before {
        Some(norm) => product_normed(gpu, &a, x, norm, z, d)?,
        None => product(gpu, &a, x, None, z, d)?,
    }
    match (&op.norms, norm) {
        (Norms::Batch(running), &[gamma, beta]) => {
            Ok(passes::batch(gpu, [z, gamma, beta], op.eps, &running[of])?.coefficients)
        }
        _ => given(op, gpu, norm),
    }
}

/// Coefficients of the norm number `of` over z, from the moments of its parts.
fn joined(
    op: &Bottleneck,
    gpu: &Gpu,
    of: usize,
    parts: &Tensor,
    z: &Tensor,
    norm: &[&Tensor],
) -> Result<Tensor, GpuError> {
    let Norms::Batch(running) = &op.norms else {
        return Err(GpuError::MissingRule("bottleneck without statistics of the batch"));
    };
    let (gamma, beta) = norm.split_at(op.groups(norm.len()));
    let parts = Parts { parts, relative: None, count: z.len() / z.shape().dim(1) };
    let affine = Affine { gamma, beta };
    Ok(Batch::join(gpu, &parts, affine, op.eps, &running[of])?.coefficients)
}

/// Coefficients of given statistics.
fn given(op: &Bottleneck, gpu: &Gpu, norm: &[&Tensor]) -> Result<Tensor, GpuError> {
    let &[gamma, beta, mean, var] = norm else {
        return Err(GpuError::MissingRule("bottleneck without statistics"));
    };
    passes::frozen(gpu, [gamma, beta, mean, var], op.eps)
}
