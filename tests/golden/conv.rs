//! Convolutions and dense layers.

use sgnas::gpu::Gpu;
use sgnas::ops::conv2d::Conv2d;
use sgnas::ops::linear::Linear;

use crate::apply::{Input, compare};
use crate::case::{Case, Checks, Outcome};

/// x, w and, where the case has one, b.
fn inputs(case: &Case) -> Vec<Input<'static>> {
    let mut all = vec![("x", Some("dx")), ("w", Some("dw"))];
    if case.has("b") {
        all.push(("b", Some("db")));
    }
    all
}

/// In every kernel style.
pub fn conv2d(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    if case.number_or("dilation", 1.0)? != 1.0 {
        return Err("dilation is not built".into());
    }
    let op = Conv2d {
        stride: case.count("stride")?,
        padding: case.count("padding")?,
        groups: case.count("groups")?,
    };
    let [out, per_group, kh, kw] = case.input("w")?.shape.nchw();
    let [n, _, oh, ow] = case.output("y")?.shape.nchw();
    let products = move |name: &str| match name {
        "y" => per_group * kh * kw,
        "dx" => out / op.groups * kh * kw,
        _ => n * oh * ow,
    };
    in_every_style(gpu, |gpu| compare(gpu, case, checks, op, &inputs(case), "y", &products))
}

/// In every kernel style.
pub fn linear(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    let [n, i, ..] = case.input("x")?.shape.nchw();
    let o = case.input("w")?.shape.dim(0);
    let products = move |name: &str| match name {
        "y" => i,
        "dx" => o,
        _ => n,
    };
    in_every_style(gpu, |gpu| compare(gpu, case, checks, Linear, &inputs(case), "y", &products))
}

fn in_every_style(gpu: &Gpu, mut check: impl FnMut(&Gpu) -> Outcome) -> Outcome {
    let own = gpu.style();
    for style in gpu.styles() {
        gpu.set_style(style);
        check(gpu)?;
    }
    gpu.set_style(own);
    Ok(())
}
