//! Batch norm in training and evaluation, and recalibration of its running statistics.

use sgnas::gpu::Gpu;
use sgnas::ops::batch_norm::{
    BatchNormEval, BatchNormTrain, Running, batch_moments, update_running,
};
use sgnas::tensor::Tensor;

use crate::apply::compare;
use crate::case::{Case, Checks, Outcome};

/// Values a channel that statistics and parameter gradients sum over.
fn sum_of(case: &Case) -> Outcome<usize> {
    let [n, _, h, w] = case.input("x")?.shape.nchw();
    Ok(n * h * w)
}

pub fn train(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    let running = Running {
        mean: case.tensor(gpu, "running_mean")?,
        var: case.tensor(gpu, "running_var")?,
        momentum: case.number("momentum")? as f32,
    };
    let op = BatchNormTrain {
        eps: case.number("eps")? as f32,
        running: vec![running.clone()],
        ..Default::default()
    };
    let n = sum_of(case)?;
    let inputs = [("x", Some("dx")), ("gamma", Some("dgamma")), ("beta", Some("dbeta"))];
    compare(gpu, case, checks, op, &inputs, "y", &|_| n)?;
    checks.tensor(gpu, "running_mean", &running.mean, n)?;
    checks.tensor(gpu, "running_var", &running.var, n)?;
    let moments = batch_moments(gpu, &case.tensor(gpu, "x")?)?.to_host(gpu)?.data;
    let (mean, var) = moments.split_at(moments.len() / 2);
    checks.values("batch_mean", mean, n)?;
    checks.values("batch_var_biased", var, n)
}

/// The running statistics are listed as outputs too, and must come out as they went in.
pub fn eval(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    let op = BatchNormEval { eps: case.number("eps")? as f32, ..Default::default() };
    let n = sum_of(case)?;
    let inputs = [
        ("x", Some("dx")),
        ("gamma", Some("dgamma")),
        ("beta", Some("dbeta")),
        ("running_mean", None),
        ("running_var", None),
    ];
    let products = |name: &str| if name.starts_with("dgamma") || name == "dbeta" { n } else { 1 };
    compare(gpu, case, checks, op, &inputs, "y", &products)?;
    for name in ["running_mean", "running_var"] {
        checks.tensor(gpu, name, &case.tensor(gpu, name)?, 1)?;
    }
    Ok(())
}

/// Batches lie along the first axis; the average over them is cumulative.
pub fn recalibration(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    let x = case.input("x")?;
    // A fifth extent is folded into the last: [batches, N, C, H W].
    let [batches, n, c, plane] = x.shape.nchw();
    let mut running = Running {
        mean: Tensor::zeros(gpu, [c])?,
        var: Tensor::from_slice(gpu, &vec![1.0; c], [c])?,
        momentum: 1.0,
    };
    for (i, batch) in x.to_f32().chunks(n * c * plane).enumerate() {
        running.momentum = 1.0 / (i + 1) as f32;
        let batch = Tensor::from_slice(gpu, batch, [n, c, plane, 1])?;
        update_running(gpu, &running, &batch_moments(gpu, &batch)?, 0, n * plane)?;
    }
    checks.tensor(gpu, "running_mean", &running.mean, batches * n * plane)?;
    checks.tensor(gpu, "running_var", &running.var, batches * n * plane)
}
