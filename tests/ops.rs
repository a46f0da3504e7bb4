//! Every op of the table on the GPU: forward against its twin, gradients against finite
//! differences of the twin, in every kernel style.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use sgnas::autodiff::gradient_error;
use sgnas::ops::table::OPS;
use sgnas::tensor::Tensor;

const TOLERANCE: f64 = 2e-5;

#[test]
fn forward_equals_the_twin() {
    let gpu = common::gpu();
    let mut bad = Vec::new();
    for style in gpu.styles() {
        gpu.set_style(style);
        for case in OPS.iter().flat_map(|e| (e.cases)()) {
            let want = case.op.twin(&case.inputs);
            let shapes: Vec<_> = case.inputs.iter().map(|a| &a.shape).collect();
            assert_eq!(case.op.shape(&shapes).unwrap(), want.shape, "{}", case.label);
            let inputs: Vec<Tensor> =
                case.inputs.iter().map(|a| Tensor::from_host(&gpu, a).unwrap()).collect();
            let refs: Vec<&Tensor> = inputs.iter().collect();
            let got = case.op.forward(&gpu, &refs).unwrap().output.to_host(&gpu).unwrap();
            assert_eq!(got.shape, want.shape, "{}", case.label);
            let scale = want.data.iter().fold(1.0, |m: f64, v| m.max(v.abs()));
            let worst = got.data.iter().zip(&want.data).map(|(g, w)| (g - w).abs() / scale);
            let worst =
                worst.fold(0.0, |m: f64, e| if e.is_nan() { f64::INFINITY } else { m.max(e) });
            if worst > TOLERANCE {
                bad.push(format!("{style:?} {}: {worst:.1e}", case.label));
            }
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn gradients_equal_finite_differences_of_the_twin() {
    let gpu = common::gpu();
    let mut bad = Vec::new();
    for style in gpu.styles() {
        gpu.set_style(style);
        for case in OPS.iter().flat_map(|e| (e.cases)()) {
            let label = case.label.clone();
            let error = pollster::block_on(gradient_error(&gpu, case)).unwrap();
            if error > 1e-4 {
                bad.push(format!("{style:?} {label}: {error:.1e}"));
            }
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
}
