//! What an adapter can do at best: copy bandwidth, multiply-add rate, the best matrix product.

use serde::Serialize;
use web_time::Instant;

use crate::gpu::shaders::measure::multiply_add;
use crate::gpu::{Dispatch, Gpu, GpuError};
use crate::ops::Op;
use crate::ops::activation::Activation;
use crate::ops::product::matrix_product;
use crate::tensor::Tensor;

/// Best rates of an adapter.
#[derive(Clone, Debug, Serialize)]
pub struct Ceilings {
    /// Bytes read and written by a copying kernel, GB/s.
    pub copy_gb_per_s: f64,
    /// The same of the driver's own copy of a buffer, GB/s.
    pub driver_copy_gb_per_s: f64,
    /// Multiply-adds in registers, counted as two operations, GFLOP/s.
    pub multiply_add_gflops: f64,
    /// The best of the square matrix products tried, GFLOP/s.
    pub best_product_gflops: f64,
    /// What one more dispatch of next to nothing adds to a submit, us.
    pub dispatch_us: f64,
    /// A submit of one such dispatch until it is known to be done, us.
    pub submit_us: f64,
}

/// Measures the ceilings.
pub fn ceilings(gpu: &Gpu) -> Result<Ceilings, GpuError> {
    let (dispatch_us, submit_us) = overheads(gpu)?;
    let (copy_gb_per_s, driver_copy_gb_per_s) = copies(gpu)?;
    Ok(Ceilings {
        dispatch_us,
        submit_us,
        copy_gb_per_s,
        driver_copy_gb_per_s,
        multiply_add_gflops: multiply_add_rate(gpu)?,
        best_product_gflops: best_product(gpu)?,
    })
}

/// Seconds of the fastest of some runs of `work`, submitted and finished, after one to warm up.
pub(super) fn fastest(
    gpu: &Gpu,
    mut work: impl FnMut() -> Result<(), GpuError>,
) -> Result<f64, GpuError> {
    work()?;
    gpu.finish()?;
    let mut best = f64::INFINITY;
    let begin = Instant::now();
    // A shared machine has quiet moments only now and then.
    for i in 0..40 {
        let start = Instant::now();
        work()?;
        gpu.finish()?;
        best = best.min(start.elapsed().as_secs_f64());
        if i >= 5 && begin.elapsed().as_secs_f64() > 1.0 {
            break;
        }
    }
    Ok(best)
}

/// What a dispatch and what a submit costs, us.
fn overheads(gpu: &Gpu) -> Result<(f64, f64), GpuError> {
    // So few that they go into one submit on any device.
    const MANY: usize = 33;
    let x = Tensor::zeros(gpu, [64])?;
    let time = |count: usize| {
        fastest(gpu, || {
            (0..count).try_for_each(|_| Activation::Identity.forward(gpu, &[&x]).map(drop))
        })
    };
    let (one, many) = (time(1)?, time(MANY)?);
    Ok(((many - one).max(0.0) / (MANY - 1) as f64 * 1e6, one * 1e6))
}

/// Rates of a copy by a kernel and by the driver, GB/s.
fn copies(gpu: &Gpu) -> Result<(f64, f64), GpuError> {
    // Large beside the caches, and long beside a submit.
    let values = if gpu.adapter().kind == "software" { 1 << 22 } else { 1 << 27 };
    let x = Tensor::zeros(gpu, [values.min((gpu.largest_buffer() / 4) as usize)])?;
    let y = Tensor::empty(gpu, *x.shape())?;
    let by_kernel = fastest(gpu, || Activation::Identity.forward(gpu, &[&x]).map(drop))?;
    let by_driver = fastest(gpu, || {
        gpu.copy(x.buffer(), y.buffer(), x.buffer().size());
        Ok(())
    })?;
    let rate = |seconds: f64| x.len() as f64 * 8.0 / seconds * 1e-9;
    Ok((rate(by_kernel), rate(by_driver)))
}

/// The rate of multiply-adds in registers, GFLOP/s.
pub(super) fn multiply_add_rate(gpu: &Gpu) -> Result<f64, GpuError> {
    let software = gpu.adapter().kind == "software";
    let (groups, turns) = if software { (64, 2_000) } else { (16_384, 4_000) };
    let y = Tensor::empty(gpu, [groups as usize * 64 * 4])?;
    let params = multiply_add::Params { turns, factor: 0.5 };
    let seconds = fastest(gpu, || {
        gpu.dispatch(Dispatch {
            shader: &multiply_add::SHADER,
            constants: &[],
            params: bytemuck::bytes_of(&params),
            bindings: &[y.buffer()],
            groups: [groups, 1, 1],
            work: 0,
        })
    })?;
    let flops = f64::from(groups) * 64.0 * f64::from(turns) * 8.0 * 4.0 * 2.0;
    Ok(flops / seconds * 1e-9)
}

/// The best rate over square products, GFLOP/s.
///
/// # Errors
/// Those of the device.
pub fn best_product(gpu: &Gpu) -> Result<f64, GpuError> {
    Ok(BestProduct::find(gpu)?.fastest)
}

/// The square product that an adapter does best, to be done again in turn with what it is to be
/// compared with: so that other work on a shared machine slows both.
#[derive(Debug)]
pub struct BestProduct {
    gpu: Gpu,
    a: Tensor,
    b: Tensor,
    y: Tensor,
    flops: f64,
    /// The rate of the fastest when it was found, GFLOP/s.
    fastest: f64,
}

impl BestProduct {
    /// Products that tell the rate of a moment.
    const TURNS: usize = 5;

    /// The best of a few sizes.
    ///
    /// # Errors
    /// Those of the device.
    pub fn find(gpu: &Gpu) -> Result<Self, GpuError> {
        let software = gpu.adapter().kind == "software";
        let of_side = |n: usize| -> Result<Self, GpuError> {
            let (a, b) = (Tensor::zeros(gpu, [n, n])?, Tensor::zeros(gpu, [n, n])?);
            let y = Tensor::empty(gpu, [n, n])?;
            let flops = 2.0 * (n * n * n) as f64;
            let fastest = flops / fastest(gpu, || matrix_product(gpu, &a, &b, &y))? * 1e-9;
            Ok(BestProduct { gpu: gpu.clone(), a, b, y, flops, fastest })
        };
        let [first, more @ ..] = if software { [256, 512, 768] } else { [1024, 2048, 4096] };
        more.into_iter().try_fold(of_side(first)?, |best, n| {
            let other = of_side(n)?;
            Ok(if other.fastest > best.fastest { other } else { best })
        })
    }

    /// Its rate now: the median of a few, GFLOP/s.
    ///
    /// # Errors
    /// Those of the device.
    pub fn rate(&self) -> Result<f64, GpuError> {
        let mut seconds = Vec::with_capacity(Self::TURNS);
        for _ in 0..Self::TURNS {
            let start = Instant::now();
            matrix_product(&self.gpu, &self.a, &self.b, &self.y)?;
            self.gpu.finish()?;
            seconds.push(start.elapsed().as_secs_f64());
        }
        Ok(self.flops / median(seconds) * 1e-9)
    }
}

/// The middle one, at least one there is.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
