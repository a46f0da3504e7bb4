//! Pooling and resampling of planes.

use sgnas::gpu::Gpu;
use sgnas::ops::global_avg_pool::GlobalAvgPool;
use sgnas::ops::pool::{AvgPool2d, MaxPool2d};
use sgnas::ops::upsample::UpsampleNearest;

use crate::apply::compare;
use crate::case::{Case, Checks, Outcome};

pub fn global_average(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    let [_, _, h, w] = case.input("x")?.shape.nchw();
    compare(gpu, case, checks, GlobalAvgPool, &[("x", Some("dx"))], "y", &|_| h * w)
}

/// Kernel, stride and padding.
fn window(case: &Case) -> Outcome<[usize; 3]> {
    Ok([case.count("kernel")?, case.count("stride")?, case.count("padding")?])
}

pub fn average(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    let [kernel, stride, padding] = window(case)?;
    let count_include_pad = case.flag("count_include_pad")?;
    let op = AvgPool2d { kernel, stride, padding, count_include_pad };
    compare(gpu, case, checks, op, &[("x", Some("dx"))], "y", &|_| kernel * kernel)
}

pub fn max(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    let [kernel, stride, padding] = window(case)?;
    let op = MaxPool2d { kernel, stride, padding };
    compare(gpu, case, checks, op, &[("x", Some("dx"))], "y", &|_| kernel * kernel)
}

pub fn upsample(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    let op = UpsampleNearest { out: serde_json::from_value(case.params["out"].clone())? };
    let values = |name: &str| case.output(name).map_or(1, |o| o.data.len());
    let repeats = values("y") / values("dx").max(1) + 1;
    compare(gpu, case, checks, op, &[("x", Some("dx"))], "y", &|_| repeats)
}
