//! A device that is lost is an error value wherever it shows, never a panic, and a new one works.
#![allow(clippy::unwrap_used)]

mod common;

use sgnas::gpu::GpuError;
use sgnas::ops::Op;
use sgnas::ops::activation::Activation;
use sgnas::tensor::Tensor;

#[test]
fn a_lost_device_is_an_error_and_a_new_one_takes_its_place() {
    let gpu = common::gpu();
    let x = Tensor::from_slice(&gpu, &[-1.0, 2.0], [2]).unwrap();
    gpu.finish().unwrap();
    gpu.destroy();
    let after = || -> Result<Vec<f32>, GpuError> {
        Activation::Relu.forward(&gpu, &[&x])?.output.to_vec(&gpu)
    };
    for _ in 0..2 {
        assert!(matches!(after(), Err(GpuError::Lost(_))), "{:?}", after());
    }
    let gpu = common::gpu();
    let x = Tensor::from_slice(&gpu, &[-1.0, 2.0], [2]).unwrap();
    let y = Activation::Relu.forward(&gpu, &[&x]).unwrap().output;
    assert_eq!(y.to_vec(&gpu).unwrap(), [0.0, 2.0]);
}
