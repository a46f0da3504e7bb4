//! Convolution and the linear layer.

use sgnas::gpu::Gpu;
use sgnas::ops::conv2d::Conv2d;
use sgnas::ops::linear::Linear;

use crate::apply::{Input, compare};
use crate::case::{Case, Checks, Outcome};

/// x, w and, where the case has one, b, with their gradients.
fn inputs(case: &Case) -> Vec<Input<'static>> {
    let mut all = vec![("x", Some("dx")), ("w", Some("dw"))];
    if case.has("b") {
        all.push(("b", Some("db")));
    }
    all
}

pub fn conv2d(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    if case.count("dilation")? != 1 {
        return Err("the engine has no dilation".into());
    }
    let (stride, padding) = (case.count("stride")?, case.count("padding")?);
    let op = Conv2d { stride, padding, groups: case.count("groups")? };
    let [outputs, depth, kh, kw] = case.input("w")?.shape.nchw();
    let [n, _, ho, wo] = case.output("y")?.shape.nchw();
    let products = |name: &str| match name {
        "y" => depth * kh * kw,
        "dx" => outputs / op.groups * kh * kw,
        _ => n * ho * wo,
    };
    compare(gpu, case, checks, op, &inputs(case), "y", &products)
}

pub fn linear(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    let [outputs, depth, ..] = case.input("w")?.shape.nchw();
    let n = case.input("x")?.shape.dim(0);
    let products = |name: &str| match name {
        "y" => depth,
        "dx" => outputs,
        _ => n,
    };
    compare(gpu, case, checks, Linear, &inputs(case), "y", &products)
}
