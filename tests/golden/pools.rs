//! Pooling and resizing of planes.

use sgnas::gpu::Gpu;
use sgnas::ops::global_avg_pool::GlobalAvgPool;

use crate::apply::compare;
use crate::case::{Case, Checks, Outcome};

pub fn global_average(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    let [_, _, h, w] = case.input("x")?.shape.nchw();
    compare(gpu, case, checks, GlobalAvgPool, &[("x", Some("dx"))], "y", &|_| h * w)
}
