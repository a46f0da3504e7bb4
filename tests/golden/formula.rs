//! Weights and images that a formula makes, so that whole networks need no weight files.

use serde_json::Value;
use sgnas::gpu::Gpu;
use sgnas::tensor::{Shape, Tensor};

use crate::case::Outcome;

/// v_i of the tensor called `name`, in -1..1.
pub fn unit(name: &str, i: usize) -> f64 {
    let start = (u64::from(crc32fast::hash(name.as_bytes())) << 32) + i as u64;
    let mut z = start.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^= z >> 31;
    (z >> 40) as f64 / f64::from(1 << 23) - 1.0
}

/// The values of a tensor by its name and shape.
pub fn weights(name: &str, shape: &Shape, gain: f64) -> Vec<f32> {
    let fan_in = shape.dims().iter().skip(1).product::<usize>() as f64;
    let norm = name.contains(".bn.") || name.contains(".sbn");
    let value = |v: f64| match shape.rank() {
        4 => gain * (6.0 / fan_in).sqrt() * v,
        2 => (3.0 / fan_in).sqrt() * v,
        _ if norm && name.ends_with(".weight") => 1.0 + 0.2 * v,
        _ if name.ends_with(".running_var") => 1.0 + 0.5 * v.abs(),
        _ => 0.1 * v,
    };
    (0..shape.len()).map(|i| value(unit(name, i)) as f32).collect()
}

/// The images of a case. Each `attempt` after the first moves about two thirds of the values to a
/// neighbouring f32, as rounding elsewhere might.
pub fn input(gpu: &Gpu, case: &Value, attempt: usize) -> Outcome<Tensor> {
    let shape: Vec<usize> = serde_json::from_value(case["input"].clone())?;
    let shape = Shape::new(&shape);
    let value = |i: usize| {
        let v = unit("input", i) as f32;
        match (attempt, unit(&format!("attempt {attempt}"), i)) {
            (0, _) => v,
            (_, r) if r < -1.0 / 3.0 => v.next_down(),
            (_, r) if r > 1.0 / 3.0 => v.next_up(),
            _ => v,
        }
    };
    let values: Vec<f32> = (0..shape.len()).map(value).collect();
    Ok(Tensor::from_slice(gpu, &values, shape)?)
}
