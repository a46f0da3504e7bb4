//! The forward pass.

use super::{Bottleneck, Inputs, Norms, depthwise};
use crate::gpu::{Gpu, GpuError};
use crate::ops::Forward;
use crate::ops::batch_norm::passes::{self, Batch, Parts};
use crate::ops::product::{
    Normed, Planes, counts, norms, pack_rows, product, product_moments, product_normed,
};
use crate::tensor::{Shape, Tensor};

/// Extents of the product of weights [rows, depth, 1, 1] with x [N, depth, H, W].
pub(super) fn planes(w: &Tensor, x: &Shape) -> Planes {
    let [images, depth, h, width] = x.nchw();
    Planes { rows: w.shape().dim(0), depth, images, plane: h * width }
}

/// Output; saved: z1, z2 and for each the coefficients of its norm.
pub(super) fn forward(op: &Bottleneck, gpu: &Gpu, inputs: &[&Tensor]) -> Result<Forward, GpuError> {
    let shapes: Vec<&Shape> = inputs.iter().map(|t| t.shape()).collect();
    let [z1_shape, z2_shape, y_shape] = op.shapes(&shapes)?;
    let i: Inputs<'_, &Tensor> = op.inputs(inputs)?;

    let z1 = Tensor::empty(gpu, z1_shape)?;
    let d = planes(i.w1, i.x.shape());
    let a = pack_rows(gpu, i.w1, d.rows, d.depth)?;
    let c1 = match (&op.norms, i.norms[0]) {
        (Norms::Batch([running, _]), &[gamma, beta, ..]) if counts(gpu, d) => {
            let parts = product_moments(gpu, &a, i.x, &z1, d)?;
            let of = Parts { parts: &parts, relative: None, count: z1.len() / gamma.len() };
            Batch::join(gpu, &of, [gamma, beta], op.eps, running)?.coefficients
        }
        (Norms::Batch([running, _]), &[gamma, beta, ..]) => {
            product(gpu, &a, i.x, None, &z1, d)?;
            passes::batch(gpu, [&z1, gamma, beta], op.eps, running)?.coefficients
        }
        (_, norm) => {
            product(gpu, &a, i.x, None, &z1, d)?;
            given(op, gpu, norm)?
        }
    };

    let z2 = Tensor::empty(gpu, z2_shape)?;
    let norm = Normed { coefficients: &c1, act: op.act };
    let ranges: Vec<_> = op.depthwise().ranges(&z1_shape).collect();
    let parts = depthwise::forward(gpu, &ranges, &z1, norm, i.kernels, &z2)?;
    let c2 = match (&op.norms, i.norms[1]) {
        (Norms::Batch([_, running]), &[gamma, beta, ..]) => {
            let of = Parts { parts: &parts, relative: None, count: z2.len() / gamma.len() };
            Batch::join(gpu, &of, [gamma, beta], op.eps, running)?.coefficients
        }
        (_, norm) => given(op, gpu, norm)?,
    };

    let y = Tensor::empty(gpu, y_shape)?;
    let d = planes(i.w3, &z2_shape);
    let a = pack_rows(gpu, i.w3, d.rows, d.depth)?;
    if norms(gpu, d) {
        product_normed(gpu, &a, &z2, Normed { coefficients: &c2, act: op.act }, &y, d)?;
    } else {
        product(gpu, &a, &passes::apply(gpu, &z2, &c2, op.act)?, None, &y, d)?;
    }
    Ok(Forward { output: y, saved: vec![z1, z2, c1, c2] })
}

/// Coefficients of given statistics.
fn given(op: &Bottleneck, gpu: &Gpu, norm: &[&Tensor]) -> Result<Tensor, GpuError> {
    let &[gamma, beta, mean, var] = norm else {
        return Err(GpuError::MissingRule("bottleneck without statistics"));
    };
    passes::frozen(gpu, [gamma, beta, mean, var], op.eps)
}
